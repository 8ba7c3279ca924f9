"""What many do with requests at once comes to what one of them did, on the fake and on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import event

from opsbot.actions.stores import Changed, Step, Surroundings
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Person, PublishRequest
from opsbot.errors import ConflictError
from opsbot.store import AuditStore, Database, Keeper, PauseStore, RequestStore, RulebookStore
from tests.builders import OMAR, decision, vote, wish
from tests.store.asking import Kept, to, told


def from_pending(state: State, who: Person) -> Step:
    def step(request: PublishRequest, around: Surroundings) -> Changed | str:
        if request.state is not State.PENDING:
            return f"was {request.state.value}"
        return to(state, decision=decision(who))(request, around)

    return step


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
