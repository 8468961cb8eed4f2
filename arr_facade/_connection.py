"""
From a configuration to a service that flows can call: which endpoint, which credential, which clock.
"""

from __future__ import annotations

import logging
import os
import threading
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from arr_facade import _auth, _operations
from arr_facade._flows import Sender, Service
from arr_facade._retry import RetryPolicy
from arr_facade._secret import Secret
from arr_facade.clock import SystemClock
from arr_facade.config import load_settings, settings_of
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arr_facade._auth import Source, TokenCredential, TokenProvider
    from arr_facade._retry import Retry
    from arr_facade._steps import Alarm, Lock
    from arr_facade.clock import Clock
    from arr_facade.config import Settings
    from arr_facade.emulator import Emulator
    from arr_facade.emulator.transport import EmulatorTransport

__all__ = ["Connection", "connect"]

logger = logging.getLogger("arr_facade")

_embedded: dict[tuple[str | None, float], Emulator] = {}
_embedding = threading.Lock()


@attrs.frozen
class Connection:
    """
    Where a client is connected to.

    Attributes:
        service: The account at its endpoint, for flows.
        endpoint: URL of the rendering service.
        sts_endpoint: URL of the token service, or None where no exchange is needed.
        emulator: The emulator that plays the service in this process, or None.
        timeout: Seconds for connecting and for each read or write.
    """

    service: Service
    endpoint: str
    sts_endpoint: str | None
    emulator: Emulator | None
    timeout: float

    def emulator_transport(self) -> EmulatorTransport | None:
        """
        The way to the emulator in this process, or None where the service is elsewhere.
        """
        return self.emulator.transport() if self.emulator is not None else None


def connect(
    arguments: Mapping[str, Any],
    *,
    config_file: str | os.PathLike[str] | None,
    credential: TokenCredential | TokenProvider | None,
    emulator: Emulator | None,
    retry: RetryPolicy | None,
    on_retry: Callable[[Retry], object] | None,
    clock: Clock | None,
    lock: Lock,
    alarm: Callable[[], Alarm],
    random: Random | None = None,
) -> Connection:
    """
    The connection for a client's arguments; no request is sent.

    Raises:
        ConfigurationError: The configuration is wrong or incomplete.
    """
    arguments, credential = _token_function(arguments, credential)
    if emulator is not None:
        _refuse_beside_emulator(arguments, credential)
        settings = settings_of(arguments)
    else:
        settings = load_settings(arguments, os.environ, config_file=config_file, has_credential=credential is not None)
        emulator = _embedded_emulator(settings) if settings.embedded else None
    settings = _at_emulator(settings, emulator) if emulator is not None else settings
    clock = clock or (emulator.clock if emulator is not None else SystemClock())
    random = random or Random()  # noqa: S311 - it draws jitter and correlation vectors, no secrets
    sender = Sender(clock, random, retry or RetryPolicy(), on_retry)
    assert settings.endpoint is not None
    assert settings.account_id is not None
    tokens = _auth.TokenCache(_source(settings, credential, sender), clock, lock)
    api = _operations.rendering(settings.api_version, settings.endpoint)
    return Connection(
        service=Service(api, settings.account_id, tokens, sender, alarm),
        endpoint=settings.endpoint,
        sts_endpoint=settings.sts_endpoint,
        emulator=emulator,
        timeout=settings.timeout,
    )


def _token_function(
    arguments: Mapping[str, Any], credential: TokenCredential | TokenProvider | None
) -> tuple[Mapping[str, Any], TokenCredential | TokenProvider | None]:
    """
    `access_token=` may be a function; then it is a credential.
    """
    token = arguments.get("access_token")
    if not callable(token):
        return arguments, credential
    if credential is not None:
        raise ConfigurationError(
            "credential", type(credential).__name__, "and access_token= are both given; one is enough"
        )
    return {**arguments, "access_token": None}, token


def _refuse_beside_emulator(arguments: Mapping[str, Any], credential: object) -> None:
    given = [name for name, value in arguments.items() if value is not None and name not in {"api_version", "timeout"}]
    if given or credential is not None:
        raise ConfigurationError(
            "emulator",
            type(credential).__name__ if credential else ", ".join(given),
            "is given beside emulator=, which is all of that",
        )


def _embedded_emulator(settings: Settings) -> Emulator:
    """
    The process's emulator: every client with these settings shares it.
    """
    from arr_facade.emulator import Emulator  # noqa: PLC0415 - not needed by those who have a service

    key = (settings.emulator_state, settings.emulator_speed)
    with _embedding:
        if key not in _embedded:
            _embedded[key] = Emulator(state=settings.emulator_state, clock=SystemClock(settings.emulator_speed))
            logger.info(
                "no service is configured: the embedded emulator plays it at %s, state in %s",
                _embedded[key].endpoint,
                settings.emulator_state or "memory",
            )
        return _embedded[key]


def _at_emulator(settings: Settings, emulator: Emulator) -> Settings:
    return attrs.evolve(
        settings,
        account_id=UUID(emulator.account_id),
        account_key=Secret(emulator.account_key),
        endpoint=emulator.endpoint,
        sts_endpoint=emulator.sts_endpoint,
    )


def _source(settings: Settings, credential: TokenCredential | TokenProvider | None, sender: Sender) -> Source:
    if credential is None and settings.access_token is not None:
        return _auth.from_token(settings.access_token, sender.clock)
    if credential is not None and not isinstance(credential, _auth.TokenCredential):
        if not callable(credential):
            raise ConfigurationError(
                "credential", type(credential).__name__, "is neither a function nor an object with get_token"
            )
        return _auth.from_provider(credential)
    if settings.sts_endpoint is None:
        raise ConfigurationError(
            "account_domain", None, "is missing; the credential's token is exchanged at the account's own domain"
        )
    if credential is not None:
        bearer = _auth.credential_bearer(credential, f"{settings.sts_endpoint}/.default")
    else:
        assert settings.account_key is not None
        bearer = _auth.account_key_bearer(str(settings.account_id), settings.account_key)
    return _auth.from_sts(_operations.sts(settings.sts_endpoint), settings.account_id, bearer, sender.send)
