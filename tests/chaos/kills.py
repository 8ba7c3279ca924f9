"""A publish whose process is killed at a named point, and what must be true when it is over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.domain.lifecycle import State
from opsbot.sandbox import demo

if TYPE_CHECKING:
    from opsbot.domain.models import PublishRequest
    from tests.chaos.field import Field


@dataclass(frozen=True)
class Kill:
    """What came of one: the point, how long until somebody was told, how it ended, and what was wrong."""

    point: str
    seconds: float
    state: State
    was_unknown: bool
    faults: tuple[str, ...]


def kill_at(point: str, number: int, made: Field, *, one_file: bool) -> Kill:
    """Have a publish killed at the point; on one file the dead process is started again, else it stays dead."""
    living = [replica for replica in made.replicas if replica.lives]
    replica = living[number % len(living)]
    request = made.ask(replica, f"svc{number}")
    made.armed.write_text(point)
    made.click(replica, request)
    dead = made.wait(lambda: next((each for each in living if not each.lives), None))
    assert dead.end() == -9
    began = time.monotonic()
    if one_file:
        made.start()
    made.wait(lambda: made.requests.get(request.id).state is State.UNKNOWN or made.settled(request))
    seconds = time.monotonic() - began
    was_unknown = made.requests.get(request.id).state is State.UNKNOWN
    if was_unknown:  # a person looks, and says what they saw
        end = "published" if made.is_published(f"svc{number}") else "failed"
        alive = next(each for each in made.replicas if each.lives)
        made.command(alive, f'settle {request.id} {end} --reason "I looked"', demo.OMAR)
    ended = made.wait(lambda: made.settled(request))
    if not one_file:
        made.start()  # another one: the dead one stays dead
    return Kill(point, seconds, ended.state, was_unknown, tuple(faults(ended, made)))


def faults(request: PublishRequest, made: Field) -> list[str]:
    """Say what isn't as it must be."""
    target = request.wish.published_service
    wrong = []
    if made.posts(target) > 1:
        wrong.append(f"{target} was published {made.posts(target)} times")
    if made.is_published(target) != (request.state is State.PUBLISHED):
        wrong.append(f"{target} is {request.state} here, and published there: {made.is_published(target)}")
    said = "is published to" if request.state is State.PUBLISHED else "was not published"
    try:
        made.wait(lambda: said in made.card(request), 10)
    except AssertionError:
        wrong.append(f"the card says: {made.card(request)}")
    if len(made.outcomes(request)) != 1:
        wrong.append(f"the outcome was told {len(made.outcomes(request))} times")
    last = made.last_record(request)
    if last != request.state.value:
        wrong.append(f"the audit's last word is {last}, the request is {request.state}")
    return wrong
