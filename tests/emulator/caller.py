"""
A client of a few lines that speaks to `Emulator.handle`, so that tests read like the requests they send.
"""

import json

from arr_facade.emulator import Request

SAS = "?sv=2021-01-01&sp=rwl&sig=verysecretsignature"
CONTAINER = "https://models.blob.core.windows.net/cars"


class Caller:
    """
    Sends requests with a valid token and api-version unless told otherwise.
    """

    def __init__(self, emulator):
        self.emulator = emulator
        self.token = emulator.issue_token(lifetime="365d")

    def __call__(self, method, path, body=None, *, query=None, headers=None, account=None):
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.emulator.handle(
            Request(
                method,
                f"/accounts/{account or self.emulator.account_id}/{path}",
                {"api-version": "2021-01-01"} if query is None else query,
                {"authorization": f"Bearer {self.token}"} if headers is None else headers,
                content,
            )
        )

    def create(self, session_id="s", lease=10, size="Standard"):
        return self("PUT", f"sessions/{session_id}", {"maxLeaseTimeMinutes": lease, "size": size})

    def session(self, session_id="s"):
        response = self("GET", f"sessions/{session_id}")
        assert response.status == 200, response
        return decoded(response)

    def extend(self, session_id="s", lease=20):
        return self("PATCH", f"sessions/{session_id}", {"maxLeaseTimeMinutes": lease})

    def stop(self, session_id="s"):
        return self("POST", f"sessions/{session_id}/:stop")

    def sessions(self):
        return [one["id"] for one in decoded(self("GET", "sessions"))["sessions"]]

    def convert(self, conversion_id="c", *, source=None, target=None, sas=True):
        return self("PUT", f"conversions/{conversion_id}", conversion_body(source, target, sas=sas))

    def conversion(self, conversion_id="c"):
        response = self("GET", f"conversions/{conversion_id}")
        assert response.status == 200, response
        return decoded(response)


def conversion_body(source=None, target=None, *, sas=True):
    """
    A conversion's request, with members added or, where None, taken away.
    """
    source = {
        "storageContainerUri": CONTAINER,
        "storageContainerReadListSas": SAS if sas else None,
        "blobPrefix": "in",
        "relativeInputAssetPath": "car.fbx",
    } | (source or {})
    target = {
        "storageContainerUri": CONTAINER,
        "storageContainerWriteSas": SAS if sas else None,
        "blobPrefix": "out",
    } | (target or {})
    locations = {"inputLocation": source, "outputLocation": target}
    return {"settings": {name: {k: v for k, v in one.items() if v is not None} for name, one in locations.items()}}


def decoded(response):
    return json.loads(response.body)
