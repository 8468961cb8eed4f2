"""
From nothing to the first answer with the standard library alone: what no Python client gets below.

    python cold_floor.py sync LAB
"""

import time

start = time.process_time()

import http.client  # noqa: E402 - the imports are what is measured
import json  # noqa: E402 - see above
import ssl  # noqa: E402 - see above
import sys  # noqa: E402 - see above

LAB = json.loads(sys.argv[2])
context = ssl.create_default_context()
connection = http.client.HTTPSConnection(LAB["origins"]["tls"].removeprefix("https://"), context=context)


def get(path: str, bearer: str) -> dict[str, str]:
    connection.request("GET", path, headers={"Authorization": f"Bearer {bearer}"})
    answer: dict[str, str] = json.load(connection.getresponse())
    return answer


token = get(f"/Accounts/{LAB['account_id']}/token", f"{LAB['account_id']}:bench-key")["AccessToken"]
assert get(f"/accounts/{LAB['account_id']}/sessions/bench?api-version=2021-01-01", token)["status"] == "Ready"
print(time.process_time() - start)
