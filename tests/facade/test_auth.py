"""
Credentials and the token cache: when a token is fetched, by whom, and what becomes of failures.
"""

import base64
import json
import logging
import threading
import traceback
from types import SimpleNamespace

import anyio
import pytest

from arr_facade import (
    AccessToken,
    AsyncClient,
    AuthenticationError,
    Client,
    ConfigurationError,
    ForbiddenError,
    ManualClock,
    Secret,
    TransportError,
    UnexpectedResponseError,
)
from arr_facade._auth import TokenCache, expiry, from_provider, from_token
from arr_facade.emulator import Emulator
from tests.facade.by_hand import Hand, replies
from tests.facade.world import PATIENCE, Broken, Hook, Instead, answer

BROKEN = TransportError("reset", operation="x", host="localhost")
BACKENDS = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
CROWD = 100


def jwt(claims):
    """
    A token with these claims, as a service would sign it.
    """
    parts = ({"alg": "none"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".s"


class Issuer:
    """
    A source of tokens `t1`, `t2` and so on.

    Args:
        life: Seconds until each expires; None gives opaque tokens.
        failures: What the next fetches end in instead.
    """

    def __init__(self, clock, life):
        self.clock = clock
        self.life = life
        self.failures = []
        self.fetched = 0

    def __call__(self):
        if self.failures:
            raise self.failures.pop(0)
        self.fetched += 1
        expires_at = None if self.life is None else self.clock.time() + self.life
        return AccessToken(Secret(f"t{self.fetched}"), expires_at)
        yield


class Scene:
    """
    A token cache on a clock that stands still.
    """

    def __init__(self, life=86_400.0):
        self.clock = ManualClock()
        self.issuer = Issuer(self.clock, life)
        self.cache = TokenCache(self.issuer, self.clock, threading.Lock())
        self.hand = Hand(replies(), self.clock)

    def header(self):
        return self.hand.run(self.cache.header())


# What a token says


@pytest.mark.parametrize("exp", [2147483647, "2147483647", 2147483647.0])
def test_an_expiry_is_a_number_or_text(exp):
    """
    The `exp` claim is read as the real service wrote it in different years.
    """
    assert 2147483647.0 == expiry(jwt({"exp": exp}))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "opaque",
        "a.b.c",
        "a.!!!.c",
        "..",
        jwt({}),
        jwt({"exp": None}),
        jwt({"exp": "soon"}),
        jwt({"exp": [1]}),
        jwt({"exp": float("nan")}),
        jwt({"exp": float("inf")}),
        jwt({"exp": 10**400}),
        jwt([1]),
        jwt("text"),
        f"a.{base64.urlsafe_b64encode(b'[' * 100_000).decode()}.c",
        "ümläut.ümläut.ü",
    ],
)
def test_an_opaque_token_has_no_expiry(token):
    """
    What is no JWT, or one without a usable `exp`, is a token all the same.
    """
    assert expiry(token) is None


# When the cache fetches


def test_a_token_is_fetched_when_first_needed_and_kept():
    """
    One fetch serves every call of the first 23 hours and 50 minutes.
    """
    scene = Scene()
    assert 0 == scene.issuer.fetched
    for _ in range(100):
        assert "Bearer t1" == scene.header()
        scene.clock.advance("14m")
    assert 1 == scene.issuer.fetched


def test_a_token_is_renewed_ahead_of_its_end():
    """
    Ten minutes before its end a token is replaced, not earlier.
    """
    scene = Scene()
    scene.header()
    scene.clock.sleep(86_400 - 601)
    assert "Bearer t1" == scene.header()
    scene.clock.sleep(2)
    assert "Bearer t2" == scene.header()


@pytest.mark.parametrize("life", [4.0, 60.0, 900.0])
def test_a_short_token_is_renewed_in_its_last_half(life):
    """
    A token that lives shorter than twenty minutes is used for half of its life.
    """
    scene = Scene(life)
    scene.header()
    scene.clock.sleep(life / 2 - 0.5)
    assert "Bearer t1" == scene.header()
    scene.clock.sleep(1)
    assert "Bearer t2" == scene.header()


def test_an_opaque_token_is_kept_until_it_is_refused():
    """
    Without a readable end only the service can tell that a token is over.
    """
    scene = Scene(life=None)
    scene.header()
    scene.clock.advance("1000d")
    assert "Bearer t1" == scene.header()
    scene.cache.refuse("Bearer t1")
    assert "Bearer t2" == scene.header()


@pytest.mark.parametrize("seconds", [48 * 3600.0, 86_400.0])
def test_a_machine_that_slept_fetches_a_new_token(seconds):
    """
    When the wall clock has jumped past the end of the token, the next call has a new one.
    """
    scene = Scene()
    scene.header()
    scene.clock.jump(seconds)
    assert "Bearer t2" == scene.header()
    assert "Bearer t2" == scene.header()


def test_a_clock_set_back_costs_nothing():
    """
    With the wall clock set back the token is used on, for longer by that clock.
    """
    scene = Scene()
    scene.header()
    scene.clock.jump(-7 * 86_400)
    assert "Bearer t1" == scene.header()


def test_a_token_that_is_new_and_expired_is_believed_once():
    """
    A token that is over by this machine's clock when it comes is used, for that clock is probably wrong.
    """
    scene = Scene(life=-3600.0)
    assert "Bearer t1" == scene.header()
    assert "Bearer t1" == scene.header()
    assert 1 == scene.issuer.fetched


def test_a_refusal_of_an_older_token_is_no_news():
    """
    Of many calls that were refused with the same token only the first leads to a fetch.
    """
    scene = Scene()
    scene.header()
    scene.cache.refuse("Bearer t1")
    assert "Bearer t2" == scene.header()
    scene.cache.refuse("Bearer t1")
    assert "Bearer t2" == scene.header()
    assert 2 == scene.issuer.fetched


def test_a_failed_renewal_ahead_of_time_is_not_noticed():
    """
    While the old token is good for minutes, a failure to renew is hidden, and tried again after half a minute.
    """
    scene = Scene()
    scene.header()
    scene.clock.sleep(86_400 - 599)
    scene.issuer.failures = [BROKEN, BROKEN]
    assert "Bearer t1" == scene.header()
    assert "Bearer t1" == scene.header()
    assert 1 == len(scene.issuer.failures)
    scene.clock.sleep(31)
    assert "Bearer t1" == scene.header()
    assert [] == scene.issuer.failures
    scene.clock.sleep(31)
    assert "Bearer t2" == scene.header()


def test_a_failure_at_the_end_is_raised():
    """
    In its last minute a token is not good enough any more, and the failure to get another one is the caller's.
    """
    scene = Scene()
    scene.header()
    scene.clock.sleep(86_400 - 59)
    scene.issuer.failures = [BROKEN]
    with pytest.raises(TransportError):
        scene.header()
    assert "Bearer t2" == scene.header()


def test_while_one_renews_the_others_go_on():
    """
    Ahead of the end one caller fetches, and who comes meanwhile gets the old token without waiting.
    """
    scene = Scene()
    scene.header()
    scene.clock.sleep(86_400 - 599)
    first = scene.cache.header()
    scene.hand.perform(first.send(None))  # it has the lock now
    scene.cache._renewing = True
    assert "Bearer t1" == scene.header()
    with pytest.raises(StopIteration) as ended:
        first.send(True)  # noqa: FBT003 - what acquiring a lock returns
    assert "Bearer t2" == ended.value.value


def test_the_lock_is_free_after_a_failure():
    """
    Neither an error nor a cancellation leaves the next caller waiting for ever.
    """
    scene = Scene()
    scene.issuer.failures = [BROKEN, KeyboardInterrupt()]
    with pytest.raises(TransportError):
        scene.header()
    with pytest.raises(KeyboardInterrupt):
        scene.header()
    assert "Bearer t1" == scene.header()


def test_who_waited_for_a_failed_fetch_shares_its_failure():
    """
    When a fetch fails for one caller, those who waited for it fail with it, instead of each trying in turn.
    """
    scene = Scene()
    waiting = scene.cache.header()
    step = waiting.send(None)
    scene.issuer.failures = [BROKEN, ValueError("a second attempt")]
    with pytest.raises(TransportError):
        scene.header()
    scene.hand.perform(step)
    with pytest.raises(TransportError) as caught:
        waiting.send(True)  # noqa: FBT003 - what acquiring a lock returns
    assert caught.value is not BROKEN
    assert 1 == len(scene.issuer.failures)
    scene.issuer.failures = []
    assert "Bearer t1" == scene.header()


# Tokens that the user brings


def test_a_static_token_is_used_as_it_is():
    """
    A token given is sent, with whatever is known of its end.
    """
    clock = ManualClock()
    token = jwt({"exp": clock.time() + 60})
    given = Hand(replies(), clock).run(from_token(Secret(token), clock)())
    assert AccessToken(Secret(token), clock.time() + 60) == given


@pytest.mark.parametrize("ago", [301, 86_400])
def test_an_expired_static_token_is_not_sent(ago):
    """
    A token that expired more than five minutes ago fails before any request, with advice.
    """
    emulator = Emulator(clock=ManualClock())
    client = Client(
        account_id=emulator.account_id,
        region="eastus",
        access_token=jwt({"exp": emulator.clock.time() - ago}),
        transport=emulator.transport(),
        clock=emulator.clock,
    )
    with client, pytest.raises(AuthenticationError, match=f"expired {ago} s ago") as caught:
        client.get_session("s")
    assert "credential" in caught.value.advice
    assert [] == emulator.requests


def test_a_token_that_seems_expired_by_a_little_is_tried():
    """
    Within five minutes it may be this machine's clock that is wrong: the service decides.
    """
    clock = ManualClock()
    source = from_token(Secret(jwt({"exp": clock.time() - 299})), clock)
    assert Hand(replies(), clock).run(source()).token


@pytest.mark.parametrize("given", ["token", " token\n", Secret("token"), Secret("token\n")])
def test_a_function_gives_a_token(given):
    """
    A function may return text or a secret, also with the line end of the file it was read from.
    """
    token = Hand(replies(), ManualClock()).run(from_provider(lambda: given)())
    assert "token" == token.token.reveal()


@pytest.mark.parametrize("given", [None, "", " ", 5, b"hunter2", "two words", "two\nlines", "ümlaut", ["hunter2"]])
def test_a_function_that_gives_no_token_is_named(given):
    """
    Anything else is refused by its type, without being shown.
    """
    with pytest.raises(ConfigurationError, match="instead of a token") as caught:
        Hand(replies(), ManualClock()).run(from_provider(lambda: given)())
    assert "hunter2" not in str(caught.value)
    assert "access_token" == caught.value.field


def test_a_credentials_own_failure_is_typed():
    """
    What a user's function raises becomes an authentication error that names it, with its secrets masked.
    """

    def provider():
        raise OSError("no answer to Bearer hunter2")

    with pytest.raises(AuthenticationError, match="OSError: no answer") as caught:
        Hand(replies(), ManualClock()).run(from_provider(provider)())
    assert "hunter2" not in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_credentials_typed_failure_passes_through():
    """
    One of our own errors, from a credential that uses the facade itself, stays what it is.
    """

    def provider():
        raise BROKEN

    with pytest.raises(TransportError) as caught:
        Hand(replies(), ManualClock()).run(from_provider(provider)())
    assert BROKEN is caught.value


# Whole clients


class Identity:
    """
    A credential with azure-core's `get_token`.
    """

    def __init__(self, token="entra"):
        self.token = token
        self.scopes = []

    def get_token(self, *scopes):
        self.scopes.append(scopes)
        return SimpleNamespace(token=self.token, expires_on=0)


class AsyncIdentity(Identity):
    """
    The same, awaited.
    """

    async def get_token(self, *scopes):
        await anyio.lowlevel.checkpoint()
        return super().get_token(*scopes)


@pytest.fixture
def emulator(clock):
    with Emulator(clock=clock, identities={"entra": "Administrator"}) as emulator:
        emulator.hooks = []
        yield emulator


def settings(emulator, **credential):
    return {
        "account_id": emulator.account_id,
        "region": "westeurope",
        "account_domain": "eastus",
        "transport": emulator.transport(),
        "clock": emulator.clock,
        **credential,
    }


def test_a_credential_is_exchanged_for_the_accounts_token(emulator):
    """
    An Entra identity is asked for the token service's scope, and what it gives is exchanged there.
    """
    identity = Identity()
    with Client(**settings(emulator, credential=identity)) as client:
        assert [] == list(client.list_sessions())
    assert [("https://sts.eastus.mixedreality.azure.com/.default",)] == identity.scopes
    assert 1 == len(emulator.calls("get_token"))


@BACKENDS
@pytest.mark.parametrize("identity", [Identity, AsyncIdentity])
async def test_an_async_client_takes_both_kinds(anyio_backend, emulator, identity):
    """
    Under asyncio and trio a credential may be sync or async.
    """
    async with AsyncClient(**settings(emulator, credential=identity())) as client:
        assert (await client.token()).expires_at == emulator.clock.time() + 86_400


@BACKENDS
async def test_a_blocking_credential_does_not_block_the_tasks(anyio_backend, emulator):
    """
    A sync credential of an async client runs in a thread of its own, beside the tasks.
    """
    asked, going = threading.Event(), threading.Event()

    def provider():
        asked.set()
        assert going.wait(PATIENCE)
        return emulator.issue_token()

    async with AsyncClient(**settings(emulator, access_token=provider)) as client, anyio.create_task_group() as group:
        group.start_soon(client.token)
        while not asked.is_set():
            await anyio.lowlevel.checkpoint()
        going.set()
    assert [] == emulator.requests


def test_a_client_cannot_await(emulator):
    """
    An async credential in a sync client is an error that says which client to use.
    """
    with Client(**settings(emulator, credential=AsyncIdentity())) as client:
        with pytest.raises(ConfigurationError, match="AsyncClient") as caught:
            client.token()
        assert "credential" == caught.value.field


@pytest.mark.parametrize("token", [None, "", 5])
def test_a_credential_without_a_token_is_named(emulator, token):
    """
    A `get_token` whose result has no token is an error about the credential.
    """
    with Client(**settings(emulator, credential=Identity(token))) as client:
        with pytest.raises(ConfigurationError, match="instead of a token") as caught:
            client.token()
        assert "credential" == caught.value.field


def test_a_token_function_needs_no_token_service(emulator):
    """
    A function's token goes to the rendering service as it is, and the function is asked once.
    """
    asked = []

    def provider():
        asked.append(1)
        return emulator.issue_token()

    options = settings(emulator, access_token=provider)
    del options["account_domain"]
    with Client(**options) as client:
        assert client.sts_endpoint is None
        assert [] == list(client.list_sessions()) == list(client.list_sessions())
    assert [1] == asked
    assert [] == emulator.calls("get_token")


def test_a_token_is_renewed_once_on_a_refusal(emulator):
    """
    A 401 of the rendering service is answered by one new token and one more request.
    """
    with Client(**settings(emulator, account_key=emulator.account_key)) as client:
        client.create_session("s")
        emulator.hooks.append(Instead("get_session", [answer(401)]))
        assert "s" == client.get_session("s").id
        assert 2 == len(emulator.calls("get_token"))
        emulator.hooks.append(Instead("get_session", [answer(401)] * 2))
        with pytest.raises(AuthenticationError) as caught:
            client.get_session("s")
        assert 401 == caught.value.status
        assert 3 == len(emulator.calls("get_token"))


def test_a_wrong_key_is_told_at_once(emulator):
    """
    The token service's 401, which has no body, ends the call without repetitions.
    """
    with Client(**settings(emulator, account_key="d3Jvbmc=")) as client:
        with pytest.raises(AuthenticationError, match="get a token for account") as caught:
            client.get_session("s")
        assert "account_domain" in str(caught.value)
    assert ["get_token"] == [call.operation for call in emulator.requests]


UNREADABLE_TOKENS = {
    "garbage behind": answer(200, raw=b'{"AccessToken":"hunter2"}}'),
    "another status": answer(203, {"AccessToken": "hunter2"}),
    "a redirect": answer(302, {"AccessToken": "hunter2"}),
    "a list": answer(200, ["hunter2"]),
    "pairs": answer(200, [["hunter2", "hunter2", "hunter2"]]),
    "a text": answer(200, "hunter2"),
    "another name": answer(200, {"token": "hunter2"}),
    "nested": answer(200, {"AccessToken": {"value": "hunter2"}}),
    "too deep": answer(200, raw=b'{"AccessToken":"hunter2","x":' + b"[" * 100_000),
    "a line end": answer(200, {"AccessToken": "hunter2\r\n"}),
    "a blank": answer(200, {"AccessToken": "hunter2 hunter2"}),
    "an umlaut": answer(200, {"AccessToken": "hunter2ü"}),
}


@pytest.mark.parametrize("response", UNREADABLE_TOKENS.values(), ids=UNREADABLE_TOKENS)
def test_an_unreadable_token_is_not_shown(emulator, response):
    """
    An answer of the token service that gives no token for a header is a typed error without its body or its cause.
    """
    emulator.hooks.append(Instead("get_token", [response]))
    client = Client(**settings(emulator, account_key=emulator.account_key))
    with client, pytest.raises(UnexpectedResponseError, match="get a token for account") as caught:
        client.get_session("s")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    assert "" == caught.value.body
    assert caught.value.__cause__ is None
    assert ["get_token"] == [call.operation for call in emulator.requests]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"AccessToken":"hunter2"}',
        '{"AccessToken":"hunter2"}'.encode("utf-16"),
        b'{"AccessToken" : "hunter2',
        b'{"error":{"code":"Odd","message":"Not for Bearer hunter2","target":"sig=hunter2"}}',
        b'{"error":{"code":"Odd","message":"{\\"AccessToken\\":\\"hunter2\\"}"}}',
    ],
)
def test_a_token_in_a_refusal_is_masked(emulator, raw):
    """
    A refusal of the token service is shown with the tokens in it masked.
    """
    emulator.hooks.append(Instead("get_token", [answer(403, raw=raw)]))
    client = Client(**settings(emulator, account_key=emulator.account_key))
    with client, pytest.raises(ForbiddenError, match=r"\*\*\*") as caught:
        client.get_session("s")
    assert "hunter2" not in f"{caught.value} {caught.value.info!r}".replace("\0", "")


def test_a_key_that_was_rotated_away(clock):
    """
    After the account's keys have changed, a running client fails with a 401 of the token service, and one with the new
    key works.
    """
    before = Emulator(clock=clock, account_key="b2xk")
    after = Emulator(clock=clock, account_key="bmV3", secondary_key="c3BhcmU=")
    now = before

    class Rotating(Broken):
        def handle_request(self, request):
            return now.transport().handle_request(request)

    options = settings(before, account_key="b2xk", transport=Rotating(before))
    with Client(**options) as client:
        assert [] == list(client.list_sessions())
        now = after
        with pytest.raises(AuthenticationError, match="get a token"):
            list(client.list_sessions())
    for key in ("bmV3", "c3BhcmU="):
        with Client(**{**options, "account_key": key}) as client:
            assert [] == list(client.list_sessions())


def test_a_token_service_that_stumbles_is_asked_again(emulator):
    """
    Server errors of the token service are retried like any other call's.
    """
    emulator.hooks.append(Instead("get_token", [answer(503), answer(429, Retry_After="5")]))
    with Client(**settings(emulator, account_key=emulator.account_key)) as client:
        assert client.token().expires_at
    assert 3 == len(emulator.calls("get_token"))
    assert emulator.clock.monotonic() >= 5


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"AccessToken": 5}', b'{"AccessToken": ""}', b'{"Acc']
)
def test_a_strange_answer_of_the_token_service_is_typed(emulator, body):
    """
    Whatever is no token ends in an error of ours, not of the parser's.
    """
    emulator.hooks.append(Instead("get_token", [answer(200, raw=body)]))
    options = settings(emulator, account_key=emulator.account_key)
    with Client(**options) as client, pytest.raises(UnexpectedResponseError):
        client.token()


def test_secrets_are_not_logged(emulator, caplog):
    """
    At the most talkative level the log has correlation vectors and neither the key nor a token.
    """
    caplog.set_level(logging.DEBUG)
    with Client(**settings(emulator, account_key=emulator.account_key)) as client:
        token = client.token().token.reveal()
        client.create_session("s")
        repr(client.token())
    assert "MS-CV" in caplog.text
    assert token not in caplog.text
    assert emulator.account_key not in caplog.text


# A crowd


class Gate(Hook):
    """
    Holds the token service's answers back until it is opened.
    """

    def __init__(self):
        self.open = threading.Event()

    def before(self, where, request):
        if where.operation == "get_token":
            assert self.open.wait(PATIENCE)


def test_a_hundred_threads_fetch_one_token(emulator):
    """
    However many threads need the first token at once, the token service is asked once.
    """
    gate, got, arrive = Gate(), [], threading.Barrier(CROWD + 1)
    emulator.hooks.append(gate)

    def ask():
        arrive.wait(PATIENCE)
        got.append(client.token())

    with Client(**settings(emulator, account_key=emulator.account_key)) as client:
        threads = [threading.Thread(target=ask) for _ in range(CROWD)]
        for thread in threads:
            thread.start()
        arrive.wait(PATIENCE)
        gate.open.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert CROWD == len(got)
    assert 1 == len(set(got))
    assert 1 == len(emulator.calls("get_token"))


@BACKENDS
async def test_a_hundred_tasks_fetch_one_token(anyio_backend, emulator):
    """
    However many tasks need the first token at once, the credential is asked once.
    """
    asked, got, begun = [], [], anyio.Event()

    async def provider():
        asked.append(1)
        await begun.wait()
        return emulator.issue_token()

    async with AsyncClient(**settings(emulator, access_token=provider)) as client:

        async def ask():
            got.append(await client.token())

        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as group:
                for _ in range(CROWD):
                    group.start_soon(ask)
                await anyio.wait_all_tasks_blocked()
                begun.set()
    assert (1, CROWD, 1) == (len(asked), len(got), len(set(got)))


@BACKENDS
async def test_a_task_that_is_cancelled_while_fetching_leaves_it_to_the_next(anyio_backend, emulator):
    """
    When the task that fetches is cancelled, one of those that wait fetches in its place.
    """
    asked, got, begun = [], [], anyio.Event()

    async def provider():
        asked.append(1)
        await begun.wait()
        return emulator.issue_token()

    async with AsyncClient(**settings(emulator, access_token=provider)) as client:

        async def ask():
            got.append(await client.token())

        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as others:
                async with anyio.create_task_group() as first:
                    first.start_soon(ask)
                    await anyio.wait_all_tasks_blocked()
                    others.start_soon(ask)
                    others.start_soon(ask)
                    await anyio.wait_all_tasks_blocked()
                    first.cancel_scope.cancel()
                await anyio.wait_all_tasks_blocked()
                begun.set()
    assert (2, 2) == (len(asked), len(got))


@BACKENDS
async def test_a_crowd_shares_one_failure(anyio_backend, emulator):
    """
    When no token can be had, a hundred tasks that wait for one do not each try it in turn.
    """
    asked, got, begun = [], [], anyio.Event()

    async def provider():
        asked.append(1)
        await begun.wait()
        raise OSError("down")

    async with AsyncClient(**settings(emulator, access_token=provider)) as client:

        async def ask():
            with pytest.raises(AuthenticationError, match="down") as caught:
                await client.token()
            got.append(caught.value)

        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as group:
                for _ in range(CROWD):
                    group.start_soon(ask)
                await anyio.wait_all_tasks_blocked()
                begun.set()
    assert (1, CROWD) == (len(asked), len({id(error) for error in got}))
