"""How long people wait: up to the acknowledgement, and until the last job is done that a payload set off."""

from __future__ import annotations

import threading
from typing import Any

from opsbot.domain.tracing import trace
from opsbot.slack import Pool
from opsbot.slack.listening.doors import through
from opsbot.slack.transport.heard import hearing


class Meter:
    def __init__(self) -> None:
        self.acks: list[str] = []
        self.answers: list[str] = []

    def acknowledged(self, door: str, seconds: float) -> None:
        assert seconds >= 0
        self.acks.append(door)

    def answered(self, door: str, seconds: float) -> None:
        assert seconds >= 0
        self.answers.append(door)


def test_what_hands_its_work_on_is_answered_once_that_is_done() -> None:
    meter, pool, slow = Meter(), Pool(1, 1, None), Pool(1, 1, None)
    handed_on, gate = threading.Event(), threading.Event()
    traces: list[str] = []

    def job() -> None:
        traces.append(trace())
        slow.submit(later)
        handed_on.set()

    def later() -> None:
        traces.append(trace())
        gate.wait(10)

    def listen(ack: Any, body: dict[str, Any]) -> None:
        traces.append(trace())
        pool.submit(job)

    with hearing(meter):
        through("command", listen)(None, {})
    assert handed_on.wait(10)
    pool.close()
    assert (meter.acks, meter.answers) == (["command"], [])
    gate.set()
    slow.close()
    assert meter.answers == ["command"]
    assert len(set(traces)) == 1
    assert traces[0]


def test_what_is_turned_away_has_no_answer_and_what_no_listener_wants_no_door() -> None:
    meter, closed = Meter(), Pool(1, 1, None)
    closed.close()

    def listen(ack: Any, body: dict[str, Any]) -> None:
        assert not closed.submit(print)

    with hearing(meter):
        through("click", listen)(None, {})
    with hearing(meter):
        pass
    assert (meter.acks, meter.answers) == (["click"], [])


def test_two_payloads_have_two_traces() -> None:
    traces: list[str] = []
    for _ in range(2):
        with hearing(Meter()):
            through("command", lambda ack, body: traces.append(trace()))(None, {})
    assert len({*traces, trace()}) == 3
