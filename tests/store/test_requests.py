"""The contract of the port `Requests`, on the fake and on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.actions.stores import Changed, RequestQuery, Surroundings
from opsbot.domain.commands import Mention
from opsbot.domain.difference import Difference
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import Decision, MessageRef, PublishRequest
from opsbot.domain.policies import Policy
from opsbot.domain.references import ServiceRef
from opsbot.errors import ConflictError, NotFoundError
from tests.builders import ADA, MAYA, NOON, OMAR, SCORING, decision, vote, wish
from tests.store.asking import Kept, to, told

if TYPE_CHECKING:
    from opsbot.domain.models import Pause


def test_what_is_kept_comes_back_as_it_was(kept: Kept) -> None:
    wanted = wish(
        reason="fixes <nulls> & “more”\n✓",
        notes="נתונים",
        packager=ADA,
        archive_digest="a" * 64,
        difference=Difference(since="v2"),
        remind_at=NOON + timedelta(hours=1),
    )
    opened, is_new = kept.open(wanted)
    assert is_new
    assert opened.wish == wanted
    assert (opened.state, opened.remind_at, opened.votes) == (State.PENDING, NOON + timedelta(hours=1), ())
    assert opened.head is not None
    assert opened.head.seq == 1
    assert kept.requests.get(opened.id) == opened


def test_every_change_of_a_request_comes_back(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    votes = (vote(OMAR, "approver", "owner", comment="fine"), vote(ADA, at=NOON + timedelta(seconds=1)))
    more = {
        "votes": votes,
        "decision": decision(ADA),
        "outcome": "said",
        "held": "frozen",
        "try_at": NOON,
        "attempt": 3,
        "claimed_by": "publish-1-3",
        "posted_at": NOON,
        "remind_at": NOON,
        "ended_at": NOON,
        "review_due": NOON,
        "review": decision(OMAR, "seen"),
    }
    changed = kept.requests.change(opened.id, to(State.APPROVED, **more))
    assert isinstance(changed, PublishRequest)
    assert {name: getattr(changed, name) for name in more} == more
    assert changed.head is not None
    assert changed.head.seq == 2
    assert replace(kept.requests.get(opened.id), wish=changed.wish) == changed


def test_a_change_without_effects_leaves_the_audit_alone(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    changed = kept.requests.change(opened.id, lambda request, _: Changed(replace(request, attempt=1), None))
    assert isinstance(changed, PublishRequest)
    assert (changed.attempt, changed.head) == (1, opened.head)


def test_a_step_that_declines_changes_nothing(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    assert kept.requests.change(opened.id, lambda *_: "not now") == "not now"
    assert kept.requests.get(opened.id) == opened


def test_asking_again_finds_the_open_request(kept: Kept) -> None:
    first, _ = kept.open(wish("v3"))
    again, is_new = kept.open(wish("v3", requester=OMAR))
    other, _ = kept.open(wish("v4"))
    assert (again, is_new) == (first, False)
    assert other.id != first.id


def test_an_ended_request_makes_room_for_another(kept: Kept) -> None:
    first, _ = kept.open(wish())
    kept.move(first, State.DECLINED)
    second, is_new = kept.open(wish())
    assert is_new
    assert second.id > first.id


def test_a_move_that_no_life_has_is_a_fault(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    with pytest.raises(ValueError, match="pending"):
        kept.requests.change(opened.id, to(State.PUBLISHED))
    assert kept.requests.get(opened.id) == opened


def test_a_step_sees_the_pauses_and_the_policies_as_they_are(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    policy = Policy("strict", quorum=(("owner", 2),))
    kept.rulebook.put_in_force((policy,), (), NOON, lambda _: None)
    pause = kept.pauses.add("*", Decision(ADA, NOON, "drift"), told(opened, "pause"))
    seen: list[tuple[tuple[Policy, ...], tuple[Pause, ...]]] = []

    def look(_: PublishRequest, around: Surroundings) -> str:
        seen.append((around.policies, around.pauses))
        return ""

    kept.requests.change(opened.id, look)
    assert seen[0] == ((policy,), (pause,))
    assert kept.pauses.lift("*", decision(ADA), told(opened, "resume")) == (pause,)
    assert kept.pauses.lift("*", decision(ADA), told(opened, "resume")) == ()
    kept.requests.change(opened.id, look)
    assert seen[1] == ((policy,), ())


def test_a_broken_glass_that_nobody_reviewed_keeps_the_next_from_being_broken(kept: Kept) -> None:
    urgent: dict[str, Any] = {"break_glass": True, "review_due": NOON + timedelta(days=1)}
    first, _ = kept.open(wish("v3", **urgent))
    with pytest.raises(ConflictError, match="review"):
        kept.open(wish("v4", **urgent))
    assert [each.id for each in kept.requests.in_debt()] == [first.id]
    kept.open(wish("v4"))
    kept.requests.change(
        first.id, lambda request, _: Changed(replace(request, review=decision(OMAR)), told(request, "review"))
    )
    assert kept.requests.in_debt() == []
    assert kept.open(wish("v5", **urgent))[1]


def test_the_one_that_was_published_last_is_found(kept: Kept) -> None:
    assert kept.requests.last_published("design", "scoring") is None
    for minutes, version in ((2, "v3"), (1, "v4")):
        done = kept.move(kept.open(wish(version))[0], State.APPROVED, State.PUBLISHING)
        kept.requests.change(done.id, to(State.PUBLISHED, ended_at=NOON + timedelta(minutes=minutes)))
    found = kept.requests.last_published("design", "scoring")
    assert found is not None
    assert found.version == "v3"
    assert kept.requests.last_published("other", "scoring") is None
    seen: list[PublishRequest | None] = []

    def look(_: PublishRequest, around: Surroundings) -> str:
        seen.append(around.there)
        return ""

    for target in ("scoring", "other"):
        opened, _ = kept.open(replace(wish("v5"), published_service=target))
        kept.requests.change(opened.id, look)
    assert seen == [found, None]


def test_a_request_is_found_by_its_card(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    card = MessageRef("C1", "17.000100")
    assert kept.requests.remember_card(opened.id, card).card == card
    found = kept.requests.of_card(card)
    assert found is not None
    assert found.id == opened.id
    assert kept.requests.of_card(replace(card, ts="17.000101")) is None


def test_the_first_card_counts(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    first = MessageRef("C1", "1.0")
    kept.requests.remember_card(opened.id, first)
    second = MessageRef("C1", "2.0")
    assert kept.requests.remember_card(opened.id, second).card == first
    assert kept.requests.remember_card(opened.id, MessageRef("C1", "3.0"), second).card == first
    assert kept.requests.remember_card(opened.id, second, first).card == second  # that one is gone


def test_a_number_that_nobody_has_is_not_found(kept: Kept) -> None:
    with pytest.raises(NotFoundError, match="There is no request 99"):
        kept.requests.get(99)
    with pytest.raises(NotFoundError, match="There is no request 99"):
        kept.requests.change(99, to(State.DECLINED))


def test_requests_are_listed_newest_first_by_what_may_be_seen(kept: Kept) -> None:
    other = ServiceRef("design", "CHURN", "churn")
    first, _ = kept.open(wish("v1"))
    second, _ = kept.open(wish("v2", requester=OMAR))
    third, _ = kept.open(wish("v1", ref=other))
    kept.move(first, State.DECLINED)

    def ids(**query: object) -> list[int]:
        found, total = kept.requests.page(RequestQuery(**query))  # type: ignore[arg-type]  # as the test says it
        assert total == len(found)
        return [each.id for each in found]

    assert ids(visible=("*",)) == [third.id, second.id, first.id]
    assert ids(visible=("design:FRAUD/*",)) == [second.id, first.id]
    assert ids(visible=("design:FRAUD/scor?ng",), states=OPEN) == [second.id]
    assert ids(visible=()) == []
    assert ids(visible=("*",), service=SCORING) == [second.id, first.id]
    assert ids(visible=("*",), requester=Mention(id=OMAR.id)) == [second.id]
    assert ids(visible=("*",), requester=Mention(name=MAYA.name)) == [third.id, first.id]
    found, total = kept.requests.page(RequestQuery(("*",), page=2, size=2))
    assert ([each.id for each in found], total) == ([first.id], 3)


def test_those_in_a_state_are_named_oldest_first(kept: Kept) -> None:
    opened = [kept.open(wish(f"v{number}"))[0] for number in range(3)]
    kept.move(opened[1], State.DECLINED)
    assert [each.id for each in kept.requests.in_states(frozenset({State.PENDING}))] == [opened[0].id, opened[2].id]
    both = frozenset({State.PENDING, State.DECLINED})
    assert [each.id for each in kept.requests.in_states(both)] == [each.id for each in opened]
