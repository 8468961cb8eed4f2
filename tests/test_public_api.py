"""
What users may rely on: the public names, pinned, and a docstring for each.
"""

import inspect
import types

import pytest

import arr_facade
from arr_facade import emulator

FACADE = [
    "AccessToken",
    "ArrError",
    "AsyncClient",
    "AsyncConversionHandle",
    "AsyncSessionHandle",
    "AuthenticationError",
    "BadRequestError",
    "CapacityError",
    "Client",
    "Clock",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "Conversion",
    "ConversionCancelledError",
    "ConversionFailedError",
    "ConversionHandle",
    "ConversionInput",
    "ConversionOutput",
    "ConversionStatus",
    "DurationLike",
    "EndedError",
    "ErrorInfo",
    "ForbiddenError",
    "LeaseEvent",
    "LeaseEventKind",
    "LeaseLostError",
    "LeaseRejectedError",
    "ManualClock",
    "NotFoundError",
    "ReadySession",
    "RequestTimeoutError",
    "Retry",
    "RetryPolicy",
    "Secret",
    "ServerError",
    "ServiceError",
    "Session",
    "SessionExpiredError",
    "SessionFailedError",
    "SessionHandle",
    "SessionSize",
    "SessionStatus",
    "SessionStoppedError",
    "SystemClock",
    "ThrottledError",
    "TokenCredential",
    "TokenProvider",
    "TransportError",
    "UnexpectedResponseError",
    "WaitError",
    "WaitTimeoutError",
    "__version__",
]

EMULATOR = [
    "DEFAULT_ACCOUNT_ID",
    "DEFAULT_ACCOUNT_KEY",
    "MISSING_ASSET",
    "MISSING_ASSET_2024",
    "SUCCESS",
    "TOO_LARGE",
    "Call",
    "Emulator",
    "Fault",
    "Hook",
    "Operation",
    "Outcome",
    "Region",
    "Request",
    "Response",
    "Route",
]

PACKAGES = pytest.mark.parametrize(
    ("package", "names"), [(arr_facade, FACADE), (emulator, EMULATOR)], ids=["arr_facade", "arr_facade.emulator"]
)


def members():
    """
    Every public class and function, and every public member of such a class.
    """
    for package in (arr_facade, emulator):
        for name in package.__all__:
            value = getattr(package, name)
            if not inspect.isclass(value) and not inspect.isroutine(value):
                continue
            yield f"{package.__name__}.{name}", value
            for attribute, member in vars(value).items() if inspect.isclass(value) else ():
                if not attribute.startswith("_") and isinstance(member, (types.FunctionType, property, classmethod)):
                    yield f"{package.__name__}.{name}.{attribute}", member


@PACKAGES
def test_the_public_names_are_these(package, names):
    """
    A name that appears or vanishes does so on purpose, here and in the changelog.
    """
    assert sorted(names) == sorted(package.__all__)


@PACKAGES
def test_each_public_name_is_there(package, names):
    """
    What `__all__` promises can be imported, once each.
    """
    assert len(set(package.__all__)) == len(package.__all__)
    assert all(hasattr(package, name) for name in names)


@PACKAGES
def test_nothing_else_looks_public(package, names):
    """
    Whatever of ours has no underscore in a package is public or a module of it.
    """
    others = {name: value for name, value in vars(package).items() if not name.startswith("_") and name not in names}
    ours = {name for name, value in others.items() if str(getattr(value, "__module__", "")).startswith("arr_")}
    assert set() == ours


def test_names_are_found_before_they_are_loaded():
    """
    Completion sees every public name, and a name that is none is an AttributeError as usual.
    """
    assert set(FACADE) <= set(dir(arr_facade))
    with pytest.raises(AttributeError, match="SessionHandel"):
        arr_facade.SessionHandel  # noqa: B018 - the look-up is what is tested


@pytest.mark.parametrize(("name", "member"), list(members()), ids=lambda value: value if isinstance(value, str) else "")
def test_each_public_name_is_documented(name, member):
    """
    Each public class, function, method and property has a docstring of its own that is a sentence or more.
    """
    words = (member.__doc__ or "").strip()
    assert len(words) > 10, name
    assert words[0].isupper() or not words[0].isalpha() or words[0] == "`", name
    assert words.split("\n\n")[0].endswith((".", ":", "?")), name


def test_the_version_is_a_version():
    """
    `__version__` has three numbers.
    """
    assert 3 == len([int(part) for part in arr_facade.__version__.split(".")])
