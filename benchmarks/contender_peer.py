"""
Microsoft's client, azure-mixedreality-remoterendering, as its users call it.

It refuses to send a token over plain http unless each call says `enforce_https=False`, and its exchange at the token
service cannot be told so: over plain http it gets a token that is ready.
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from functools import cache

warnings.simplefilter("ignore")

import worker  # noqa: E402 - the peer's own imports warn
from azure.core.credentials import AccessToken, AzureKeyCredential  # noqa: E402 - see above
from azure.mixedreality.remoterendering import RemoteRenderingClient  # noqa: E402 - see above
from azure.mixedreality.remoterendering.aio import RemoteRenderingClient as AsyncClient  # noqa: E402 - see above

LAB = json.loads(sys.argv[1])
RUNNER = asyncio.Runner()


def settings(scheme):
    origin = LAB["origins"][scheme]
    ready = AccessToken(LAB["token"], 4_102_444_800)
    return {
        "endpoint": origin,
        "account_id": LAB["account_id"],
        "account_domain": "bench.local",
        "credential": AzureKeyCredential("bench-key") if scheme == "tls" else ready,
        "authentication_endpoint_url": origin,
    }


def options(scheme):
    return {} if scheme == "tls" else {"enforce_https": False}


@cache
def client(scheme):
    return RemoteRenderingClient(**settings(scheme))


@cache
def async_client(scheme):
    return AsyncClient(**settings(scheme))


def sync_get(scheme, count):
    get, extra = client(scheme).get_rendering_session, options(scheme)
    return worker.repeat(lambda: get("bench", **extra), count)


def async_get(scheme, count, concurrency):
    extra = options(scheme)

    async def main():
        get = async_client(scheme).get_rendering_session
        return await worker.crowd(lambda: get("bench", **extra), count, concurrency)

    return RUNNER.run(main())


def list_all(scheme):
    found = []

    def read():
        found.append(sum(1 for _ in client(scheme).list_rendering_sessions(**options(scheme))))

    return worker.repeat(read, 1) | {"sessions": found[0]}


def list_memory(scheme):
    return worker.peaks(lambda: client(scheme).list_rendering_sessions(**options(scheme)))


if __name__ == "__main__":
    worker.serve({"sync_get": sync_get, "async_get": async_get, "list": list_all, "list_memory": list_memory})
