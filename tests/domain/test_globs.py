from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.globs import is_within, may_meet

globs = st.text("ab*?", max_size=5)
TEXTS = ["".join(letters) for length in range(8) for letters in product("abc", repeat=length)]


def matched(glob: str) -> set[str]:
    return {text for text in TEXTS if fnmatchcase(text, glob)}


@given(globs, globs)
def test_two_globs_meet_where_a_text_is_matched_by_both(one: str, other: str) -> None:
    shortest = len(one.replace("*", "")) + len(other.replace("*", ""))
    if shortest < 8:  # then the shortest text that both match, if there is one, is among those tried
        assert may_meet(one, other) == bool(matched(one) & matched(other))


@given(globs, st.lists(globs, max_size=3))
def test_a_glob_within_others_matches_nothing_that_they_do_not(glob: str, wider: list[str]) -> None:
    if is_within(glob, wider):
        assert matched(glob) <= set().union(*map(matched, wider))


@given(st.text("ab*?", max_size=3), st.lists(st.text("ab*?", max_size=3), max_size=2))
def test_a_glob_that_is_not_within_others_matches_a_text_that_they_do_not(glob: str, wider: list[str]) -> None:
    if not is_within(glob, wider):
        assert matched(glob) - set().union(*map(matched, wider))


@pytest.mark.parametrize(
    ("glob", "wider", "within"),
    [
        ("design:FRAUD/*", ["*"], True),
        ("design:FRAUD/*", ["design:*"], True),
        ("design:FRAUD/scoring", ["design:FRAUD/s?oring"], True),
        ("design:FRAUD/?*", ["design:FRAUD/*?"], True),
        ("design:*", ["design:FRAUD/*"], False),
        ("design:FRAUD/*", ["design:FRAUD/?*"], False),
        ("a?", ["ab", "ac"], False),
        ("*", [], False),
    ],
)
def test_a_glob_is_within_others_if_they_match_all_that_it_does(glob: str, wider: list[str], within: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_within(glob, wider) == within


def test_what_would_take_too_long_to_tell_is_no() -> None:
    assert not is_within("*a" + "?" * 40, ["*a" + "?" * 39 + "*?"])
