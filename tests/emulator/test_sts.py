"""
The token service and who may do what: service.md A.4.
"""

import base64
import json

import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import DEFAULT_ACCOUNT_ID, DEFAULT_ACCOUNT_KEY, Emulator, Request
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import Caller, decoded

STRANGER = "00000000-0000-4000-8000-00000000ffff"


def exchange(emulator, credential, *, path=None, query=None, scheme="Bearer"):
    headers = {} if credential is None else {"authorization": f"{scheme} {credential}"}
    return emulator.handle(Request("GET", path or f"/Accounts/{emulator.account_id}/token", query or {}, headers))


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def sessions_with(emulator, token, *, account=None, scheme="Bearer"):
    call = Caller(emulator)
    return call("GET", "sessions", headers={"authorization": f"{scheme} {token}"}, account=account)


def test_the_account_key_buys_a_token(emulator):
    """
    The answer has the token and nothing else, and the token opens the rendering service.
    """
    answer = exchange(emulator, f"{DEFAULT_ACCOUNT_ID}:{DEFAULT_ACCOUNT_KEY}")

    assert answer.status == 200
    assert list(decoded(answer)) == ["AccessToken"]
    assert sessions_with(emulator, decoded(answer)["AccessToken"]).status == 200


def test_the_token_says_when_it_expires(emulator, clock):
    """
    It is a JSON web token of three parts whose exp is a number, a day from now.
    """
    token = decoded(exchange(emulator, f"{emulator.account_id}:{emulator.account_key}"))["AccessToken"]

    assert len(token.split(".")) == 3
    assert claims_of(token)["exp"] == clock.time() + 86400


def test_tokens_are_never_the_same(emulator):
    """
    Two exchanges in the same second give two tokens.
    """
    credential = f"{emulator.account_id}:{emulator.account_key}"

    assert exchange(emulator, credential).body != exchange(emulator, credential).body


@pytest.mark.parametrize("path", ["/Accounts/{}/token", "/accounts/{}/token", "/accounts/{}/Token/"])
@pytest.mark.parametrize("query", [{}, {"api-version": "2019-02-28-preview"}])
def test_path_is_read_in_any_case_and_the_version_is_optional(emulator, path, query):
    """
    SDKs write Accounts, the scripts accounts and no api-version; both work.
    """
    credential = f"{emulator.account_id}:{emulator.account_key}"

    assert exchange(emulator, credential, path=path.format(emulator.account_id), query=query).status == 200


def test_the_secondary_key_works_as_well():
    """
    Either key of an account buys a token of the same kind.
    """
    emulator = Emulator(clock=ManualClock(), account_key="first", secondary_key="second")

    for key in ("first", "second"):
        answer = exchange(emulator, f"{emulator.account_id}:{key}")
        assert sessions_with(emulator, decoded(answer)["AccessToken"]).status == 200
    assert exchange(emulator, f"{emulator.account_id}:third").status == 401


@pytest.mark.parametrize(
    "credential",
    [None, "", f"{DEFAULT_ACCOUNT_ID}:wrong", f"{STRANGER}:{DEFAULT_ACCOUNT_KEY}", DEFAULT_ACCOUNT_KEY, "é:ü"],
)
def test_a_wrong_key_is_401_and_nothing_more(emulator, credential):
    """
    Recorded: no body, no Content-Type, no WWW-Authenticate.
    """
    answer = exchange(emulator, credential)

    assert (answer.status, answer.body) == (401, b"")
    assert {name for name, _ in answer.headers} == {"Date", "MS-CV", "X-Content-Type-Options", "Content-Length"}


def test_another_account_is_401(emulator):
    """
    The right credential does not open the account of another path.
    """
    credential = f"{emulator.account_id}:{emulator.account_key}"

    assert exchange(emulator, credential, path=f"/Accounts/{STRANGER}/token").status == 401


def test_another_scheme_than_bearer_is_401(emulator):
    """
    Only Bearer is a credential; its case does not matter.
    """
    credential = f"{emulator.account_id}:{emulator.account_key}"

    assert exchange(emulator, credential, scheme="Basic").status == 401
    assert exchange(emulator, credential, scheme="bearer").status == 200


def test_account_ids_are_read_in_any_case():
    """
    UUIDs are the same in capitals.
    """
    emulator = Emulator(clock=ManualClock(), account_id="AAAAAAAA-0000-4000-8000-00000000ABCD")
    answer = exchange(
        emulator,
        f"{emulator.account_id}:{emulator.account_key}",
        path="/Accounts/" + "AAAAAAAA-0000-4000-8000-00000000ABCD/token",
    )

    assert answer.status == 200
    token = decoded(answer)["AccessToken"]
    assert sessions_with(emulator, token, account="AAAAAAAA-0000-4000-8000-00000000ABCD").status == 200


def test_an_identity_gets_the_rights_of_its_role():
    """
    An identity's token buys one that may everything, or everything but conversions.
    """
    emulator = Emulator(clock=ManualClock(), identities={"boss": "Administrator", "guest": "Client"})
    tokens = {name: decoded(exchange(emulator, name))["AccessToken"] for name in ("boss", "guest")}
    call = Caller(emulator)

    def status(name, method, path, body=None):
        return call(method, path, body, headers={"authorization": f"Bearer {tokens[name]}"}).status

    assert status("boss", "GET", "conversions") == status("boss", "GET", "sessions") == 200
    assert status("guest", "GET", "sessions") == 200
    assert status("guest", "GET", "conversions") == 403
    assert status("guest", "GET", "conversions/c") == 403
    assert status("guest", "PUT", "conversions/c", {}) == 403
    assert exchange(emulator, "nobody").status == 401


def test_a_refused_role_has_no_body(emulator):
    """
    Swagger declares 403 without a schema.
    """
    call = Caller(emulator)
    call.token = emulator.issue_token(role="Client")
    answer = call("GET", "conversions")

    assert (answer.status, answer.body) == (403, b"")


def test_a_token_expires(clock):
    """
    It is good until the second of its exp, and then 401 with the Swagger's header.
    """
    emulator = Emulator(clock=clock, token_lifetime="1h")
    token = decoded(exchange(emulator, f"{emulator.account_id}:{emulator.account_key}"))["AccessToken"]
    clock.advance("59m 59s")
    assert sessions_with(emulator, token).status == 200
    clock.advance("1s")
    answer = sessions_with(emulator, token)

    assert (answer.status, answer.body) == (401, b"")
    assert answer.header("WWW-Authenticate") == 'Bearer error="invalid_token"'
    assert answer.header("api-supported-versions")


def test_a_jump_of_the_client_clock_does_not_expire_tokens(emulator, clock):
    """
    The service has its own clock: setting the wall clock of the machine leaves its time alone.
    """
    token = emulator.issue_token()
    before = emulator.now()
    clock.jump(2 * 86400)

    assert sessions_with(emulator, token).status == 200
    assert emulator.now() == before


def forgeries(emulator):
    token = emulator.issue_token()
    header, payload, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    return {
        "empty": "",
        "no token": "hello",
        "two parts": f"{header}.{payload}",
        "unsigned": f"{none}.{payload}.",
        "other signature": f"{header}.{payload}.{flipped}",
        "other claims": f"{header}.{payload[:-2]}AA.{signature}",
        "other key": Emulator(clock=emulator.clock, account_key="another").issue_token(),
        "other account": Emulator(clock=emulator.clock, account_id=STRANGER).issue_token(),
        "account key": f"{emulator.account_id}:{emulator.account_key}",
        "not ascii": "é.ü.ö",
    }


@pytest.mark.parametrize("forgery", list(forgeries(Emulator(clock=ManualClock()))))
def test_forged_and_foreign_tokens_are_401(emulator, forgery):
    """
    Only what this account's key has signed is a token.
    """
    assert sessions_with(emulator, forgeries(emulator)[forgery]).status == 401


def test_another_scheme_at_the_rendering_service_is_401(emulator):
    """
    A good token has to come as Bearer.
    """
    assert sessions_with(emulator, emulator.issue_token(), scheme="Basic").status == 401


def test_a_genuine_token_does_not_open_another_account(emulator):
    """
    A valid token on another account's path is 403, as Swagger has it for insufficient authorization.
    """
    assert sessions_with(emulator, emulator.issue_token(), account=STRANGER).status == 403


def test_an_emulator_of_the_same_account_accepts_the_token(clock):
    """
    The account's key signs, so a token outlives the process that gave it.
    """
    token = Emulator(clock=clock).issue_token()

    assert sessions_with(Emulator(clock=clock), token).status == 200


def test_a_lifetime_of_zero_has_expired(emulator):
    """
    Tests get an expired token without moving the clock.
    """
    assert sessions_with(emulator, emulator.issue_token(lifetime="0s")).status == 401


def test_secrets_are_in_no_repr_and_no_log(emulator, caplog):
    """
    Neither keys, tokens nor signatures show in what a test or a log prints.
    """
    caplog.set_level("DEBUG")
    call = Caller(emulator)
    credential = f"{emulator.account_id}:{emulator.account_key}"
    answer = exchange(emulator, credential)
    refused = call.convert(sas=True)
    request = Request("GET", "/", {"sig": "verysecret"}, {"authorization": credential}, b"verysecret")
    shown = repr(
        [emulator, emulator.requests, answer, refused, request, emulator._sts, emulator._settings, emulator.transport()]
    )

    for secret in (emulator.account_key, decoded(answer)["AccessToken"], call.token, "verysecret"):
        assert secret not in shown
        assert secret not in caplog.text
    assert "GET /Accounts" in caplog.text


def test_a_role_that_is_none_is_refused(emulator):
    """
    Who misspells a role hears which there are, and an identity's text is not repeated.
    """
    with pytest.raises(ConfigurationError, match="role: 'foo' is none of Administrator, Client"):
        emulator.issue_token(role="foo")
    with pytest.raises(ConfigurationError, match=r"identities \(entry 2\): 'Clint' is none of Administrator, Client"):
        Emulator(clock=ManualClock(), identities={"x": "Client", "secret": "Clint"})
    with pytest.raises(ConfigurationError, match="identities: 'list' is no mapping"):
        Emulator(clock=ManualClock(), identities=["x"])
