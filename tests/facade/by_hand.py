"""
Flows performed by hand: a clock that stands still, a network that is a function, and neither thread nor task.
"""

import threading
from random import Random
from urllib.parse import parse_qsl

import attrs

from arr_facade import ManualClock, RetryPolicy, _flows
from arr_facade._connection import connect
from arr_facade._flows import Sender
from arr_facade._keeper import Keeper, Kept, keep
from arr_facade._lease import KeepPolicy
from arr_facade._steps import Acquire, Answer, Call, Rest, Send, Sleep
from arr_facade.durations import parse_duration
from arr_facade.emulator import Emulator, Request


class Hand:
    """
    Performs the steps of flows.

    Args:
        network: Answers a `Send`, or raises what the wire would raise.
        clock: Moves on when a flow sleeps.

    Attributes:
        sent: Every `Send` so far.
        slept: Every `Sleep` so far, in seconds.
    """

    def __init__(self, network, clock):
        self.clock = clock
        self.sent = []
        self.slept = []
        self._network = network

    def run(self, flow):
        """
        What the flow returns or raises.
        """
        try:
            step = flow.send(None)
            while True:
                step = self.proceed(flow, step)
        except StopIteration as stop:
            return stop.value

    def proceed(self, flow, step):
        """
        Perform one step and give the next one.
        """
        try:
            result = self.perform(step)
        except Exception as error:  # noqa: BLE001 - the flow decides, as with the real drivers
            return flow.throw(error)
        return flow.send(result)

    def perform(self, step):
        match step:
            case Send():
                self.sent.append(attrs.evolve(step))  # as it is now: a repetition changes its token
                return self._network(step)
            case Sleep(seconds):
                self.slept.append(seconds)
                self.clock.sleep(seconds)
            case Acquire(lock):
                assert lock.acquire(blocking=False), "a flow by hand would wait for ever"
            case Call(function=function):
                return function()
            case Rest(seconds, alarm):
                if not alarm.is_set():
                    assert seconds is not None, "a flow by hand would rest for ever"
                    self.clock.sleep(seconds)
                rang = alarm.is_set()
                alarm.clear()
                return rang
        return None


def replies(*replies):
    """
    A network that gives these answers, or raises these errors, one after another.
    """
    left = list(replies)

    def network(_send):
        reply = left.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return network


def reply(status=200, content=b"{}", **headers):
    """
    An answer; header names have underscores for hyphens.
    """
    fields = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Answer.of(status, content, lambda name: fields.get(name.lower()))


def sender(clock, *, policy=None, chance=0.5, on_retry=None):
    """
    A sender whose every random number is `chance`.
    """
    return Sender(clock, Chance(chance), policy or RetryPolicy(), on_retry)


class Chance(Random):
    """
    Luck that is always the same.
    """

    def __init__(self, value):
        super().__init__()
        self._value = value

    def random(self):
        return self._value


class Stage:
    """
    A client's inner rooms on an emulator: a service for flows, a keeper, and a hand that performs their steps.

    Args:
        emulator: What there is to know of `Emulator`; its clock is the stage's.
    """

    def __init__(self, *, retry=None, chance=0.0, **emulator):
        self.clock = ManualClock()
        self.emulator = Emulator(clock=self.clock, random=Random(1), **emulator)
        self.service = connect(
            {},
            config_file=None,
            credential=None,
            emulator=self.emulator,
            retry=retry,
            on_retry=None,
            clock=None,
            lock=threading.Lock(),
            alarm=threading.Event,
            random=Chance(chance),
        ).service
        self.hand = Hand(self._answer, self.clock)
        self.run = self.hand.run
        self.begun = 0
        self.keeper = Keeper(threading.Event(), self._begin)
        self._keeping = keep(self.service, self.keeper)
        self._step = None

    def _answer(self, send):
        path, _, query = send.url.removeprefix(self.emulator.endpoint).partition("?")
        headers = {} if send.authorization is None else {"authorization": send.authorization}
        parameters = dict(parse_qsl(query))
        answered = self.emulator.handle(Request(send.method, path, parameters, headers, send.content or b""))
        return Answer.of(answered.status, answered.body, answered.header)

    def _begin(self):
        self.begun += 1

    def ready(self, session_id="s", lease=10):
        """
        A new session that has just become Ready, as read at that moment.
        """
        self.run(_flows.create_session(self.service, session_id, "Standard", lease))
        self.emulator.ready_session(session_id)
        return self.run(_flows.get_session(self.service, session_id))

    def create(self, session_id, size="Standard", lease=10):
        """
        A new session, as the service answered.
        """
        return self.run(_flows.create_session(self.service, session_id, size, lease))

    def stop(self, session_id):
        """
        End a session.
        """
        self.run(_flows.stop_session(self.service, session_id))

    def keep(self, session, *, ttl="10m", limit="8h", on_event=None):
        """
        Hand a session to the keeper, as `SessionHandle.keep` does.
        """
        kept = Kept(session, KeepPolicy.of(ttl, limit), on_event, wall=self.clock.time(), due=self.clock.monotonic())
        self.keeper.add(kept)
        return kept

    def keep_for(self, duration):
        """
        Let the keeper work while `duration` passes; afterwards it rests.
        """
        until = self.clock.monotonic() + parse_duration(duration).total_seconds()
        if self._step is None:
            self._step = self._keeping.send(None)
        while True:
            left = until - self.clock.monotonic()
            if not isinstance(self._step, Rest):
                self._step = self.hand.proceed(self._keeping, self._step)
            elif left <= 0 and not self._step.alarm.is_set():
                return
            else:
                pause = left if self._step.seconds is None else min(self._step.seconds, left)
                self._step = self.hand.proceed(self._keeping, attrs.evolve(self._step, seconds=pause))

    def status(self, session_id="s"):
        """
        The status that the service itself would tell.
        """
        row = self.emulator._store.session(self.emulator.account_id, session_id)
        return row.status_at(self.emulator.now())

    def lease(self, session_id="s"):
        """
        The lease in minutes that the service itself would tell.
        """
        return self.emulator._store.session(self.emulator.account_id, session_id).lease

    def calls(self):
        """
        The operations asked for so far, without those for tokens.
        """
        return [call.operation for call in self.emulator.requests if call.operation != "get_token"]
