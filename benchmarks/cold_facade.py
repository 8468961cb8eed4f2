"""
From nothing to the first answer with the facade; prints the CPU seconds since the interpreter was up.

    python cold_facade.py sync|async LAB
"""

import time

start = time.process_time()

import json  # noqa: E402 - the imports are what is measured
import sys  # noqa: E402 - see above

LAB = json.loads(sys.argv[2])

import arr_facade  # noqa: E402 - see above

SETTINGS = {
    "account_id": LAB["account_id"],
    "account_key": "bench-key",
    "endpoint": LAB["origins"]["tls"],
    "sts_endpoint": LAB["origins"]["tls"],
}


async def main() -> None:
    async with arr_facade.AsyncClient(**SETTINGS) as client:
        assert (await client.get_session("bench")).status == "Ready"
        print(time.process_time() - start)


if sys.argv[1] == "async":
    import asyncio

    asyncio.run(main())
else:
    with arr_facade.Client(**SETTINGS) as client:
        assert client.get_session("bench").status == "Ready"
        print(time.process_time() - start)
