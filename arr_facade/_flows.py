"""
Every operation as a flow: what is sent, what is made of the answer, what comes next. No I/O, no clock of its own.
"""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import attrs

from arr_facade import _answers
from arr_facade._board import Board
from arr_facade._limit import Limiter
from arr_facade._retry import ONCE, RETRIED_STATUSES, Retry, RetryPolicy
from arr_facade._secret import masked_url
from arr_facade._steps import Send, Sleep
from arr_facade.errors import (
    ArrError,
    ConfigurationError,
    ConflictError,
    NotFoundError,
    ThrottledError,
    TransportError,
    UnexpectedResponseError,
    WaitTimeoutError,
)
from arr_facade.models import (
    Conversion,
    ConversionInput,
    ConversionOutput,
    Session,
    SessionSize,
)
from arr_facade.regions import DEFAULT_PORTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random
    from urllib.parse import SplitResult
    from uuid import UUID

    from arr_facade._auth import TokenCache
    from arr_facade._operations import Api
    from arr_facade._secret import Secret
    from arr_facade._steps import Alarm, Answer, Flow
    from arr_facade.clock import Clock
    from arr_facade.errors import ServiceError

__all__ = [
    "Sender",
    "Service",
    "checked_id",
    "checked_size",
    "confirm_end",
    "create_conversion",
    "create_session",
    "end_session",
    "get_conversion",
    "get_session",
    "list_page",
    "start_session",
    "stop_insisting",
    "stop_session",
    "update_lease",
]

logger = logging.getLogger("arr_facade.flows")

_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_VISIBLE = re.compile(r"[!-~]+")

# What no pacing may hold up: the end of the billing, and the lease.
_URGENT = frozenset({"stop_session", "update_session"})

# For a look that nobody should have to wait for: it neither takes its turn nor tries again.
_AT_ONCE = RetryPolicy(attempts=0, budget=0)


@attrs.define
class Sender:
    """
    Sends a request as often as the policy says.

    Attributes:
        clock: Measures.
        random: Draws the jitter.
        policy: Decides on repetitions.
        on_retry: Is told of each repetition.
        limiter: Paces all calls once the service has throttled one.
    """

    clock: Clock
    random: Random
    policy: RetryPolicy
    on_retry: Callable[[Retry], object] | None = None
    limiter: Limiter = attrs.field(factory=Limiter)

    def send(self, request: Send, tokens: TokenCache | None = None, policy: RetryPolicy | None = None) -> Flow[Answer]:
        """
        The answer, when it is below 400.

        A repetition may find that the attempt before it took effect although its answer was lost. Each operation allows
        that: a PUT with the same id and settings answers 200, a lease is set to a total, and a stop stays a stop.

        Raises:
            TransportError: No answer arrived, also after the repetitions.
            ServiceError: The service refused.
        """
        policy = policy or self.policy
        attempt, waited, renewed, unknown = 0, 0.0, False, False
        try:
            while True:
                if tokens is not None:
                    request.authorization = yield from tokens.header()
                    yield from self._pace(request, policy)
                asked_at = self.clock.monotonic()
                try:
                    answer: Answer = yield request
                except TransportError as failure:
                    error: ArrError = failure
                    unknown = True
                else:
                    if answer.status_code < HTTPStatus.BAD_REQUEST:
                        # What the service says was true before it was on its way, so it ages from here.
                        answer.asked_at = asked_at
                        return answer
                    if answer.status_code == HTTPStatus.UNAUTHORIZED and tokens is not None and not renewed:
                        renewed = True
                        tokens.refuse(request.authorization or "")
                        continue
                    unknown = unknown or _undecided(answer.status_code)
                    error = self._refusal(request, answer)
                attempt += 1
                delay = self.pause(request.operation, error, attempt=attempt, spent=waited, policy=policy)
                yield Sleep(delay)
                waited += delay
        except ArrError as failure:
            # Whatever the last attempt met: one before it may have done it.
            failure.outcome_unknown = failure.outcome_unknown or unknown
            raise

    def pause(
        self, operation: str, error: ArrError, *, attempt: int, spent: float, policy: RetryPolicy | None = None
    ) -> float:
        """
        Seconds to wait before the operation's repetition number `attempt`, of which the hook is told.

        Raises:
            ArrError: The policy gives up, so this is the error.
        """
        delay = (policy or self.policy).delay(
            attempt=attempt,
            spent=spent,
            retry_after=getattr(error, "retry_after", None),
            chance=self.random.random(),
        )
        if delay is None:
            raise error
        logger.debug("%s: attempt %d in %.2f s, after %s", operation, attempt, delay, error.args[0])
        if self.on_retry is not None:
            self.on_retry(Retry(operation, attempt, delay, error))
        return delay

    def _pace(self, request: Send, policy: RetryPolicy) -> Flow[None]:
        if request.urgent or policy.budget == 0:
            return
        turn = self.limiter.take(self.clock.monotonic(), policy.budget)
        if turn > 0:
            yield Sleep(turn)

    def _refusal(self, request: Send, answer: Answer) -> ServiceError:
        """
        The error to try again for; any other is raised.
        """
        refusal = _answers.service_error(answer, request.operation, self.clock.time())
        if isinstance(refusal, ThrottledError):
            self.limiter.throttled(self.clock.monotonic(), refusal.retry_after)
        if answer.status_code not in RETRIED_STATUSES:
            raise refusal
        return refusal


@attrs.define
class Service:
    """
    One account at one rendering endpoint, as the flows see it.

    Attributes:
        api: The generated operations.
        account_id: The account.
        tokens: Its token.
        sender: Sends with retries.
        alarm: Makes an alarm of the kind that the driver waits for.
        sessions: Who waits for sessions.
        conversions: Who waits for conversions.
    """

    api: Api
    account_id: UUID
    tokens: TokenCache
    sender: Sender
    alarm: Callable[[], Alarm]
    sessions: Board[Session] = attrs.field(factory=lambda: Board("sessions"))
    conversions: Board[Conversion] = attrs.field(factory=lambda: Board("conversions"))

    @property
    def clock(self) -> Clock:
        """
        The clock of everything.
        """
        return self.sender.clock

    def call(
        self, name: str, operation: str, *, policy: RetryPolicy | None = None, **arguments: Any
    ) -> Flow[tuple[Any, Answer]]:
        """
        The generated model that the operation `name` answers with, and the answer itself.
        """
        response = yield from self.ask(name, operation, policy=policy, **arguments)
        return _answers.parsed(self.api.parser(name), response, operation), response

    def ask(self, name: str, operation: str, *, policy: RetryPolicy | None = None, **arguments: Any) -> Flow[Answer]:
        """
        The answer to the operation `name`, when it is below 400.
        """
        request = self.api.request(name, operation, account_id=self.account_id, **arguments)
        request.urgent = name in _URGENT
        return (yield from self.sender.send(request, self.tokens, policy))

    def session(
        self, name: str, verb: str, session_id: str, *, policy: RetryPolicy | None = None, **arguments: Any
    ) -> Flow[tuple[Session, Answer]]:
        """
        The same for operations that answer with a session.
        """
        operation = f"{verb} '{session_id}'"
        raw, response = yield from self.call(name, operation, policy=policy, session_id=session_id, **arguments)
        return _answers.session(raw, response, operation), response

    def conversion(
        self, name: str, verb: str, conversion_id: str, *, policy: RetryPolicy | None = None, **arguments: Any
    ) -> Flow[tuple[Conversion, Answer]]:
        """
        The same for operations that answer with a conversion.
        """
        operation = f"{verb} '{conversion_id}'"
        raw, response = yield from self.call(name, operation, policy=policy, conversion_id=conversion_id, **arguments)
        return _answers.conversion(raw, response, operation), response


def checked_id(value: str, field: str) -> str:
    """
    `value`, if it can be an id of a session or a conversion (Swagger: 1 to 256 of `[A-Za-z0-9_-]`).

    Raises:
        ConfigurationError: It cannot.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ConfigurationError(
            field,
            value,
            "is not an id: 1 to 256 letters, digits, hyphens and underscores",
            advice="only the start of a new one can do without, and makes one up.",
        )
    return value


def checked_size(value: SessionSize | str) -> str:
    """
    The size as the service spells it; text that names no public size goes out as it is, for accounts that have others.

    Raises:
        ConfigurationError: It is empty or no text.
    """
    if not isinstance(value, str) or not value.strip():
        known = ", ".join(SessionSize)
        raise ConfigurationError("size", value, f"is not a size; there are {known}")
    public = {size.lower(): str(size) for size in SessionSize}
    return public.get(value.strip().lower(), value.strip())


def create_session(service: Service, session_id: str, size: str, lease_minutes: int) -> Flow[Session]:
    """
    The new session, or the present one with the same id, size and lease.
    """
    body = service.api.model("CreateSessionSettings")(max_lease_time_minutes=lease_minutes, size=size)
    session, _ = yield from service.session("create_session", "create session", session_id, body=body)
    return session


def start_session(service: Service, session_id: str, size: str, lease_minutes: int) -> Flow[Session]:
    """
    As `create_session`, but when it fails or is cancelled with the outcome unknown, the session is stopped.
    """
    try:
        return (yield from create_session(service, session_id, size, lease_minutes))
    except BaseException as error:
        if _outcome_unknown(error):
            yield from stop_quietly(service, session_id, error)
        raise


def _undecided(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT


def _outcome_unknown(error: BaseException) -> bool:
    if isinstance(error, ConflictError):
        return False  # there is one, and it is somebody else's
    if isinstance(error, ArrError):
        return error.outcome_unknown or isinstance(error, UnexpectedResponseError)
    return not isinstance(error, GeneratorExit)


def get_session(service: Service, session_id: str, policy: RetryPolicy | None = None) -> Flow[Session]:
    """
    The session as it is now.
    """
    session, _ = yield from service.session("get_session", "get session", session_id, policy=policy)
    return session


def update_lease(
    service: Service, session_id: str, lease_minutes: int, policy: RetryPolicy | None = None
) -> Flow[Session]:
    """
    The session with its new total lease.
    """
    body = service.api.model("UpdateSessionSettings")(max_lease_time_minutes=lease_minutes)
    session, _ = yield from service.session(
        "update_session", "update the lease of session", session_id, policy=policy, body=body
    )
    return session


def stop_session(service: Service, session_id: str) -> Flow[bool]:
    """
    Whether there was such a session; afterwards the service has been told to stop it, also if it had ended.
    """
    operation = f"stop session '{session_id}'"
    try:
        _answers.nothing((yield from service.ask("stop_session", operation, session_id=session_id)), operation)
    except NotFoundError:
        logger.debug("session '%s' is not there to be stopped", session_id)
        return False
    return True


def end_session(service: Service, session_id: str) -> Flow[Session | None]:
    """
    The session as it ended, or None where the service cannot describe it; it is not running, if it ever was.

    Raises:
        UnexpectedResponseError: It runs on although each stop was acknowledged.
    """
    known = yield from stop_session(service, session_id)
    return (yield from confirm_end(service, session_id)) if known else None


def confirm_end(service: Service, session_id: str) -> Flow[Session | None]:
    """
    The same of a session that the service has been told to stop.

    The service answers 204, and the next reading says Stopped (service.md B.6). A session that is read as running all
    the same goes on costing money, so it is stopped again, as often as the policy repeats a call.
    """
    attempt, waited, known = 0, 0.0, True
    while known:
        try:
            session = yield from get_session(service, session_id, policy=_AT_ONCE)
        except ArrError as error:
            # It is stopped; that the service will not describe it just now, or any more, is no failure to stop.
            logger.debug("session '%s' is stopped but could not be read: %s", session_id, error.args[0])
            return None
        if session.has_ended:
            return session
        operation = f"stop session '{session_id}'"
        denial = UnexpectedResponseError(
            operation=operation,
            status=HTTPStatus.NO_CONTENT,
            reason=f"the session is {session.status} all the same",
            advice="stop it again, or its lease ends it; until then it may cost money.",
        )
        attempt += 1
        delay = service.sender.pause(operation, denial, attempt=attempt, spent=waited)
        yield Sleep(delay)
        waited += delay
        known = yield from stop_session(service, session_id)
    return None


def stop_quietly(service: Service, session_id: str, reason: BaseException) -> Flow[None]:
    """
    Nothing; a failure to stop becomes a note on `reason`, which is on its way to the caller already.
    """
    try:
        yield from end_session(service, session_id)
        if isinstance(reason, WaitTimeoutError) and isinstance(reason.last, Session) and reason.last.id == session_id:
            # The class advises to wait again; a wait for something else that ran out in the block keeps that.
            reason.advice = "it has been stopped; start one with a longer timeout."
    except ArrError as error:
        reason.add_note(f"session '{session_id}' could not be stopped and may be running: {error}")
    except BaseException as interrupt:
        if isinstance(reason, Exception) and _interrupts(interrupt):
            yield from stop_quietly(service, session_id, interrupt)
        else:
            # The driver has no more patience, or the user presses Ctrl-C again.
            reason.add_note(f"session '{session_id}' may be running: the attempt to stop it was cut short")
        raise


def stop_insisting(service: Service, session_id: str) -> Flow[Session | None]:
    """
    As `end_session`; when that is interrupted, the session is stopped all the same before the interrupt goes on.
    """
    try:
        return (yield from end_session(service, session_id))
    except BaseException as interrupt:
        if _interrupts(interrupt):
            yield from stop_quietly(service, session_id, interrupt)
        raise


def _interrupts(error: BaseException) -> bool:
    """
    Whether it is Ctrl-C, the end of the program or a cancellation, after which a flow may still do something.
    """
    return not isinstance(error, (Exception, GeneratorExit))


def list_page(
    service: Service, name: str, link: str | None, policy: RetryPolicy | None = None
) -> Flow[tuple[list[Session] | list[Conversion], str | None]]:
    """
    One page of `"sessions"` or `"conversions"`, and the link to the next one.

    Args:
        service: The account.
        name: What to list.
        link: The link of the page before, or None for the first.
        policy: How it is repeated, if not as the client's.

    Raises:
        UnexpectedResponseError: A link leads to another host, which must not see the token.
    """
    operation = f"list {name}"
    request = service.api.request(f"list_{name}", operation, account_id=service.account_id)
    if link is not None:
        request.url = link
    response = yield from service.sender.send(request, service.tokens, policy)
    page = _answers.parsed(service.api.parser(f"list_{name}"), response, operation)
    following = _next_link(page.next_link or None, service.api.endpoint, response, operation)
    if name == "sessions":
        return [_answers.session(raw, response, operation) for raw in page.sessions], following
    return [_answers.conversion(raw, response, operation) for raw in page.conversions], following


def list_whole(service: Service, board: Board[Any], see: Callable[[Session | Conversion], object]) -> Flow[None]:
    """
    Show `see` all that the board's list holds; the board then knows how many pages, and so requests, that takes.

    No page is asked for again when it fails: whoever lists so has other ways to learn the same.
    """
    link: str | None = None
    pages = 0
    while pages == 0 or link is not None:
        page, link = yield from list_page(service, board.name, link, policy=ONCE)
        pages += 1
        for seen in page:
            see(seen)
    board.pages = pages


def _next_link(link: Any, endpoint: str, response: Answer, operation: str) -> str | None:
    if link is None:
        return None
    try:
        return _followed(_answers.text_field(link, response, operation, "@nextLink"), endpoint)
    except ValueError as error:
        raise UnexpectedResponseError(
            operation=operation,
            status=response.status_code,
            reason=f"its @nextLink {error}",
            ms_cv=_answers.ms_cv(response),
        ) from error


def _followed(link: str, endpoint: str) -> str:
    """
    Where a link of the service leads.

    Raises:
        ValueError: It is no URL, or leads to another host, which must not see the token.
    """
    if not _VISIBLE.fullmatch(link):
        raise ValueError("is no URL")
    if link.startswith(f"{endpoint}/"):
        return link
    target = urljoin(f"{endpoint}/", link)
    here, there = urlsplit(endpoint), urlsplit(target)
    if _origin(there) != _origin(here):
        raise ValueError(f"leads from {here.netloc} to {there.netloc}")
    return there._replace(scheme=here.scheme, netloc=here.netloc).geturl()


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    # However it is written: in capitals, or with the port that it has anyway.
    return url.scheme, url.hostname, url.port or DEFAULT_PORTS.get(url.scheme)


def create_conversion(
    service: Service, conversion_id: str, source: ConversionInput, target: ConversionOutput
) -> Flow[Conversion]:
    """
    The new conversion, or the present one with the same id and settings.

    Raises:
        ConfigurationError: A container's address has a query, which may be a signature that would be shown and logged.
    """
    for location in (source, target):
        if "?" in location.container_uri:
            raise ConfigurationError(
                "container_uri",
                masked_url(location.container_uri),
                "has a query",
                advice='give the part behind the "?" as sas=.',
            )
    body = _conversion_settings(service.api.model, source, target)
    conversion, _ = yield from service.conversion("create_conversion", "create conversion", conversion_id, body=body)
    return conversion


def get_conversion(service: Service, conversion_id: str) -> Flow[Conversion]:
    """
    The conversion as it is now.
    """
    conversion, _ = yield from service.conversion("get_conversion", "get conversion", conversion_id)
    return conversion


def _revealed(sas: Secret | None) -> str | None:
    return None if sas is None else sas.reveal()


def _conversion_settings(model: Callable[[str], Any], source: ConversionInput, target: ConversionOutput) -> Any:
    def given(**fields: Any) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if value is not None}

    return model("CreateConversionSettings")(
        settings=model("ConversionSettings")(
            input_location=model("ConversionInputSettings")(
                storage_container_uri=source.container_uri,
                relative_input_asset_path=source.asset_path,
                **given(storage_container_read_list_sas=_revealed(source.sas), blob_prefix=source.prefix),
            ),
            output_location=model("ConversionOutputSettings")(
                storage_container_uri=target.container_uri,
                **given(
                    storage_container_write_sas=_revealed(target.sas),
                    blob_prefix=target.prefix,
                    output_asset_filename=target.asset_filename,
                ),
            ),
        )
    )
