"""Names are found by what somebody remembers of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.matching import ranked

NAMES = [
    "design:FRAUD/scoring",
    "design:FRAUD/rules",
    "design:CHURN/churn",
    "design:CHURN/rescoring",
    "prod:FRAUD/scoring",
]


def found(typed: str, names: list[str] | None = None) -> list[str]:
    names = names or NAMES
    return [names[index] for index in ranked(typed, [name.casefold() for name in names])]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("scor", "prod:FRAUD/scoring"),
        ("churn/ch", "design:CHURN/churn"),
        ("design fraud scoring", "design:FRAUD/scoring"),
        ("FRAUD/RU", "design:FRAUD/rules"),
        ("scroing", "design:FRAUD/scoring"),
        ("design:", "design:FRAUD/rules"),
    ],
)
def test_the_best_match_comes_first(typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_what_begins_a_word_comes_before_what_is_somewhere_in_it() -> None:
    assert found("scoring").index("design:FRAUD/scoring") < found("scoring").index("design:CHURN/rescoring")


def test_nothing_typed_matches_all_and_nonsense_nothing() -> None:
    assert found("") == NAMES
    assert found("qqqqqq") == []


@given(typed=st.text(max_size=20), names=st.lists(st.text(max_size=30), max_size=30))
def test_no_name_is_given_twice_and_every_name_that_holds_the_text_is_given(typed: str, names: list[str]) -> None:
    places = list(ranked(typed, [name.casefold() for name in names]))
    assert len(places) == len(set(places))
    pieces = typed.casefold().split()
    assert {index for index, name in enumerate(names) if all(piece in name.casefold() for piece in pieces)} <= set(
        places
    )
