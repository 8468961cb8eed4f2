"""
What a single call bears: lost connections, throttling, failing servers, and answers that got lost on the way.
"""

import httpx
import pytest

from arr_facade import (
    ConflictError,
    ConnectError,
    ForbiddenError,
    RequestTimeoutError,
    Retry,
    RetryPolicy,
    ServerError,
    ServiceError,
    ThrottledError,
    TransportError,
)
from arr_facade.emulator import Fault
from tests.facade.world import Broken, answer, in_process, listed, one_driver, refusal, tasks_only

pytestmark = [pytest.mark.anyio]

CALLS = {
    "create_session": lambda client: client.create_session("new"),
    "get_session": lambda client: client.get_session("demo"),
    "update_session": lambda client: client.update_lease("demo", "20m"),
    "stop_session": lambda client: client.stop_session("demo"),
    "list_sessions": lambda client: listed(client.list_sessions()),
}


@pytest.fixture
def retries():
    return []


@pytest.fixture
async def client(world, retries):
    async with world.client(on_retry=retries.append) as client:
        await client.create_session("demo")
        yield client


@one_driver
@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@in_process
async def test_a_passing_trouble_is_borne(world, client, retries, operation, status):
    """
    Every operation is repeated after an answer that a later request may not get, and the hook is told of each time.
    """
    world.instead(operation, answer(status), answer(status))
    await CALLS[operation](client)
    assert [1, 2] == [retry.attempt for retry in retries]
    assert [status, status] == [retry.error.status for retry in retries]
    assert all(isinstance(retry, Retry) for retry in retries)


async def test_trouble_is_borne_over_any_link(world, client, retries):
    """
    A call that succeeds at the third attempt has been sent three times.
    """
    before = len(world.emulator.calls("get_session"))
    world.instead("get_session", answer(503), answer(429))
    assert "demo" == (await client.get_session("demo")).id
    assert 3 == len(world.emulator.calls("get_session")) - before
    assert [503, 429] == [retry.error.status for retry in retries]


@one_driver
@in_process
@pytest.mark.parametrize("status", [400, 403, 404, 409, 418, 422, 501, 505])
async def test_a_lasting_trouble_is_not_repeated(world, client, retries, status):
    """
    What the same request would get again is raised at once.
    """
    world.instead("get_session", *[answer(status)] * 3)
    with pytest.raises(Exception, match=f"get session 'demo': {status}"):
        await client.get_session("demo")
    assert [] == retries
    assert 1 == len(world.emulator.calls("get_session"))


@in_process
async def test_patience_ends(world, client, retries):
    """
    After the policy's last repetition the last trouble is raised.
    """
    world.instead("get_session", *[answer(500)] * 3, *[refusal(503, "Busy", "Later.")] * 9)
    with pytest.raises(ServerError, match="503 Busy"):
        await client.get_session("demo")
    assert [1, 2, 3, 4] == [retry.attempt for retry in retries]


@in_process
@pytest.mark.parametrize("attempts", [0, 1, 7])
async def test_the_number_of_attempts_is_the_users(world, attempts):
    """
    `RetryPolicy(attempts=n)` sends a failing request n + 1 times.
    """
    world.instead("get_session", *[answer(500)] * 20)
    async with world.client(retry=RetryPolicy(attempts=attempts)) as client:
        with pytest.raises(ServerError):
            await client.get_session("demo")
    assert attempts + 1 == len(world.emulator.calls("get_session"))


@in_process
@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("Thu, 01 Jan 2026 00:00:30 GMT", 30), ("Thu, 01 Jan 2026 00:00:20 Z", 20)],
)
async def test_retry_after_is_obeyed(world, client, retries, value, seconds):
    """
    The next attempt comes after as many seconds as Retry-After asks, or at the moment it names.
    """
    world.instead("get_session", answer(429, Retry_After=value))
    await client.get_session("demo")
    assert [seconds] == [retry.delay for retry in retries]
    assert seconds == pytest.approx(world.clock.monotonic())


@in_process
async def test_a_retry_after_beyond_the_budget_is_not_waited_for(world, client, retries):
    """
    A Retry-After longer than the budget is raised at once, and told to the caller.
    """
    world.instead("get_session", answer(429, Retry_After="3600"))
    with pytest.raises(ThrottledError) as raised:
        await client.get_session("demo")
    assert 3600 == raised.value.retry_after
    assert [] == retries
    assert 0 == world.clock.monotonic()


@in_process
async def test_waits_grow_with_full_jitter(world):
    """
    Without Retry-After the waits are random, below a bound that doubles each time up to the cap.
    """
    retries = []
    world.instead("get_session", *[answer(500)] * 60)
    policy = RetryPolicy(attempts=8, base=1, cap=20, budget=1000)
    async with world.client(retry=policy, on_retry=retries.append) as client:
        for _ in range(3):
            with pytest.raises(ServerError):
                await client.get_session("demo")
    bounds = [1, 2, 4, 8, 16, 20, 20, 20] * 3
    assert all(0 <= retry.delay <= bound for retry, bound in zip(retries, bounds, strict=True))
    assert len({retry.delay for retry in retries}) > 20


@in_process
@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError, ConnectError),
        (httpx.ConnectTimeout, ConnectError),
        (httpx.ProxyError, ConnectError),
        (httpx.ReadTimeout, RequestTimeoutError),
        (httpx.WriteTimeout, RequestTimeoutError),
        (httpx.PoolTimeout, RequestTimeoutError),
        (httpx.ReadError, TransportError),
        (httpx.WriteError, TransportError),
        (httpx.RemoteProtocolError, TransportError),
        (ConnectionResetError, TransportError),
    ],
)
async def test_a_broken_connection_is_borne_and_then_typed(world, failure, kind):
    """
    A failure to connect, a timeout and a broken connection are repeated, and then raised as our own error.
    """
    retries = []
    broken = Broken(world.emulator, *[failure("the wire broke")] * 7)
    async with world.client(transport=broken, on_retry=retries.append) as client:
        with pytest.raises(kind, match=r"get session 'demo' at emulator\.localhost: the wire broke") as raised:
            await client.get_session("demo")
        assert kind is type(raised.value)
        assert isinstance(raised.value.__cause__, failure)
        assert "Advice: " in str(raised.value)
        assert [kind] * 4 == [type(retry.error) for retry in retries]
        assert "demo" == (await client.create_session("demo")).id


@in_process
async def test_a_timeout_is_a_timeout_error(world):
    """
    Who catches Python's own TimeoutError catches a request that was not answered in time.
    """
    options = {"retry": RetryPolicy(attempts=0), "transport": Broken(world.emulator, httpx.ReadTimeout("slow"))}
    async with world.client(**options) as client:
        with pytest.raises(TimeoutError, match="slow"):
            await client.get_session("demo")


@in_process
async def test_nobody_listens(world):
    """
    A port at which nobody listens ends in ConnectError that names it, and the service is not to blame.
    """
    options = {"endpoint": "http://127.0.0.1:1", "account_id": world.emulator.account_id, "access_token": "t"}
    async with world.stranger(**options) as client:
        with pytest.raises(ConnectError, match=r"127\.0\.0\.1:1"):
            await client.get_session("demo")


@in_process
@pytest.mark.parametrize("failure", [httpx.ReadTimeout, httpx.ReadError])
async def test_a_creation_whose_answer_was_lost_is_repeated(world, failure):
    """
    A PUT whose answer got lost is repeated with the same id, which the service answers with 200 and one session.
    """
    broken = Broken(world.emulator, failure("lost"), lost=True, operation="create_session")
    async with world.client(transport=broken) as client:
        created = await client.create_session(lease="20m")
        assert [201, 200] == [call.status for call in world.emulator.calls("create_session")]
        assert 1 == len({call.path for call in world.emulator.calls("create_session")})
        assert [created] == [session async for session in client.list_sessions()]


@in_process
async def test_a_stop_whose_answer_was_lost_is_repeated(world):
    """
    A stop whose answer got lost is sent again, for a stop stays a stop.
    """
    broken = Broken(world.emulator, httpx.ReadError("lost"), lost=True, operation="stop_session")
    async with world.client(transport=broken) as client:
        await client.create_session("demo")
        await client.stop_session("demo")
        assert "Stopped" == (await client.get_session("demo")).status
    assert [204, 204] == [call.status for call in world.emulator.calls("stop_session")]


@in_process
async def test_a_start_of_unknown_outcome_leaves_nothing_running(world):
    """
    When a `start` fails with its answers lost, what the service may have made is stopped before the error arrives.
    """
    broken = Broken(world.emulator, *[httpx.ReadTimeout("lost")] * 5, lost=True, operation="create_session")
    async with world.client(transport=broken) as client:
        with pytest.raises(RequestTimeoutError):
            await client.start("demo")
        assert "Stopped" == (await client.get_session("demo")).status


@in_process
async def test_a_start_that_may_run_says_so(world):
    """
    When not even the stop gets through, the error carries a note with the session's id.
    """
    async with world.client(transport=Broken(world.emulator, *[httpx.ConnectError("down")] * 99)) as client:
        with pytest.raises(ConnectError) as raised:
            await client.start("demo")
    assert any("'demo' could not be stopped and may be running" in note for note in raised.value.__notes__)


@in_process
async def test_a_refused_start_stops_nothing(world, client):
    """
    A `start` that the service refuses must not stop the session that has its id.
    """
    with pytest.raises(Exception, match="409"):
        await client.start("demo", lease="30m")
    assert "Starting" == (await client.get_session("demo")).status
    world.instead("create_session", answer(403))
    with pytest.raises(ForbiddenError):
        await client.start("demo")
    assert [] == world.emulator.calls("stop_session")


@in_process
@pytest.mark.parametrize("status", [403, 408, 429])
async def test_an_attempt_that_may_have_succeeded_is_not_forgotten(world, status):
    """
    A `start` whose first answer was lost and whose repetition was refused stops what the first may have made.
    """
    world.emulator.faults.add(Fault("drop_after", operation="create_session", count=1))
    world.emulator.faults.add(Fault("error", operation="create_session", skip=1, status=status, retry_after=3600))
    async with world.client() as client:
        with pytest.raises(ServiceError) as raised:
            await client.start("demo")
        assert (status, True) == (raised.value.status, raised.value.outcome_unknown)
        assert "Stopped" == (await client.get_session("demo")).status


@in_process
async def test_a_session_of_somebody_else_is_not_stopped(world):
    """
    A `start` that ends in a conflict, also after an answer was lost, leaves the session with that id alone.
    """
    broken = Broken(world.emulator, httpx.ReadError("lost"), operation="create_session")
    async with world.client() as other, world.client(transport=broken) as client:
        await other.create_session("demo", lease="20m")
        with pytest.raises(ConflictError):
            await client.start("demo", lease="10m")
        assert "Starting" == (await other.get_session("demo")).status


@in_process
@tasks_only
async def test_a_cancelled_start_leaves_nothing_running(world):
    """
    A task cancelled while its `start` is under way stops what the service may have made.
    """
    import anyio

    with anyio.CancelScope() as scope:

        class Cancelling(Broken):
            async def handle_async_request(self, request):
                response = self.handle_request(request)
                if request.method == "PUT":
                    scope.cancel()
                    await anyio.lowlevel.checkpoint()
                return response

        async with world.client(transport=Cancelling(world.emulator)) as client:
            await client.start("demo")
    assert scope.cancelled_caught
    async with world.client() as client:
        assert "Stopped" == (await client.get_session("demo")).status


async def test_a_token_is_renewed_once_on_401(world, client):
    """
    A token that the service no longer accepts is replaced, and the request sent once more, unseen by the caller.
    """
    world.watch()
    world.instead("get_session", answer(401))
    assert "demo" == (await client.get_session("demo")).id
    assert 2 == len(world.emulator.calls("get_token"))
    first, second = [headers["authorization"] for headers in world.headers("get_session")]
    assert first != second
