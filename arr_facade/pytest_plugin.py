"""
Fixtures for whoever tests a program that uses Azure Remote Rendering; pytest finds them where the package is installed.

    def test_it(arr_emulator): ...  # the service in process, fresh for each test, with a clock the test moves
    def test_it(arr_emulator_server): ...  # the same on a socket, for another process

Nothing is imported before a test asks for a fixture: a suite that uses none pays nothing. docs/testing.md shows more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arr_facade.clock import ManualClock, SystemClock
    from arr_facade.emulator import Emulator
    from arr_facade.emulator.documents import Shape
    from arr_facade.emulator.server import Server

__all__ = ["arr_clock", "arr_emulator", "arr_emulator_server", "arr_emulator_shape"]

_SHAPES = ("late", "early")


def pytest_addoption(parser: pytest.Parser) -> None:
    """
    The two settings of a suite.
    """
    parser.addini(
        "arr_emulator_shape",
        "Which of the service's recorded shapes arr_emulator answers in: late, early, or both, one test for each.",
        default="late",
    )
    parser.addini(
        "arr_emulator_clock",
        "The clock of arr_emulator: manual stands still until the test moves it, system is the machine's, and a number "
        "is how many times faster than the machine's it runs.",
        default="manual",
    )


def pytest_configure(config: pytest.Config) -> None:
    """
    Register the mark, and refuse settings that cannot be read before any test runs.
    """
    config.addinivalue_line(
        "markers", "arr_emulator(**options): make the fixture arr_emulator with these arguments of Emulator."
    )
    if config.getini("arr_emulator_shape") not in (*_SHAPES, "both"):
        raise pytest.UsageError("arr_emulator_shape has to be late, early or both")
    try:
        speed = _speed(config)
    except ValueError:
        speed = 0.0
    if speed is not None and not 0 < speed < float("inf"):
        raise pytest.UsageError("arr_emulator_clock has to be manual, system or a number above 0")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """
    With `arr_emulator_shape = both`, run each test of the emulator once for each shape it does not choose itself.
    """
    name = "arr_emulator_shape"
    wanted = name in metafunc.fixturenames and metafunc.config.getini(name) == "both"
    if wanted and not _chooses_shape(metafunc.definition):
        metafunc.parametrize(name, _SHAPES, indirect=True)


def _chooses_shape(definition: pytest.Function) -> bool:
    mark = definition.get_closest_marker("arr_emulator")
    parametrized = [str(one.args[0]) for one in definition.iter_markers("parametrize")]
    return (mark is not None and "shape" in mark.kwargs) or any("arr_emulator_shape" in names for names in parametrized)


@pytest.fixture
def arr_emulator_shape(request: pytest.FixtureRequest) -> Shape:
    """
    The shape of the emulator's answers in this test, `"late"` or `"early"`.
    """
    shape: Shape = getattr(request, "param", request.config.getini("arr_emulator_shape"))
    return shape


@pytest.fixture
def arr_clock(request: pytest.FixtureRequest) -> ManualClock | SystemClock:
    """
    The clock that the emulator and its in-process clients live by: a `ManualClock`, unless the suite says otherwise.
    """
    from arr_facade.clock import ManualClock, SystemClock  # noqa: PLC0415 - see arr_emulator

    speed = _speed(request.config)
    return ManualClock() if speed is None else SystemClock(speed)


@pytest.fixture
def arr_emulator(
    request: pytest.FixtureRequest, arr_clock: ManualClock | SystemClock, arr_emulator_shape: Shape
) -> Iterator[Emulator]:
    """
    The service in process, without sessions and conversions, for this test only.

    `@pytest.mark.arr_emulator(page_size=1)` makes it with other arguments of `Emulator`.
    """
    from arr_facade.emulator import Emulator  # noqa: PLC0415 - suites that use no fixture do not pay for it

    mark = request.node.get_closest_marker("arr_emulator")
    if mark is not None and mark.args:
        pytest.fail("the mark arr_emulator takes the arguments of Emulator by name", pytrace=False)
    options: dict[str, Any] = {"clock": arr_clock, "shape": arr_emulator_shape} | (mark.kwargs if mark else {})
    with Emulator(**options) as emulator:
        yield emulator


@pytest.fixture
def arr_emulator_server(arr_emulator: Emulator) -> Iterator[Server]:
    """
    The same emulator on a free port of 127.0.0.1; `environment` leads another process to it, `emulator` is the former.

    Needs the extra `emulator`.
    """
    from arr_facade.emulator.server import serve  # noqa: PLC0415 - see arr_emulator

    with serve(arr_emulator) as server:
        yield server


def _speed(config: pytest.Config) -> float | None:
    """
    How fast the clock runs, or None where the test moves it.
    """
    chosen = str(config.getini("arr_emulator_clock"))
    if chosen == "manual":
        return None
    return 1.0 if chosen == "system" else float(chosen)
