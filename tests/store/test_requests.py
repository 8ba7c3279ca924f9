"""The contract of the port `Requests`, on the fake and on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.ports import RequestQuery, Requests
from opsbot.domain.commands import Mention
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import MessageRef, Person
from opsbot.domain.references import ServiceRef
from opsbot.errors import NotFoundError
from opsbot.store import Database, RequestStore, migrate
from tests.builders import ADA, MAYA, OMAR, SCORING, decision, wish
from tests.conftest import fresh_postgres
from tests.fakes import FakeRequests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def requests(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Requests]:
    if request.param == "fake":
        yield FakeRequests()
        return
    sqlite = f"sqlite:///{tmp_path / 'opsbot.db'}"
    url = sqlite if request.param == "sqlite" else fresh_postgres(request)
    database = Database(url)
    migrate(database)
    yield RequestStore(database)
    database.close()


def test_what_is_kept_comes_back_as_it_was(requests: Requests) -> None:
    wanted = wish(reason="fixes <nulls> & “more”\n✓", notes="נתונים")
    opened, is_new = requests.open(wanted)
    assert is_new
    assert opened.wish == wanted
    assert opened.state is State.PENDING
    assert requests.get(opened.id) == opened


def test_asking_again_finds_the_open_request(requests: Requests) -> None:
    first, _ = requests.open(wish("v3"))
    again, is_new = requests.open(wish("v3", requester=OMAR))
    other, _ = requests.open(wish("v4"))
    assert (again, is_new) == (first, False)
    assert other.id != first.id


def test_an_ended_request_makes_room_for_another(requests: Requests) -> None:
    first, _ = requests.open(wish())
    requests.decide(first.id, State.PENDING, State.DECLINED, decision())
    second, is_new = requests.open(wish())
    assert is_new
    assert second.id > first.id


def test_only_the_first_decision_counts(requests: Requests) -> None:
    opened, _ = requests.open(wish())
    won = requests.decide(opened.id, State.PENDING, State.APPROVED, decision(OMAR, "fine"))
    lost = requests.decide(opened.id, State.PENDING, State.DECLINED, decision(ADA))
    assert won is not None
    assert won.decision == decision(OMAR, "fine")
    assert lost is None
    assert requests.get(opened.id) == won


def test_of_fifty_decisions_at_once_one_wins(requests: Requests) -> None:
    opened, _ = requests.open(wish())
    people = [Person(f"U{number:02}", f"person{number}") for number in range(50)]
    with ThreadPoolExecutor(50) as threads:
        decided = threads.map(
            lambda who: requests.decide(opened.id, State.PENDING, State.APPROVED, decision(who)), people
        )
    winners = [each for each in decided if each is not None]
    assert len(winners) == 1
    assert requests.get(opened.id) == winners[0]


def test_of_twenty_equal_wishes_at_once_one_is_new(requests: Requests) -> None:
    with ThreadPoolExecutor(20) as threads:
        opened = list(threads.map(lambda _: requests.open(wish()), range(20)))
    assert [is_new for _, is_new in opened].count(True) == 1
    assert len({found.id for found, _ in opened}) == 1


def test_a_request_moves_on_only_from_where_it_is(requests: Requests) -> None:
    opened, _ = requests.open(wish())
    assert requests.advance(opened.id, State.APPROVED, State.PUBLISHING) is None
    requests.decide(opened.id, State.PENDING, State.APPROVED, decision())
    moved = requests.advance(opened.id, State.APPROVED, State.PUBLISHING)
    assert moved is not None
    ended = requests.advance(opened.id, State.PUBLISHING, State.FAILED, "the node said no")
    assert ended is not None
    assert (ended.state, ended.outcome) == (State.FAILED, "the node said no")


def test_a_move_that_no_life_has_is_a_fault(requests: Requests) -> None:
    opened, _ = requests.open(wish())
    with pytest.raises(ValueError, match="pending"):
        requests.advance(opened.id, State.PENDING, State.PUBLISHED)


def test_a_request_is_found_by_its_card(requests: Requests) -> None:
    opened, _ = requests.open(wish())
    card = MessageRef("C1", "17.000100")
    kept = requests.remember_card(opened.id, card)
    assert kept.card == card
    assert requests.of_card(card) == kept
    assert requests.of_card(replace(card, ts="17.000101")) is None


def test_the_first_card_counts(requests: Requests) -> None:
    opened, _ = requests.open(wish())
    first = requests.remember_card(opened.id, MessageRef("C1", "17.000100"))
    assert requests.remember_card(opened.id, MessageRef("C1", "17.000200")) == first


def test_requests_in_a_state_are_found_oldest_first(requests: Requests) -> None:
    for number in range(3):
        opened, _ = requests.open(wish(f"v{number}"))
        if number != 1:
            requests.decide(opened.id, State.PENDING, State.APPROVED, decision())
    assert [requests.get(each).version for each in requests.in_state(State.APPROVED)] == ["v0", "v2"]


def test_what_is_approved_may_still_be_cancelled(requests: Requests) -> None:
    opened, _ = requests.open(wish())
    requests.decide(opened.id, State.PENDING, State.APPROVED, decision(OMAR))
    cancelled = requests.decide(opened.id, State.APPROVED, State.CANCELLED, decision(MAYA))
    assert cancelled is not None
    assert cancelled.decision == decision(MAYA)
    assert requests.advance(opened.id, State.APPROVED, State.PUBLISHING) is None


def test_an_unknown_number_is_said_to_be_unknown(requests: Requests) -> None:
    with pytest.raises(NotFoundError, match="There is no request 99"):
        requests.get(99)


@pytest.mark.parametrize(
    ("query", "versions"),
    [
        (RequestQuery(("*",)), ["v4", "v3", "r1"]),
        (RequestQuery(("design:FRAUD/scor*",)), ["v4", "v3"]),
        (RequestQuery(("design:fraud/*",)), []),
        (RequestQuery(("design:FRAUD/s.oring",)), []),
        (RequestQuery(()), []),
        (RequestQuery(("*",), service=ServiceRef("design", "FRAUD", "rules")), ["r1"]),
        (RequestQuery(("*",), states=OPEN), ["v4", "r1"]),
        (RequestQuery(("*",), states=frozenset({State.DECLINED})), ["v3"]),
        (RequestQuery(("*",), requester=Mention(id=OMAR.id)), ["v4"]),
        (RequestQuery(("*",), requester=Mention(name="maya")), ["v3", "r1"]),
    ],
)
def test_requests_are_listed_newest_first_as_asked(
    requests: Requests, query: RequestQuery, versions: list[str]
) -> None:
    requests.open(wish("r1", ref=ServiceRef("design", "FRAUD", "rules"), requester=MAYA))
    declined, _ = requests.open(wish("v3", ref=SCORING, requester=MAYA))
    requests.open(wish("v4", ref=SCORING, requester=OMAR))
    requests.decide(declined.id, State.PENDING, State.DECLINED, decision())
    found, total = requests.page(query)
    assert [each.version for each in found] == versions
    assert total == len(versions)


def test_long_lists_come_in_pages(requests: Requests) -> None:
    for number in range(5):
        requests.open(wish(f"v{number}"))
    found, total = requests.page(RequestQuery(("*",), page=2, size=2))
    assert ([each.version for each in found], total) == (["v2", "v1"], 5)
