"""
Several regions on one emulator: separate sessions, one account, capacity and start-up of their own.
"""

import json

import httpx
import pytest

from arr_facade import Client, SessionFailedError
from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator, Fault, Region, Request
from arr_facade.emulator.regions import region_of
from arr_facade.emulator.scenario import parse_region
from arr_facade.emulator.server import serve
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import Caller

REGIONS = {
    "westeurope": Region(),
    "eastus": Region(startup={"Standard": "2m"}, capacity={"Standard": 1}, latency="0.25s"),
}
VERSION = {"api-version": "2021-01-01"}


@pytest.fixture
def emulator(clock):
    with Emulator(clock=clock, regions=REGIONS) as emulator:
        yield emulator


class Regional(Caller):
    """
    Calls one region.
    """

    def __init__(self, emulator, region):
        super().__init__(emulator)
        self.region = region

    def __call__(self, method, path, body=None, **_):
        return self.emulator.handle(
            Request(
                method,
                f"/accounts/{self.emulator.account_id}/{path}",
                VERSION,
                {"authorization": f"Bearer {self.token}"},
                b"" if body is None else json.dumps(body).encode(),
                region=self.region,
            )
        )


@pytest.fixture
def west(emulator):
    return Regional(emulator, "westeurope")


@pytest.fixture
def east(emulator):
    return Regional(emulator, "eastus")


def test_sessions_and_conversions_are_separate(west, east):
    """
    The same id in two regions is two sessions, and a region knows only its own.
    """
    assert [201, 201] == [west.create("s", lease=5).status, east.create("s", lease=7).status]
    assert [5, 7] == [one.session("s")["maxLeaseTimeMinutes"] for one in (west, east)]
    west.create("only")
    west.convert("c")
    assert (["s", "only"], ["s"]) == (west.sessions(), east.sessions())
    assert [404, 404] == [east("GET", path).status for path in ("sessions/only", "conversions/c")]


def test_one_token_is_valid_in_all(west, east):
    """
    The account has one token service, whose tokens every region takes.
    """
    east.token = west.token
    assert [200, 200] == [one("GET", "sessions").status for one in (west, east)]


def test_start_up_and_host_name_are_the_region_s(west, east, clock):
    """
    A region's own start-up time wins over the emulator's, and its host names say where they are.
    """
    west.create()
    east.create()
    clock.advance("8s")
    assert ["Ready", "Starting"] == [one.session()["status"] for one in (west, east)]
    clock.advance("112s")
    assert east.session()["hostname"].endswith(".remoterendering.vm.eastus.mixedreality.azure.com")


def test_a_full_region_ends_further_sessions(east, west, clock):
    """
    With its one place taken, the next session of that size fails for want of capacity, until the first has ended.
    """
    east.create("a")
    east.create("b")
    clock.advance("2m")
    assert ["Ready", "Error"] == [east.session(name)["status"] for name in "ab"]
    assert "NoCapacity" == east.session("b")["error"]["code"]
    east.stop("a")
    east.create("c")
    east.create("large", size="Premium")
    clock.advance("2m")
    assert ["Ready", "Ready"] == [east.session(name)["status"] for name in ("c", "large")]
    for name in "abc":
        west.create(name)
    clock.advance("8s")
    assert ["Ready"] * 3 == [west.session(name)["status"] for name in "abc"]


def test_latency_is_the_region_s(east, west):
    """
    Each answer of a region is late by its latency, and by a fault's on top of that.
    """
    assert [0.25, 0] == [one("GET", "sessions").delivery.delay for one in (east, west)]
    east.emulator.faults.add(Fault("latency", delay="1s", region="eastus"))
    assert [1.25, 0] == [one("GET", "sessions").delivery.delay for one in (east, west)]


@pytest.mark.parametrize(
    ("origin", "region"),
    [
        ("https://remoterendering.eastus.mixedreality.azure.com", "eastus"),
        ("http://eastus.localhost:5000", "eastus"),
        ("http://EastUS.localhost:5000", "eastus"),
        ("http://eastus2.localhost:5000", None),
        ("http://127.0.0.1:5000", None),
        ("http://[::1]:5000", None),
        ("", None),
    ],
)
def test_a_host_name_tells_the_region(origin, region):
    """
    A whole label of the host is the region's name, in any case.
    """
    assert region == region_of(origin, REGIONS)


def test_the_facade_chooses_a_region_in_process(emulator, clock):
    """
    Two clients of one emulator work in two regions, and the full one tells its user so.
    """
    with (
        Client(
            endpoint=emulator.region_endpoint("eastus"),
            sts_endpoint=emulator.sts_endpoint,
            account_id=emulator.account_id,
            account_key=emulator.account_key,
            transport=emulator.transport(),
            clock=clock,
        ) as east,
        Client(emulator=emulator) as west,
    ):
        before = clock.monotonic()
        east.create_session("a")
        # A token and a session, each a quarter of a second away; the token service is reached without a region.
        assert 0.25 == clock.monotonic() - before
        assert [] == list(west.list_sessions())
        handle = east.start("b")
        with pytest.raises(SessionFailedError, match="NoCapacity"):
            handle.wait_ready(timeout="10m")


def test_each_region_has_a_port(emulator):
    """
    On the socket a region is told by the port, on the first port by the host name, and next links stay there.
    """
    headers = {"Authorization": f"Bearer {emulator.issue_token()}"}
    path = f"/accounts/{emulator.account_id}/sessions"
    with (
        serve(emulator) as server,
        httpx.Client(headers=headers, params=VERSION, trust_env=False, verify=False) as client,
    ):
        assert ["westeurope", "eastus"] == list(server.region_endpoints)
        assert server.endpoint == server.region_endpoints["westeurope"] != server.region_endpoints["eastus"]
        client.put(f"{server.region_endpoints['eastus']}{path}/e", json={"maxLeaseTimeMinutes": 4, "size": "Standard"})
        client.put(f"{server.endpoint}{path}/w", json={"maxLeaseTimeMinutes": 4, "size": "Standard"})
        seen = [
            client.get(server.region_endpoints["eastus"] + path),
            client.get(server.endpoint + path),
            client.get(server.endpoint + path, headers={"Host": f"eastus.localhost:{server.port}"}),
        ]
        assert [["e"], ["w"], ["e"]] == [[one["id"] for one in answer.json()["sessions"]] for answer in seen]


def test_ports_of_regions_follow_the_first(emulator):
    """
    With a port of one's own choice the regions have that one and those behind it, so one that is taken is refused.
    """
    with serve(emulator) as taken, pytest.raises(ConfigurationError, match="cannot be listened on"):
        serve(emulator, port=taken.port - 1)


def test_regions_survive_a_restart(clock, tmp_path):
    """
    On a state file each region finds its own sessions again, in whatever order the regions are named.
    """
    path = tmp_path / "state.db"
    with Emulator(clock=clock, state=path, regions=REGIONS) as emulator:
        Regional(emulator, "eastus").create("e")
    with Emulator(clock=clock, state=path, regions=dict(reversed(REGIONS.items()))) as emulator:
        assert ["e"] == Regional(emulator, "eastus").sessions()
        assert [] == Regional(emulator, "westeurope").sessions()
        assert ["eastus"] == [one["region"] for one in emulator.report()["sessions"]]


def test_sessions_of_a_region_are_controlled(emulator, east):
    """
    What decides about sessions takes the region, and without it means the first.
    """
    east.create()
    emulator.control.ready("s", region="eastus")
    assert "Ready" == east.session()["status"]
    with pytest.raises(ConfigurationError, match="session_id: 's' is no session"):
        emulator.ready_session("s")
    with pytest.raises(ConfigurationError, match="region: 'mars' is none of westeurope, eastus"):
        emulator.region_endpoint("mars")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"latency": "soon"}, "regions.x.latency: 'soon'"),
        ({"capacity": {"Standard": -1}}, r"regions.x.capacity\['Standard'\]: -1 has to be a whole number"),
        ({"capacity": {"Standrad": 1}}, r"regions.x.capacity\['Standrad'\]: 1 .* known are Standard, Premium"),
        ({"startup": {"Standard": "soon"}}, r"regions.x.startup\['Standard'\]: 'soon'"),
    ],
)
def test_a_wrong_region_is_refused(settings, message):
    """
    A setting of a region that means nothing is named with the region.
    """
    with pytest.raises(ConfigurationError, match=message):
        Emulator(clock=ManualClock(), regions={"x": Region(**settings)})


def test_a_region_in_one_line():
    """
    The command line's notation of a region means the same as Python's, and a mistake in it is named.
    """
    line = "eastus,latency=0.08s,capacity.Standard=1,startup.Standard=2m"
    assert parse_region("westeurope") == ("westeurope", Region())
    expected = Region(latency="0.08s", capacity={"Standard": 1}, startup={"Standard": "2m"})
    assert parse_region(line) == ("eastus", expected)
    for wrong in ("x,latency", "x,capacity=1", "x,latency.Standard=1s"):
        with pytest.raises(ConfigurationError, match=r"region: .* is not of the form"):
            parse_region(wrong)
    with pytest.raises(ConfigurationError, match=r"regions\.x\.colour"):
        parse_region("x,colour.Standard=red")


def test_one_region_needs_no_name(clock):
    """
    Without regions there is one, called local, wherever a request seems to lead.
    """
    emulator = Emulator(clock=clock)
    Caller(emulator).create()
    emulator.handle(Request("GET", "/", origin="http://eastus.localhost"))

    assert {"local"} == {one.region for one in emulator.requests}
    assert ["s"] == Caller(emulator).sessions()


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        (["a"], r"regions: \['a'\] has to be a mapping"),
        ({"a": {}}, "regions.a: {} is no Region"),
        ({"": Region()}, "regions: '' is no name of a region"),
        ({"we st": Region()}, "regions: 'we st' is no name of a region"),
        ({"-x": Region()}, "regions: '-x' is no name of a region"),
        ({1: Region()}, "regions: 1 is no name of a region"),
        ({"a": Region(), "A": Region()}, "regions: 'A' is a again"),
    ],
)
def test_regions_that_cannot_be_told_are_refused(regions, message):
    """
    A region's name is a label of a host name and its own, so that every region can be reached.
    """
    with pytest.raises(ConfigurationError, match=message):
        Emulator(clock=ManualClock(), regions=regions)


def test_a_size_is_itself_in_any_case(clock):
    """
    The start-up time of a size in another case is that size's, and a further size may have a capacity.
    """
    region = Region(startup={"standard": "1s", "Tiny": "1s"}, capacity={"tiny": 2})
    with Emulator(clock=clock, startup={"PREMIUM": "2s"}, regions={"x": region}) as emulator:
        assert {"Standard": 1, "Premium": 2, "Tiny": 1} == emulator.settings_of("x").startup


def test_a_rule_for_no_region_is_refused(emulator):
    """
    A rule that could meet no request is not added, by a snapshot neither, and a region's case does not matter.
    """
    emulator.faults.add(Fault("hold", region="EastUS"))
    snapshot = emulator.snapshot()
    emulator.restore(snapshot)
    with pytest.raises(ConfigurationError, match="region: 'nowhere' is none of westeurope, eastus"):
        emulator.faults.add(Fault("hold", region="nowhere"))
    snapshot["faults"][0]["spec"]["region"] = "nowhere"
    with pytest.raises(ConfigurationError, match="region: 'nowhere' is none of westeurope, eastus"):
        emulator.restore(snapshot)
    assert ["EastUS"] == [rule.fault.region for rule in emulator.faults.list()]
