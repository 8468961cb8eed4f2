"""
What a client needs to know, gathered once: arguments before `ARR_*` environment before a configuration file.

With nothing configured it is the embedded emulator.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from arr_facade._secret import Secret, masked_url, visible
from arr_facade.durations import parse_duration
from arr_facade.errors import ConfigurationError
from arr_facade.regions import rendering_endpoint, sts_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    Setting = tuple[str, Any, str]
    """A name, its value and where that came from."""

__all__ = ["DEFAULT_API_VERSION", "Settings", "default_config_file", "load_settings", "settings_of"]

DEFAULT_API_VERSION = "2021-01-01"

_MASKED = "***"
_SECRETS = frozenset({"account_key", "access_token"})
_REAL_SERVICE = frozenset(
    {"account_id", "account_key", "account_domain", "access_token", "region", "endpoint", "sts_endpoint"}
)


@attrs.frozen(kw_only=True)
class Settings:
    """
    A checked configuration.

    Attributes:
        account_id: The account, or None for the embedded emulator's.
        account_key: Its key, if that is the credential.
        access_token: A token, if that is the credential.
        endpoint: URL of the rendering service, or None for the embedded emulator.
        sts_endpoint: URL of the account's token service, or None.
        api_version: Of the rendering API.
        timeout: Seconds for connecting and for each read or write.
        emulator_state: SQLite file of the embedded emulator; None keeps its state in memory.
        emulator_speed: How many times faster than the machine's clock the embedded emulator and its clients run.
        sources: Where each value came from.
    """

    account_id: UUID | None = None
    account_key: Secret | None = None
    access_token: Secret | None = None
    endpoint: str | None = None
    sts_endpoint: str | None = None
    api_version: str = DEFAULT_API_VERSION
    timeout: float = 30.0
    emulator_state: str | None = None
    emulator_speed: float = 1.0
    sources: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def embedded(self) -> bool:
        """
        True when nothing names a service, so that the embedded emulator plays it.
        """
        return self.endpoint is None


def load_settings(
    arguments: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    config_file: str | os.PathLike[str] | None = None,
    has_credential: bool = False,
) -> Settings:
    """
    The settings from arguments, environment and file, checked as a whole.

    Args:
        arguments: What the caller gave, by the names below; None means not given.
        environ: The environment; `ARR_ACCOUNT_ID` and so on, one for each name.
        config_file: A TOML file with these names as keys, or an `arrconfig.json` of Microsoft's scripts. None takes
            `ARR_CONFIG`, else the user's own file if there is one.
        has_credential: The caller brings a credential object or a token function.

    The names: `account_id`, `account_key`, `account_domain`, `access_token`, `region`, `endpoint`, `sts_endpoint`,
    `api_version`, `timeout`, `emulator_state`, `emulator_speed`.

    Raises:
        ConfigurationError: Something is wrong or missing; every problem is named.
    """
    if has_credential:
        arguments = {**arguments, "credential": _MASKED}
    return _checked(
        *_layered(
            _from_file(config_file or environ.get("ARR_CONFIG") or None),
            _from_environment(environ),
            _from_arguments(arguments),
        )
    )


def settings_of(arguments: Mapping[str, Any]) -> Settings:
    """
    The settings from arguments alone, whatever environment and files say.

    Raises:
        ConfigurationError: Something is wrong or missing; every problem is named.
    """
    return _checked(*_layered(_from_arguments(arguments)))


def _checked(values: Mapping[str, Any], sources: Mapping[str, str]) -> Settings:
    problems: list[ConfigurationError] = []

    def read(name: str, parse: Callable[[Any, str], Any]) -> Any:
        if name not in values:
            return None
        try:
            return parse(values[name], _spelled(name, sources[name]))
        except ConfigurationError as problem:
            problems.append(problem)
            return None

    found: dict[str, Any] = {
        "account_id": read("account_id", _account_id),
        "account_key": read("account_key", _secret),
        "access_token": read("access_token", _secret),
        "endpoint": read("endpoint", _rendering) or read("region", _rendering),
        "sts_endpoint": read("sts_endpoint", _sts) or read("account_domain", _sts),
        "api_version": read("api_version", _text),
        "timeout": read("timeout", _timeout),
        "emulator_state": read("emulator_state", _text),
        "emulator_speed": read("emulator_speed", _speed),
    }
    if not (_REAL_SERVICE | {"credential"}).isdisjoint(values):
        problems.extend(_missing(values))
    _raise_all(problems)
    given = {name: value for name, value in found.items() if value is not None}
    return Settings(**given, sources=sources)


def default_config_file() -> Path:
    """
    The user's own configuration file, which need not exist.
    """
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or "~/AppData/Roaming"
    elif sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "arr-facade" / "config.toml"


def _layered(*layers: Iterable[Setting]) -> tuple[dict[str, Any], dict[str, str]]:
    """
    The values and their sources, from the weakest layer to the strongest.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for layer in layers:
        for name, value, source in layer:
            values[name], sources[name] = value, source
            for loser in _OVERRIDES.get(name, ()):
                if sources.get(loser) not in {None, source}:
                    del values[loser], sources[loser]
    return values, sources


_NAMES = tuple(sorted(_REAL_SERVICE | {"api_version", "timeout", "emulator_state", "emulator_speed"}))

# Two names for one thing: the one from the stronger layer wins, whichever it is.
_OVERRIDES = {
    "endpoint": ("region",),
    "region": ("endpoint",),
    "sts_endpoint": ("account_domain",),
    "account_domain": ("sts_endpoint",),
    "account_key": ("access_token",),
    "access_token": ("account_key",),
    "credential": ("account_key", "access_token"),
}


def _from_arguments(arguments: Mapping[str, Any]) -> Iterator[Setting]:
    return ((name, value, "argument") for name, value in arguments.items() if value is not None)


def _from_environment(environ: Mapping[str, str]) -> Iterator[Setting]:
    for name in _NAMES:
        value = environ.get(f"ARR_{name.upper()}")
        if value:
            yield name, value, "environment"


def _from_file(named: str | os.PathLike[str] | None) -> Iterator[Setting]:
    path = Path(named) if named is not None else default_config_file()
    if named is None and not path.is_file():
        return
    import tomllib  # noqa: PLC0415 - most programs have no such file

    try:
        # Microsoft's own file starts with a byte order mark (service.md F).
        text = path.read_text(encoding="utf-8-sig")
        is_json = path.suffix.lower() == ".json"
        document = json.loads(text) if is_json else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ConfigurationError("config_file", str(path), f"cannot be read: {error}") from None
    if is_json:
        document = dict(_from_arrconfig(document, path))
    for name, value in document.items():
        if name not in _NAMES:
            shown = _unless_secret(name, value)
            raise ConfigurationError(name, shown, f"in {path} is not a setting; there are {', '.join(_NAMES)}")
        yield name, value, str(path)


def _unless_secret(name: str, value: Any) -> Any:
    """
    The value of a setting that there is not, or a mask where its name may be meant for a secret's or for anything.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - for an error only

    meant = get_close_matches(name.lower(), _NAMES, n=len(_NAMES))
    if not meant or not _SECRETS.isdisjoint(meant) or not isinstance(value, str | int | float):
        return _MASKED
    return masked_url(value) if isinstance(value, str) else value


def _from_arrconfig(document: Any, path: Path) -> Iterator[tuple[str, Any]]:
    """
    The settings in Microsoft's `arrconfig.json`; what still is a `<placeholder>` counts as not filled in.
    """
    account, session = (_section(document, name, path) for name in ("accountSettings", "renderingSessionSettings"))
    for name, value in (
        ("account_id", account.get("arrAccountId")),
        ("account_key", account.get("arrAccountKey")),
        ("account_domain", account.get("arrAccountDomain")),
        ("region", session.get("remoteRenderingDomain")),
    ):
        if isinstance(value, str) and value.strip() and not value.strip().startswith("<"):
            yield name, value


def _section(document: Any, name: str, path: Path) -> dict[str, Any]:
    section = (document.get(name) or {}) if isinstance(document, dict) else None
    if not isinstance(section, dict):
        raise ConfigurationError("config_file", str(path), "is not an arrconfig.json of Microsoft's scripts")
    return section


def _missing(given: Collection[str]) -> Iterator[ConfigurationError]:
    if "account_id" not in given:
        yield _absent("account_id", "pass account_id= or set ARR_ACCOUNT_ID")
    if "region" not in given and "endpoint" not in given:
        yield _absent("region", 'pass region= (such as "eastus") or endpoint=, or set ARR_REGION or ARR_ENDPOINT')
    credentials = [name for name in ("account_key", "access_token", "credential") if name in given]
    if not credentials:
        yield _absent("account_key", "pass account_key=, access_token= or credential=, or set ARR_ACCOUNT_KEY")
    for name in credentials[:-1]:
        yield ConfigurationError(name, _MASKED, f"and {credentials[-1]} are both given; one credential is enough")
    if credentials == ["account_key"] and "account_domain" not in given and "sts_endpoint" not in given:
        yield _absent(
            "account_domain",
            "an account key is exchanged at the account's own domain: "
            'pass account_domain= (such as "eastus"), or set ARR_ACCOUNT_DOMAIN',
        )


def _raise_all(problems: list[ConfigurationError]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        listed = "".join(f"\n  - {problem.args[0]}" for problem in problems)
        message = f"{len(problems)} problems with the configuration:{listed}"
        raise _in_words(problems[0].field, problems[0].value, message)


def _in_words(field: str, value: Any, message: str) -> ConfigurationError:
    # The class begins with field and value, but what is missing has no value, and several problems have several.
    error = ConfigurationError(field, value, message)
    error.args = (message,)
    return error


def _absent(name: str, way_out: str) -> ConfigurationError:
    return _in_words(name, None, f"{name} is missing; {way_out}")


def _spelled(name: str, source: str) -> str:
    return f"ARR_{name.upper()}" if source == "environment" else name


def _text(value: Any, field: str) -> str:
    if isinstance(value, Path):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(field, value, "is not text")
    return value.strip()


def _secret(value: Any, field: str) -> Secret:
    secret = visible(value)
    if secret is None:
        raise ConfigurationError(field, _MASKED, "is not text of visible characters")
    return secret


def _account_id(value: Any, field: str) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(_text(value, field))
    except ValueError:
        raise ConfigurationError(
            field, value, "is not an account id, which looks like 30ea64bd-100f-4bf0-adc9-29fa45d4880c"
        ) from None


def _rendering(value: Any, field: str) -> str:
    return rendering_endpoint(_text(value, field), field=field)


def _sts(value: Any, field: str) -> str:
    return sts_endpoint(_text(value, field), field=field)


def _timeout(value: Any, field: str) -> float:
    # A bare number means seconds here, as in every HTTP client; with a unit or as timedelta it says so itself.
    try:
        seconds = value.total_seconds() if isinstance(value, timedelta) else _number(value)
    except (TypeError, ValueError):
        try:
            seconds = parse_duration(value, field=field).total_seconds()
        except ConfigurationError:
            # That error would speak of a number of minutes.
            raise ConfigurationError(
                field, value, 'is not a timeout; write seconds as a number, or with a unit such as "10s"'
            ) from None
    return _positive(seconds, value, field)


def _speed(value: Any, field: str) -> float:
    try:
        return _positive(_number(value), value, field)
    except (TypeError, ValueError):
        raise ConfigurationError(field, value, "is not a number above 0") from None


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("a truth value is no number")
    return float(value)


def _positive(number: float, value: Any, field: str) -> float:
    if not 0 < number < float("inf"):
        raise ConfigurationError(field, value, "is not a number above 0")
    return number
