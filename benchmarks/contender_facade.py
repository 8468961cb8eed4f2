"""
The facade, as its users call it: `Client.get_session` with authentication, retry policy, models and MS-CV on.
"""

from __future__ import annotations

import asyncio
import json
import sys
from functools import cache

import worker

import arr_facade

LAB = json.loads(sys.argv[1])
KEY = "bench-key"
RUNNER = asyncio.Runner()


def settings(scheme):
    origin = LAB["origins"][scheme]
    return {"account_id": LAB["account_id"], "account_key": KEY, "endpoint": origin, "sts_endpoint": origin}


@cache
def client(scheme):
    return arr_facade.Client(**settings(scheme))


@cache
def async_client(scheme):
    return arr_facade.AsyncClient(**settings(scheme))


def sync_get(scheme, count):
    get = client(scheme).get_session
    return worker.repeat(lambda: get("bench"), count)


def async_get(scheme, count, concurrency):
    get = async_client(scheme).get_session
    return RUNNER.run(worker.crowd(lambda: get("bench"), count, concurrency))


def list_all(scheme):
    found = []

    def read():
        found.append(sum(1 for _ in client(scheme).list_sessions()))

    return worker.repeat(read, 1) | {"sessions": found[0]}


def list_memory(scheme):
    return worker.peaks(client(scheme).list_sessions)


if __name__ == "__main__":
    worker.serve({"sync_get": sync_get, "async_get": async_get, "list": list_all, "list_memory": list_memory})
