from __future__ import annotations

from opsbot.domain.lifecycle import OPEN, TRANSITIONS, State, may_follow


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)


def test_nothing_is_published_that_was_not_approved() -> None:
    before = {state for state in State if may_follow(state, State.PUBLISHING)}
    assert before == {State.APPROVED}
    assert {state for state in State if may_follow(state, State.APPROVED)} == {State.PENDING}


def test_what_ended_stays_ended() -> None:
    ended = {State.PUBLISHED, State.FAILED, State.DECLINED, State.CANCELLED, State.EXPIRED, State.STALE}
    assert set(State) - ended == OPEN
