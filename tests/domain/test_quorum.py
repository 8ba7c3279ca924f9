from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.quorum import missing

ROLES = ("approver", "owner", "risk")
quorums = st.dictionaries(st.sampled_from(ROLES), st.integers(1, 2), max_size=3).map(lambda each: tuple(each.items()))
holdings = st.dictionaries(st.sampled_from("ABCDE"), st.frozensets(st.sampled_from(ROLES)), max_size=5)


def test_nobody_has_to_approve_what_asks_for_nobody() -> None:
    assert missing((), {}) == {}


def test_what_is_missing_is_told_by_role() -> None:
    assert missing((("approver", 2), ("owner", 1)), {"A": frozenset({"approver"})}) == {"approver": 1, "owner": 1}


def test_a_person_counts_once() -> None:
    both = frozenset({"approver", "owner"})
    assert sum(missing((("approver", 1), ("owner", 1)), {"A": both}).values()) == 1


def test_a_person_with_two_roles_is_used_where_they_help_most() -> None:
    both, one = frozenset({"approver", "owner"}), frozenset({"approver"})
    quorum = (("approver", 1), ("owner", 1))
    assert missing(quorum, {"A": both, "B": one}) == missing(quorum, {"B": one, "A": both}) == {}


def test_who_holds_no_role_of_the_quorum_does_not_count() -> None:
    assert missing((("approver", 1),), {"A": frozenset({"owner"})}) == {"approver": 1}


@given(quorums, holdings)
def test_as_few_are_missing_as_can_be(quorum: tuple[tuple[str, int], ...], held: dict[str, frozenset[str]]) -> None:
    places = [role for role, count in quorum for _ in range(count)]
    chairs: list[str | None] = [*places, *([None] * len(held))]
    best = max(
        sum(role is not None and role in held[person] for person, role in zip(held, seating, strict=False))
        for seating in set(permutations(chairs, len(held)))
    )
    short = missing(quorum, held)
    assert sum(short.values()) == len(places) - best
    assert all(0 < count <= dict(quorum)[role] for role, count in short.items())


@given(quorums, holdings)
def test_whoever_is_missing_fills_the_quorum(
    quorum: tuple[tuple[str, int], ...], held: dict[str, frozenset[str]]
) -> None:
    short = missing(quorum, held)
    more = {f"{role} {number}": frozenset({role}) for role, count in short.items() for number in range(count)}
    assert missing(quorum, {**held, **more}) == {}
