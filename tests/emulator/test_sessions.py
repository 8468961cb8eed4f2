"""
Sessions as a client sees them: service.md B, and the Swagger where nothing was recorded.
"""

import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import Caller, decoded


def error_of(response):
    error = decoded(response)["error"]
    return response.status, error["code"], error["message"]


def test_a_session_lives_through_its_states(call, clock):
    """
    Created it is Starting, after eight seconds Ready, and when its lease has passed Expired.
    """
    assert call.create(lease=10).status == 201
    assert call.session()["status"] == "Starting"
    clock.advance("7s")
    assert call.session()["status"] == "Starting"
    clock.advance("1s")
    assert call.session()["status"] == "Ready"
    clock.advance("9m 59s")
    assert call.session()["status"] == "Ready"
    clock.advance("1s")
    assert call.session()["status"] == "Expired"


def test_late_shape_leaves_out_what_is_not_there(call, clock):
    """
    Fields come and go in the recorded order: ports and host only while Ready, teraflops from then on.
    """
    always = ["id", "creationTime", "elapsedTimeMinutes", "maxLeaseTimeMinutes", "size", "status"]
    ready = ["id", "creationTime", "arrInspectorPort", "handshakePort", "elapsedTimeMinutes", "hostname"]
    ready += ["maxLeaseTimeMinutes", "size", "status", "teraflops"]

    assert always == list(decoded(call.create()))
    clock.advance("8s")
    assert ready == list(call.session())
    call.stop()
    assert [*always, "teraflops"] == list(call.session())


def test_a_session_stopped_while_starting_has_no_teraflops(call):
    """
    What never ran shows no machine, in whichever order it ended.
    """
    call.create()
    call.stop()

    assert "teraflops" not in call.session()
    assert call.session()["status"] == "Stopped"


def test_early_shape_sends_nulls_and_zeros(clock):
    """
    Before March 2021 every field was always there.
    """
    call = Caller(Emulator(clock=clock, shape="early"))
    document = decoded(call.create(lease=4))

    assert document == {
        "id": "s",
        "creationTime": "2026-01-01T00:00:00+00:00",
        "arrInspectorPort": 0,
        "handshakePort": 0,
        "elapsedTimeMinutes": 0,
        "hostname": None,
        "maxLeaseTimeMinutes": 4,
        "size": "Standard",
        "status": "Starting",
        "teraflops": 0.0,
        "error": None,
    }
    assert list(document)[2:4] == ["arrInspectorPort", "handshakePort"]
    assert b'"teraflops":0.0,' in call("GET", "sessions/s").body


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (1_767_225_600.0, "2026-01-01T00:00:00+00:00"),
        (1_767_225_600.5, "2026-01-01T00:00:00.5+00:00"),
        (1_767_225_600.25, "2026-01-01T00:00:00.25+00:00"),
    ],
)
def test_creation_time_trims_trailing_zeros(start, text):
    """
    A session's creationTime has up to seven digits without trailing zeros, and the offset +00:00.
    """
    call = Caller(Emulator(clock=ManualClock(start)))

    assert text == decoded(call.create())["creationTime"]


def test_host_and_ports_stay_the_same_while_ready(call, clock):
    """
    Reading a session never changes it: host and ports are the session's, in the Swagger's range and different.
    """
    call.create()
    clock.advance("8s")
    first = call.session()
    clock.advance("1s")

    assert first == call.session()
    assert re.fullmatch(
        r"arremustandard[0-9a-f]{32}\.remoterendering\.vm\.local\.mixedreality\.azure\.com", first["hostname"]
    )
    assert 49152 <= first["arrInspectorPort"] <= 65534
    assert 49152 <= first["handshakePort"] <= 65534
    assert first["arrInspectorPort"] != first["handshakePort"]


def test_elapsed_minutes_are_floored(call, clock):
    """
    Whole minutes since Ready are what elapsedTimeMinutes counts.
    """
    call.create()
    clock.advance("67s")
    assert call.session()["elapsedTimeMinutes"] == 0
    clock.advance("1s")
    assert call.session()["elapsedTimeMinutes"] == 1


def test_premium_starts_slower(call, clock):
    """
    Premium takes a minute by default.
    """
    call.create("p", size="Premium")
    clock.advance("59s")
    assert call.session("p")["status"] == "Starting"
    clock.advance("1s")
    assert call.session("p")["status"] == "Ready"


def test_startup_can_be_set_by_size(clock):
    """
    A start-up time of one size leaves the other sizes alone, and a new size becomes known.
    """
    call = Caller(Emulator(clock=clock, startup={"Premium": "1s", "Tiny": "2s"}))
    for size in ("Standard", "Premium", "Tiny"):
        assert call.create(size.lower(), size=size).status == 201
    clock.advance("2s")

    assert [call.session(one)["status"] for one in ("standard", "premium", "tiny")] == ["Starting", "Ready", "Ready"]


@pytest.mark.parametrize("spelled", ["standard", "STANDARD", "Standard"])
def test_size_is_read_in_any_case_and_spelled_as_the_service_does(call, spelled):
    """
    The PowerShell scripts send lower case; the answer spells the size properly.
    """
    assert decoded(call.create(size=spelled))["size"] == "Standard"


def test_an_unknown_size_is_refused_with_the_known_text(call):
    """
    The one reported text for a size that an account may not use.
    """
    assert error_of(call.create(size="Tiny")) == (400, "BadRequest", "Can't specify this VM size: Tiny")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"maxLeaseTimeMinutes": -1, "size": "Standard"}, "The maxLeaseTimeMinutes value cannot be negative."),
        (
            {"maxLeaseTimeMinutes": 1441, "size": "Standard"},
            "The maxLeaseTimeMinutes value cannot be larger than 1440.",
        ),
        ({"size": "Standard"}, "The maxLeaseTimeMinutes value is required and has to be an integer."),
        (
            {"maxLeaseTimeMinutes": "5", "size": "Standard"},
            "The maxLeaseTimeMinutes value is required and has to be an integer.",
        ),
        (
            {"maxLeaseTimeMinutes": True, "size": "Standard"},
            "The maxLeaseTimeMinutes value is required and has to be an integer.",
        ),
        ({"maxLeaseTimeMinutes": 5}, "The size value is required and has to be a text."),
        ({"maxLeaseTimeMinutes": 5, "size": 3}, "The size value is required and has to be a text."),
        (b"{", "The request was malformed."),
        (b"", "The request was malformed."),
        (b"[]", "The request was malformed."),
        (b"\xff\xfe\x00", "The request was malformed."),
        (b"[" * 100_000, "The request was malformed."),
    ],
)
def test_create_refuses_bad_bodies(call, body, message):
    """
    A body that cannot be meant is answered with 400, the reason, and no session.
    """
    assert error_of(call("PUT", "sessions/s", body)) == (400, "BadRequest", message)
    assert call("GET", "sessions/s").status == 404


@pytest.mark.parametrize("lease", [0, 1440])
def test_create_takes_leases_up_to_both_bounds(call, lease):
    """
    Swagger: between 0 and 1440.
    """
    assert decoded(call.create(lease=lease))["maxLeaseTimeMinutes"] == lease


@pytest.mark.parametrize("session_id", ["a" * 257, "ä", "a.b", "a b", "a%2Fb"])
def test_create_refuses_bad_ids(call, session_id):
    """
    An id has 1 to 256 of the letters, digits, hyphen and underscore.
    """
    assert call.create(session_id).status == 400
    assert call("GET", f"sessions/{session_id}").status == 404


def test_the_longest_id_is_accepted_and_ids_are_case_sensitive(call):
    """
    256 characters are fine, and another case is another session.
    """
    assert call.create("A" * 256).status == 201
    assert call("GET", "sessions/" + "a" * 256).status == 404


def test_a_repeated_create_returns_the_existing_session(call, clock):
    """
    The same id and settings again is 200 with the session as it is by now.
    """
    first = decoded(call.create(lease=10))
    clock.advance("8s")
    again = call.create(lease=10, size="standard")

    assert again.status == 200
    assert decoded(again) == call.session()
    assert decoded(again)["creationTime"] == first["creationTime"]


@pytest.mark.parametrize("other", [{"lease": 11}, {"size": "Premium"}])
def test_another_session_under_the_same_id_is_a_conflict(call, other):
    """
    The same id with other settings is 409 and leaves the session as it was.
    """
    call.create(lease=10)
    before = call.session()

    refused = call.create(**{"lease": 10} | other)

    assert error_of(refused) == (409, "Conflict", "A resource already exists under the given ID.")
    assert before == call.session()


def test_a_repeated_create_means_the_settings_first_asked_for(call):
    """
    A retry that arrives after the lease was extended is still the same request, and not one with the new lease.
    """
    call.create(lease=10)
    call.extend(lease=20)

    assert call.create(lease=10).status == 200
    assert call.session()["maxLeaseTimeMinutes"] == 20
    assert call.create(lease=20).status == 409


def test_a_repeated_create_does_not_revive_a_stopped_session(call):
    """
    Stopping cannot be undone: the same PUT shows the stopped session.
    """
    call.create()
    call.stop()
    again = call.create()

    assert again.status == 200
    assert decoded(again)["status"] == "Stopped"


@pytest.mark.parametrize("wait", ["0s", "8s"])
def test_extending_answers_the_whole_session_with_the_new_lease(call, clock, wait):
    """
    PATCH works while Starting and while Ready, and takes effect at once.
    """
    call.create(lease=10)
    clock.advance(wait)
    answer = call.extend(lease=11)

    assert answer.status == 200
    assert decoded(answer) == call.session()
    assert call.session()["maxLeaseTimeMinutes"] == 11


def test_an_extended_session_lives_as_long_as_the_new_total(call, clock):
    """
    The lease is a total from Ready on, not an addition.
    """
    call.create(lease=10)
    clock.advance("8s")
    clock.advance("9m")
    call.extend(lease=12)
    clock.advance("2m 59s")
    assert call.session()["status"] == "Ready"
    clock.advance("1s")
    assert call.session()["status"] == "Expired"


@pytest.mark.parametrize(
    "body", [*({"maxLeaseTimeMinutes": x} for x in (9, 10, 1440, 2000, -1, "11", 11.5, None, True)), {}, b"", b"x"]
)
def test_extending_refuses_what_is_not_larger(call, body):
    """
    A new lease that is not an integer above the present one and below 1440 is 422 and changes nothing.
    """
    call.create(lease=10)

    refused = call("PATCH", "sessions/s", body)

    assert error_of(refused) == (422, "UnprocessableEntity", "The request was malformed.")
    assert call.session()["maxLeaseTimeMinutes"] == 10


def test_extending_up_to_just_below_a_day_is_accepted(call):
    """
    Swagger: less than 1440.
    """
    call.create(lease=10)

    assert call.extend(lease=1439).status == 200


@pytest.mark.parametrize("end", ["stop", "expire", "fail"])
def test_an_ended_session_cannot_be_extended(call, clock, emulator, end):
    """
    A new lease does not bring back what has ended.
    """
    call.create(lease=10)
    clock.advance("8s")
    {"stop": call.stop, "expire": lambda: clock.advance("10m"), "fail": lambda: emulator.fail_session("s")}[end]()
    before = call.session()

    assert call.extend(lease=30).status == 422
    assert before == call.session()


def test_stopping_is_seen_at_once(call, clock):
    """
    :stop answers 204 without a body, and the next read shows Stopped with the elapsed time standing still.
    """
    call.create()
    clock.advance("2m 8s")
    answer = call.stop()

    assert (answer.status, answer.body) == (204, b"")
    assert call.session()["status"] == "Stopped"
    clock.advance("5m")
    assert call.session()["elapsedTimeMinutes"] == 2


@pytest.mark.parametrize(("end", "status"), [("stop", "Stopped"), ("expire", "Expired"), ("fail", "Error")])
def test_stopping_what_has_ended_changes_nothing(call, clock, emulator, end, status):
    """
    A second stop, or one that comes too late, is 204 and leaves the state as it is.
    """
    call.create(lease=10)
    clock.advance("8s")
    {"stop": call.stop, "expire": lambda: clock.advance("10m"), "fail": lambda: emulator.fail_session("s")}[end]()
    before = call.session()
    clock.advance("1s")

    assert call.stop().status == 204
    assert before == call.session()
    assert before["status"] == status


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "sessions/x"), ("PATCH", "sessions/x"), ("POST", "sessions/x/:stop")]
)
def test_an_unknown_session_is_404_without_a_body(call, method, path):
    """
    Swagger declares 404 without a schema.
    """
    answer = call(method, path, {"maxLeaseTimeMinutes": 5})

    assert (answer.status, answer.body) == (404, b"")


def test_list_shows_starting_and_ready_sessions_oldest_first(call, clock, emulator):
    """
    Ended sessions are not listed, and a listed one looks as it does alone.
    """
    for name in ("stopped", "failed", "expired", "z-ready"):
        call.create(name, lease=0 if name == "expired" else 10)
    clock.advance("8s")
    call.create("a-starting")
    call.stop("stopped")
    emulator.fail_session("failed")

    answer = decoded(call("GET", "sessions"))

    assert list(answer) == ["sessions"]
    assert answer["sessions"] == [call.session("z-ready"), call.session("a-starting")]


def test_list_keeps_its_order_when_a_session_changes(call):
    """
    Extending a session does not move it to the end.
    """
    for name in "abc":
        call.create(name, lease=10)
    call.extend("a", lease=20)

    assert call.sessions() == ["a", "b", "c"]


def test_lists_are_paged_with_a_link_to_the_next_page(clock):
    """
    Links lead through all sessions exactly once, in order, at the host that was asked, and end.
    """
    call = Caller(Emulator(clock=clock, page_size=2))
    for number in range(5):
        call.create(f"s{number}")
    pages, query = [], {"api-version": "2021-01-01-preview"}
    while query:
        page = decoded(call("GET", "sessions", query=query))
        pages.append([one["id"] for one in page["sessions"]])
        link = urlsplit(page.get("@nextLink", ""))
        query = dict(parse_qsl(link.query))
        assert not query or f"{link.scheme}://{link.netloc}{link.path}" == (
            f"http://emulator.localhost/accounts/{call.emulator.account_id}/sessions"
        )
        assert not query or query["api-version"] == "2021-01-01-preview"

    assert pages == [["s0", "s1"], ["s2", "s3"], ["s4"]]


def test_a_full_last_page_has_no_link(clock):
    """
    A link is only given where something follows.
    """
    call = Caller(Emulator(clock=clock, page_size=2))
    call.create("a")
    call.create("b")

    assert list(decoded(call("GET", "sessions"))) == ["sessions"]


def test_a_session_stopped_between_pages_neither_hides_nor_repeats_others(clock):
    """
    A page begins after the last seen session, also when one before it is gone.
    """
    call = Caller(Emulator(clock=clock, page_size=2))
    for name in "abcd":
        call.create(name)
    link = decoded(call("GET", "sessions"))["@nextLink"]
    call.stop("a")
    token = link.rpartition("continuationToken=")[2].replace("%3D", "=")

    page = decoded(call("GET", "sessions", query={"api-version": "2021-01-01", "continuationToken": token}))

    assert [one["id"] for one in page["sessions"]] == ["c", "d"]


@pytest.mark.parametrize("token", ["!", "LTU=", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw", "ä"])
def test_a_forged_page_link_is_refused(call, token):
    """
    A continuation token that the service never gave is 400, not a crash.
    """
    assert call("GET", "sessions", query={"api-version": "2021-01-01", "continuationToken": token}).status == 400


def test_an_ended_session_is_remembered_for_thirty_days(call, clock):
    """
    A stopped session can be read for 30 days; then it is gone, and its id is free for another one.
    """
    call.create(lease=10)
    call.stop()
    clock.advance("30d")
    assert call("GET", "sessions/s").status == 404
    assert call.stop().status == 404
    assert call.extend().status == 404
    assert call.create(lease=99).status == 201
    assert call.session()["status"] == "Starting"


def test_a_session_is_still_there_just_before_thirty_days(call, clock):
    """
    The last second of the 30 days still shows the stopped session.
    """
    call.create()
    call.stop()
    clock.advance("29d 23h 59m 59s")

    assert call.session()["status"] == "Stopped"


def test_reading_never_changes_anything(call, clock, emulator):
    """
    A session that nobody looked at is what it would have been under constant polling.
    """
    call.create("watched", lease=1)
    call.create("alone", lease=1)
    for _ in range(8):
        clock.advance("10s")
        call.session("watched")
        call.sessions()

    watched, alone = call.session("watched"), call.session("alone")

    assert watched["status"] == alone["status"] == "Expired"
    assert watched["elapsedTimeMinutes"] == alone["elapsedTimeMinutes"] == 1


@pytest.mark.parametrize(("wait", "lasted"), [("3s", 0), ("3m 8s", 3)])
def test_a_session_stopped_by_hand_is_stopped_now(call, clock, emulator, wait, lasted):
    """
    Starting or Ready, it has ended as one that a client stopped, and once only.
    """
    call.create()
    clock.advance(wait)
    emulator.control.stop("s")
    clock.advance("1h")

    assert ("Stopped", lasted) == tuple(call.session()[name] for name in ("status", "elapsedTimeMinutes"))
    assert bool(lasted) == ("teraflops" in call.session())
    assert [] == call.sessions()
    with pytest.raises(ConfigurationError, match="is no session that is Starting or Ready"):
        emulator.control.stop("s")


@pytest.mark.parametrize("before", ["Starting", "Ready", "Stopped"])
def test_a_session_expired_by_hand_has_used_its_lease(call, clock, emulator, before):
    """
    Whatever it was, it has been Ready for the whole lease, and has ended.
    """
    call.create(lease=10)
    clock.advance("3s" if before == "Starting" else "3m")
    if before == "Stopped":
        call.stop()
        clock.advance("1m")
    assert before == call.session()["status"]
    emulator.control.expire("s")

    assert ("Expired", 10) == tuple(call.session()[name] for name in ("status", "elapsedTimeMinutes"))
    assert "teraflops" in call.session()
    assert "hostname" not in call.session()
    assert [] == call.sessions()
    with pytest.raises(ConfigurationError, match="is no session that is Starting or Ready or Stopped"):
        emulator.control.expire("s")


def test_a_lease_extended_by_hand_lasts_from_the_beginning(call, clock, emulator):
    """
    A session that has expired goes on with the longer lease, and one that was stopped stays so.
    """
    call.create(lease=10)
    call.create("stopped", lease=10)
    clock.advance("5m")
    call.stop("stopped")
    clock.advance("10m")
    for name in ("s", "stopped"):
        emulator.control.extend(name, 20)

    assert ["Ready", "Stopped"] == [call.session(name)["status"] for name in ("s", "stopped")]
    assert [20, 20] == [call.session(name)["maxLeaseTimeMinutes"] for name in ("s", "stopped")]
    clock.advance("5m 8s")
    assert "Expired" == call.session()["status"]


@pytest.mark.parametrize("minutes", [10, 9, -1, 1441, True, 20.5, "20"])
def test_a_lease_by_hand_has_to_be_longer(call, emulator, minutes):
    """
    What is no longer lease, or none at all, is refused with its value, and the session stays as it is.
    """
    call.create(lease=10)
    before = call.session()
    with pytest.raises(ConfigurationError, match=f"minutes: {minutes!r} is no lease above 10 and up to 1440"):
        emulator.control.extend("s", minutes)
    assert before == call.session()
    with pytest.raises(ConfigurationError, match="session_id: 'unknown'"):
        emulator.control.extend("unknown", 20)


@pytest.fixture
def pair(clock, tmp_path):
    """Two emulators on one file, as in two processes."""
    state = tmp_path / "state.db"
    with Emulator(clock=clock, state=state) as one, Emulator(clock=clock, state=state) as other:
        yield Caller(one), Caller(other)


@pytest.mark.parametrize("reads", [0, 3])
def test_a_list_that_counts_reads_loses_no_change_of_another_process(pair, monkeypatch, reads):
    """
    A session that another process stops or extends while a list is being made stays stopped or extended.
    """
    call, other = pair
    for name in "st":
        call.create(name)
        call.emulator.control.ready(name, reads=reads)
    live_sessions = call.emulator._store.live_sessions
    changes = [lambda: other.stop("s"), lambda: other.extend("t", 30)]

    def while_others_write(*args, **options):
        rows = live_sessions(*args, **options)
        while changes:
            assert changes.pop()().status in {200, 204}
        return rows

    monkeypatch.setattr(call.emulator._store, "live_sessions", while_others_write)
    assert ["t"] == call.sessions()

    assert "Stopped" == call.session("s")["status"]
    assert 30 == call.session("t")["maxLeaseTimeMinutes"]
    assert ("Ready" if reads == 0 else "Starting") == call.session("t")["status"]


def test_a_list_without_counted_reads_waits_for_nobody(pair):
    """
    While another process is in the middle of a change, a list of sessions that live by time is answered.
    """
    call, other = pair
    call.create()
    call.emulator._store._db.execute("PRAGMA busy_timeout = 0")
    with other.emulator._store.transaction():
        assert ["s"] == call.sessions()


def test_a_held_session_starts_when_told(call, clock, emulator):
    """
    hold_session keeps it Starting for any time, ready_session lets it be Ready, with its whole lease before it.
    """
    call.create(lease=1)
    emulator.hold_session("s")
    clock.advance("2h")
    assert call.session()["status"] == "Starting"
    emulator.ready_session("s")
    assert call.session()["status"] == "Ready"
    clock.advance("59s")
    assert call.session()["status"] == "Ready"
    clock.advance("1s")
    assert call.session()["status"] == "Expired"


def test_a_size_can_be_held_from_the_beginning(clock):
    """
    A start-up time of None waits for ready_session.
    """
    emulator = Emulator(clock=clock, startup={"Standard": None})
    call = Caller(emulator)
    call.create()
    clock.advance("10h")
    assert call.session()["status"] == "Starting"
    emulator.ready_session("s")
    assert call.session()["status"] == "Ready"


@pytest.mark.parametrize("shape", ["late", "early"])
def test_a_failed_session_shows_its_error(clock, shape):
    """
    fail_session ends it as Error, with the given code and message in the shape of the time.
    """
    emulator = Emulator(clock=clock, shape=shape)
    call = Caller(emulator)
    call.create()
    emulator.fail_session("s", "NoCapacity", "All machines are taken.")

    document = call.session()

    nulls = {"details": None, "target": None, "innerError": None} if shape == "early" else {}
    assert document["status"] == "Error"
    assert document["error"] == {"code": "NoCapacity", "message": "All machines are taken."} | nulls
    assert list(document)[-1] == "error"


@pytest.mark.parametrize("setter", ["ready_session", "hold_session", "fail_session"])
def test_setters_refuse_sessions_they_cannot_change(call, emulator, setter):
    """
    A setter for a session that is unknown, or in a state it is not for, says so.
    """
    with pytest.raises(ConfigurationError, match="session_id: 'missing' is no session that is Starting"):
        getattr(emulator, setter)("missing")
    call.create("over")
    call.stop("over")
    with pytest.raises(ConfigurationError, match="'over' is no session"):
        getattr(emulator, setter)("over")


def test_a_ready_session_cannot_be_made_ready_again(call, clock, emulator):
    """
    Being made Ready twice would give its lease anew.
    """
    call.create()
    clock.advance("8s")

    with pytest.raises(ConfigurationError, match="'s' is no session that is Starting"):
        emulator.ready_session("s")


def test_strange_characters_in_a_refused_value_are_answered_in_utf8(call):
    """
    A lone surrogate, which JSON can say but UTF-8 cannot, does not break the answer.
    """
    answer = call("PUT", "sessions/s", b'{"maxLeaseTimeMinutes":5,"size":"\\ud800\\u00e4"}')

    assert answer.status == 400
    assert json.loads(answer.body)["error"]["message"] == "Can't specify this VM size: ?ä"


def test_a_whole_number_is_an_integer(call):
    """
    A lease written 10.0 is ten minutes, for JSON knows one kind of number; 10.5 is refused.
    """
    assert call.create(lease=10.0).status == 201
    assert call.session()["maxLeaseTimeMinutes"] == 10
    assert call.create("t", lease=10.5).status == 400
