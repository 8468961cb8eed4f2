"""
Credentials, and a token cache that renews ahead of time and only once for everybody.

What a user may give becomes a *source*: a function that returns a flow for one new token. The cache decides when to run
it. Both are flows, so that threads and tasks share one logic.
"""

from __future__ import annotations

import base64
import copy
import json
import logging
import math
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from arr_facade import _answers
from arr_facade._secret import Secret, redact, visible
from arr_facade._steps import Acquire, Call
from arr_facade.errors import ArrError, AuthenticationError, ConfigurationError
from arr_facade.models import AccessToken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from arr_facade._operations import Api
    from arr_facade._steps import Answer, Flow, Lock, Send
    from arr_facade.clock import Clock

__all__ = [
    "TokenCache",
    "TokenCredential",
    "TokenProvider",
    "account_key_bearer",
    "credential_bearer",
    "expiry",
    "from_provider",
    "from_sts",
    "from_token",
]

logger = logging.getLogger("arr_facade.auth")

_RENEW_AHEAD = 600.0
_TOO_LATE = 60.0
_TRY_AGAIN = 30.0
_SKEW = 300.0


@runtime_checkable
class TokenCredential(Protocol):
    """
    Any object with azure-core's `get_token`, sync or async; azure-identity's classes all have it.
    """

    def get_token(self, *scopes: str) -> Any:
        """
        A token for the scopes, as an object with a `token` attribute, or an awaitable of one.
        """
        ...


TokenProvider: TypeAlias = "Callable[[], str | Secret | Awaitable[str | Secret]]"
"""A function that returns a token for the rendering service, for instance one that asks your own backend."""

if TYPE_CHECKING:
    Source: TypeAlias = Callable[[], Flow[AccessToken]]
    Sender: TypeAlias = Callable[[Send], Flow[Answer]]


def expiry(token: str) -> float | None:
    """
    The `exp` claim of a JWT in seconds since 1970, given as a number or as text (service.md A.4), or None.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        moment = float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    return moment if math.isfinite(moment) else None


def from_token(token: Secret, clock: Clock) -> Source:
    """
    A source that always gives the one token it has, until that has expired.
    """

    def source() -> Flow[AccessToken]:
        expires_at = expiry(token.reveal())
        # Five minutes of grace: it is this machine's clock that may be wrong, and the service decides.
        if expires_at is not None and expires_at + _SKEW < clock.time():
            raise AuthenticationError(
                operation="use the access token",
                status=None,
                note=f"it expired {clock.time() - expires_at:.0f} s ago",
                advice="get a new one, or give the client a key or a credential that it can renew by itself.",
            )
        return AccessToken(token, expires_at)
        yield  # makes this a flow

    return source


def from_provider(provider: TokenProvider) -> Source:
    """
    A source that asks the user's function.
    """

    def source() -> Flow[AccessToken]:
        token = _checked((yield from _asked(provider)), "access_token")
        return AccessToken(token, expiry(token.reveal()))

    return source


def account_key_bearer(account_id: str, key: Secret) -> Callable[[], Flow[str]]:
    """
    What the token service wants to see of an account key: `{id}:{key}` (service.md A.4).
    """

    def bearer() -> Flow[str]:
        return f"{account_id}:{key.reveal()}"
        yield  # makes this a flow

    return bearer


def credential_bearer(credential: TokenCredential, scope: str) -> Callable[[], Flow[str]]:
    """
    What the token service wants to see of an Entra identity: a token for the scope `{sts endpoint}/.default`.
    """

    def bearer() -> Flow[str]:
        given = yield from _asked(lambda: credential.get_token(scope))
        return _checked(getattr(given, "token", None), "credential").reveal()

    return bearer


def from_sts(api: Api, account_id: Any, bearer: Callable[[], Flow[str]], send: Sender) -> Source:
    """
    A source that exchanges a bearer at the token service.

    Args:
        api: The token service.
        account_id: The account, as the generated client wants it.
        bearer: Gives the account key or an Entra token.
        send: The flow that sends with retries.
    """

    def source() -> Flow[AccessToken]:
        operation = f"get a token for account {account_id}"
        proof = yield from bearer()
        request = api.request("get_token", operation, account_id=account_id)
        request.authorization = f"Bearer {proof}"
        response = yield from send(request)
        answer = _answers.parsed(api.parser("get_token"), response, operation, show_body=False)
        token = _answers.secret_field(getattr(answer, "access_token", None), response, operation, "AccessToken")
        return AccessToken(token, expiry(token.reveal()))

    return source


class TokenCache:
    """
    One account's token, fetched when it is first needed and kept.

    - none yet, refused, or within a minute of its end: every caller waits for one new token, fetched once;
    - within ten minutes of its end (or its last half, if it lives shorter): one caller fetches, the others go on with
      the old one; should that fail, the old one serves on and the next try is half a minute later;
    - before that, or without a readable expiry: the one it has.

    The wall clock decides, so a machine that slept past the end of a token fetches a new one when it wakes.

    Args:
        source: Gives a new token.
        clock: Tells the time.
        lock: Keeps all but one from fetching.
    """

    def __init__(self, source: Source, clock: Clock, lock: Lock) -> None:
        self._source = source
        self._clock = clock
        self._lock = lock
        self._token: AccessToken | None = None
        self._header = ""
        self._renew_at = 0.0
        self._useless_at = 0.0
        self._renewing = False
        self._attempts = 0
        self._failure: ArrError | None = None

    def header(self) -> Flow[str]:
        """
        The Authorization header's value.

        Raises:
            AuthenticationError: The key or token was not accepted.
            ArrError: The token service could not be reached, or a credential failed.
        """
        now = self._clock.time()
        if now >= self._renew_at:
            yield from self._renew(must=now >= self._useless_at)
        return self._header

    def token(self) -> Flow[AccessToken]:
        """
        The token itself; raises what `header` raises.
        """
        yield from self.header()
        assert self._token is not None
        return self._token

    def refuse(self, header: str) -> None:
        """
        Note that the service refused this header, unless it has been replaced meanwhile.
        """
        if header == self._header:
            self._renew_at = self._useless_at = 0.0

    def _renew(self, *, must: bool) -> Flow[None]:
        if not must and self._renewing:
            return
        attempts = self._attempts
        yield Acquire(self._lock)
        try:
            if self._clock.time() < self._renew_at:
                return
            if self._failure is not None and self._attempts != attempts:
                # Who held the lock meanwhile has tried for all that waited; each in turn would wait ever longer.
                raise copy.copy(self._failure)
            self._renewing = True
            yield from self._fetch()
        finally:
            self._renewing = False
            self._lock.release()

    def _fetch(self) -> Flow[None]:
        now = self._clock.time()
        try:
            fresh = yield from self._source()
        except ArrError as error:
            self._attempts += 1
            self._failure = error
            if now >= self._useless_at:
                raise
            self._renew_at = now + _TRY_AGAIN
            logger.debug("token not renewed, the old one serves on: %s", error.args[0])
        else:
            self._failure = None
            self._keep(fresh)

    def _keep(self, fresh: AccessToken) -> None:
        now = self._clock.time()
        self._token, self._header = fresh, f"Bearer {fresh.token.reveal()}"
        life = float("inf") if fresh.expires_at is None else fresh.expires_at - now
        if life <= 0:
            # Straight from its issuer and expired: this machine's clock is wrong. The service will tell by a 401.
            life = float("inf")
        self._renew_at = now + life - min(_RENEW_AHEAD, life / 2)
        self._useless_at = now + life - min(_TOO_LATE, life / 4)
        logger.debug("token for %.0f s", life)


def _asked(function: Callable[[], Any]) -> Flow[Any]:
    try:
        return (yield Call(function, "credential", blocking=True))
    except ArrError:
        raise
    except Exception as error:
        raise AuthenticationError(
            operation="ask the credential for a token",
            status=None,
            note=redact(f"{type(error).__name__}: {error}"),
            advice="this is the credential's own failure; see its documentation.",
        ) from error


def _checked(token: object, field: str) -> Secret:
    secret = visible(token)
    if secret is None:
        raise ConfigurationError(
            field, type(token).__name__, "is what the credential returned instead of a token as text"
        )
    return secret
