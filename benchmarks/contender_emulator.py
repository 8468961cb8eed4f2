"""
The emulator as a server under load, and in process with few and with many sessions stored.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from functools import cache

import bare
import worker

from arr_facade.emulator import Emulator, Request

RUNNER = asyncio.Runner()
SETTINGS = json.dumps({"maxLeaseTimeMinutes": 10, "size": "Standard"}).encode()
VERSION = "api-version=2021-01-01"


async def storm(settings, count, connections):
    account, origin = settings["ARR_ACCOUNT_ID"], settings["ARR_ENDPOINT"]
    idle = [await bare.Asker.connected(origin) for _ in range(connections)]
    key = f"{account}:{settings['ARR_ACCOUNT_KEY']}"
    token = (await idle[0].ask(bare.request("GET", f"/accounts/{account}/token", key)))["AccessToken"]
    path = f"/accounts/{account}/sessions/bench?{VERSION}"
    await idle[0].ask(bare.request("PUT", path, token, SETTINGS))
    read = bare.request("GET", path, token)

    async def ask():
        asker = idle.pop()
        await asker.ask(read)
        idle.append(asker)

    return await worker.crowd(ask, count, connections)


def load(settings, count, connections=16):
    """Reads of one session from several connections."""
    return RUNNER.run(storm(settings, count, connections))


def first_answer(settings):
    """One token over a new connection."""

    async def main():
        asker = await bare.Asker.connected(settings["ARR_ENDPOINT"])
        account = settings["ARR_ACCOUNT_ID"]
        await asker.ask(bare.request("GET", f"/accounts/{account}/token", f"{account}:{settings['ARR_ACCOUNT_KEY']}"))

    RUNNER.run(main())
    return {}


@cache
def filled(stored):
    """A function that asks an emulator which has so many sessions, all of them Starting or Ready."""
    emulator = Emulator(random=random.Random(1), page_size=10)
    headers = {"authorization": f"Bearer {emulator.issue_token()}", "content-type": "application/json"}

    def ask(method, rest="", body=b""):
        path = f"/accounts/{emulator.account_id}/sessions{rest}"
        response = emulator.handle(Request(method, path, {"api-version": "2021-01-01"}, headers, body))
        assert response.status < 300, response

    for number in range(stored):
        ask("PUT", f"/stored-{number}", SETTINGS)
    return ask


def stored(stored, operation, count):
    """CPU of one answer in process: a read of any session, the first page of the list, or a creation."""
    ask, chance = filled(stored), random.Random(2)
    orders = {
        "get": lambda: ask("GET", f"/stored-{chance.randrange(stored)}"),
        "list": lambda: ask("GET"),
        "create": lambda: ask("PUT", f"/new-{time.perf_counter_ns()}", SETTINGS),
    }
    return worker.repeat(orders[operation], count)


if __name__ == "__main__":
    worker.serve({"load": load, "first_answer": first_answer, "stored": stored})
