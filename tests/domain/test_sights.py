from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opsbot.domain.sights import Sight, gone, is_due, news_between
from opsbot.domain.watching import Topic, packaged
from tests.builders import NOON, SCORING, package

BEFORE = Sight(SCORING, (package("v3"),), "OAUTH2", ("score", "explain"), 7)
LATER = NOON + timedelta(hours=1)


def told(after: Sight, before: Sight | None = BEFORE) -> list[tuple[Topic, str]]:
    return [(event.topic, event.version) for event in news_between(before, after, LATER)]


def test_the_first_sight_is_no_news_and_neither_is_the_same_again() -> None:
    assert told(BEFORE, None) == []
    assert told(BEFORE) == []


def test_a_new_package_is_the_same_event_as_the_one_that_its_making_is() -> None:
    v4 = replace(package("v4", by="grace"), created_on=LATER)
    (event,) = news_between(BEFORE, replace(BEFORE, packages=(*BEFORE.packages, v4)), LATER)
    assert event.identity == packaged(SCORING, v4, LATER, "U01MAYA", 3).identity
    assert event.who == "grace"


def test_a_package_that_is_gone_was_deleted() -> None:
    assert told(replace(BEFORE, packages=())) == [(Topic.DELETED, "v3")]


def test_a_package_made_again_under_its_id_is_news_of_its_own_kind() -> None:
    again = replace(package("v3"), created_on=LATER)
    (event,) = news_between(BEFORE, replace(BEFORE, packages=(again,)), LATER)
    assert (event.topic, event.what) == (Topic.PACKAGED, "made again")
    assert "another package than the one of 2026-11-02 12:00 UTC" in event.detail[0]


@pytest.mark.parametrize(
    ("was", "becomes", "is_news"),
    [
        ("OAUTH2", "API_KEYS", True),
        ("OAUTH2", "PUBLIC", True),
        ("API_KEYS", "PUBLIC", True),
        ("SOMETHING", "PUBLIC", True),
        ("PUBLIC", "PUBLIC", False),
        ("PUBLIC", "API_KEYS", False),
        ("API_KEYS", "OAUTH2", False),
        ("SOMETHING", "API_KEYS", False),
        (None, "PUBLIC", False),
        ("API_KEYS", None, False),
    ],
)
def test_weaker_authentication_is_news(was: str | None, becomes: str | None, *, is_news: bool) -> None:
    assert told(replace(BEFORE, auth=becomes), replace(BEFORE, auth=was)) == [(Topic.AUTH, "")] * is_news


def test_endpoints_that_vanish_are_news_and_those_that_come_are_not() -> None:
    (event,) = news_between(BEFORE, replace(BEFORE, endpoints=("score", "new")), LATER)
    assert (event.topic, event.detail) == (Topic.ENDPOINTS, ("explain",))
    assert told(replace(BEFORE, endpoints=None)) == []
    assert gone(BEFORE, LATER).topic is Topic.ENDPOINTS


def test_the_same_may_happen_again_after_it_was_undone() -> None:
    weaker = replace(BEFORE, auth="PUBLIC")
    (first,) = news_between(BEFORE, weaker, LATER)
    (second,) = news_between(replace(BEFORE, round=9), weaker, LATER)
    assert first.identity != second.identity


def test_what_does_not_change_is_looked_at_less_often() -> None:
    def looks(first: int) -> int:
        return sum(is_due(BEFORE, SCORING, number) for number in range(first, first + 100))

    assert [looks(8), looks(200), looks(1000), looks(5000)] == [100, 50, 20, 10]
    assert is_due(None, SCORING, 5001)
