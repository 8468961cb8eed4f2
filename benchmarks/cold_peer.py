"""
From nothing to the first answer with Microsoft's client; prints the CPU seconds since the interpreter was up.

    python cold_peer.py sync|async LAB
"""

import time

start = time.process_time()

import json  # noqa: E402 - the imports are what is measured
import os  # noqa: E402 - see above
import sys  # noqa: E402 - see above
import warnings  # noqa: E402 - see above

LAB = json.loads(sys.argv[2])
warnings.simplefilter("ignore")

from azure.core.credentials import AzureKeyCredential  # noqa: E402 - see above

SETTINGS = {
    "endpoint": LAB["origins"]["tls"],
    "account_id": LAB["account_id"],
    "account_domain": "bench.local",
    "credential": AzureKeyCredential("bench-key"),
    "authentication_endpoint_url": LAB["origins"]["tls"],
}


async def main() -> None:
    from azure.mixedreality.remoterendering.aio import RemoteRenderingClient  # noqa: PLC0415 - only the one measured

    async with RemoteRenderingClient(**SETTINGS) as client:
        assert (await client.get_rendering_session("bench")).status == "Ready"
        print(time.process_time() - start, flush=True)
    # At once: it says at length that its own exchange at the token service was left open.
    os._exit(0)


if sys.argv[1] == "async":
    import asyncio

    asyncio.run(main())
else:
    from azure.mixedreality.remoterendering import RemoteRenderingClient

    with RemoteRenderingClient(**SETTINGS) as client:
        assert client.get_rendering_session("bench").status == "Ready"
        print(time.process_time() - start)
