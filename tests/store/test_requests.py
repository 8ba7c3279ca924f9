"""The contract of the port `Requests`, on the fake and on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from opsbot.actions.recording import effects
from opsbot.actions.stores import Changed, RequestQuery, Requests, Step, Surroundings
from opsbot.domain.commands import Mention
from opsbot.domain.deliveries import Effects, Kind
from opsbot.domain.difference import Difference
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import Decision, MessageRef, Person, PublishRequest
from opsbot.domain.policies import Policy
from opsbot.domain.references import ServiceRef
from opsbot.errors import ConflictError, NotFoundError
from opsbot.store import AuditStore, Database, Keeper, PauseStore, RequestStore, RulebookStore
from tests.builders import ADA, MAYA, NOON, OMAR, SCORING, asker, decision, vote, wish
from tests.conftest import ready_postgres
from tests.databases import put_database
from tests.fake_requests import FakeRequests
from tests.fakes import FakeKeeping, FakePauses, FakePolicies, FakeRulebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opsbot.actions.stores import Pauses, Rulebook
    from opsbot.domain.models import Pause, Wish


class Kept:
    """Requests, and what stands around them, of one kind."""

    def __init__(self, requests: Requests, pauses: Pauses, rulebook: Rulebook) -> None:
        self.requests, self.pauses, self.rulebook = requests, pauses, rulebook

    def open(self, wanted: Wish) -> tuple[PublishRequest, bool]:
        return self.requests.open(wanted, lambda opened: told(opened, "publish"))

    def move(self, request: PublishRequest, *path: State) -> PublishRequest:
        for state in path:
            moved = self.requests.change(request.id, to(state))
            assert isinstance(moved, PublishRequest)
            request = moved
        return request


def told(request: PublishRequest, what: str) -> Effects:
    return effects(request, asker(), what, NOON, Kind.REPAINT)


def to(state: State, **more: object) -> Step:
    def step(request: PublishRequest, _: Surroundings) -> Changed | str:
        moved = replace(request, state=state, **more)  # type: ignore[arg-type]  # mypy can't follow the keywords
        return Changed(moved, told(moved, state.value))

    return step


def from_pending(state: State, who: Person) -> Step:
    def step(request: PublishRequest, around: Surroundings) -> Changed | str:
        if request.state is not State.PENDING:
            return f"was {request.state.value}"
        return to(state, decision=decision(who))(request, around)

    return step


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "fake":
        keeping, policies = FakeKeeping(), FakePolicies()
        pauses = FakePauses(keeping)
        yield Kept(FakeRequests(keeping, policies, pauses), pauses, FakeRulebook(policies))
        return
    url = put_database(tmp_path / "opsbot.db") if request.param == "sqlite" else ready_postgres(request)
    database = Database(url)
    keeper = Keeper(database, AuditStore(database), lambda _: None)
    yield Kept(RequestStore(database, keeper), PauseStore(database, keeper), RulebookStore(keeper))
    database.close()


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


def test_of_fifty_decisions_at_once_one_wins(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    people = [Person(f"U{number:02}", f"person{number}") for number in range(50)]
    with ThreadPoolExecutor(50) as threads:
        decided = list(
            threads.map(lambda who: kept.requests.change(opened.id, from_pending(State.APPROVED, who)), people)
        )
    winners = [each for each in decided if isinstance(each, PublishRequest)]
    assert len(winners) == 1
    assert decided.count("was approved") == 49
    assert kept.requests.get(opened.id) == winners[0]


def test_of_twenty_equal_wishes_at_once_one_is_new(kept: Kept) -> None:
    with ThreadPoolExecutor(20) as threads:
        opened = list(threads.map(lambda _: kept.open(wish()), range(20)))
    assert [is_new for _, is_new in opened].count(True) == 1
    assert len({found.id for found, _ in opened}) == 1


def test_two_votes_at_once_both_count(kept: Kept) -> None:
    opened, _ = kept.open(wish())

    def approve(who: Person) -> None:
        def step(request: PublishRequest, _: Surroundings) -> Changed | str:
            voted = replace(request, votes=(*request.votes, vote(who)))
            return Changed(voted, told(voted, "approve"))

        kept.requests.change(opened.id, step)

    people = [Person(f"U{number:02}", f"person{number}") for number in range(20)]
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(approve, people))
    assert {each.person for each in kept.requests.get(opened.id).votes} == set(people)


def test_a_move_that_no_life_has_is_a_fault(kept: Kept) -> None:
    opened, _ = kept.open(wish())
    with pytest.raises(ValueError, match="pending"):
        kept.requests.change(opened.id, to(State.PUBLISHED))
    assert kept.requests.get(opened.id) == opened


def test_one_at_a_time_is_on_its_way_to_a_published_service(kept: Kept) -> None:
    first, second = (kept.move(kept.open(wish(version))[0], State.APPROVED) for version in ("v3", "v4"))
    kept.move(first, State.PUBLISHING)

    def claim(request: PublishRequest, around: Surroundings) -> Changed | str:
        if around.holder is not None:
            return f"request {around.holder.id} is {around.holder.state.value}"
        return to(State.PUBLISHING)(request, around)

    assert kept.requests.change(second.id, claim) == f"request {first.id} is publishing"
    kept.move(first, State.UNKNOWN)
    assert kept.requests.change(second.id, claim) == f"request {first.id} is unknown"
    kept.move(first, State.FAILED)
    assert isinstance(kept.requests.change(second.id, claim), PublishRequest)


def test_of_twenty_claims_at_once_one_holds_the_published_service(kept: Kept) -> None:
    waiting = [kept.move(kept.open(wish(f"v{number}"))[0], State.APPROVED) for number in range(20)]

    def claim(request: PublishRequest, around: Surroundings) -> Changed | str:
        return "held" if around.holder is not None else to(State.PUBLISHING)(request, around)

    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda each: kept.requests.change(each.id, claim), waiting))
    assert results.count("held") == 19


def test_a_step_that_did_not_see_the_other_is_asked_once_more_and_its_first_answer_leaves_nothing(
    database: Database,
) -> None:
    audit = AuditStore(database)
    keeper = Keeper(database, audit, lambda _: None)
    kept = Kept(RequestStore(database, keeper), PauseStore(database, keeper), RulebookStore(keeper))
    first, second = (kept.move(kept.open(wish(version))[0], State.APPROVED) for version in ("v3", "v4"))
    kept.move(first, State.PUBLISHING)
    before, head = kept.requests.get(second.id), audit.head()
    seen: list[PublishRequest] = []

    def claim(request: PublishRequest, around: Surroundings) -> Changed | str:
        seen.append(request)
        return "held" if len(seen) > 1 else to(State.PUBLISHING)(request, around)

    assert kept.requests.change(second.id, claim) == "held"
    assert seen == [before, before]
    assert (kept.requests.get(second.id), audit.head()) == (before, head)
    with pytest.raises(ConflictError, match="too many at once"):
        kept.requests.change(second.id, to(State.PUBLISHING))


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


def test_a_request_is_never_seen_as_pending_with_the_vote_that_approved_it(ready_url: str) -> None:
    database, others = Database(ready_url), Database(ready_url)
    reading, deciding = (
        RequestStore(each, Keeper(each, AuditStore(each), lambda _: None)) for each in (database, others)
    )
    opened, _ = reading.open(wish(), lambda opened: told(opened, "publish"))

    def approve(*_: object) -> None:
        deciding.change(opened.id, to(State.APPROVED, votes=(vote(OMAR),), decision=decision(OMAR)))

    # Somebody else does so as soon as anything was read.
    event.listen(database.engine, "after_cursor_execute", approve, once=True)
    before = reading.get(opened.id)
    after = reading.get(opened.id)
    assert (before.state, before.votes) == (State.PENDING, ())
    assert (after.state, after.votes) == (State.APPROVED, (vote(OMAR),))
    database.close()
    others.close()


def test_those_in_a_state_are_named_oldest_first(kept: Kept) -> None:
    opened = [kept.open(wish(f"v{number}"))[0] for number in range(3)]
    kept.move(opened[1], State.DECLINED)
    assert [each.id for each in kept.requests.in_states(frozenset({State.PENDING}))] == [opened[0].id, opened[2].id]
    both = frozenset({State.PENDING, State.DECLINED})
    assert [each.id for each in kept.requests.in_states(both)] == [each.id for each in opened]
