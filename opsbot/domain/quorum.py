"""Whether the people who said yes are those that a quorum asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def missing(quorum: Iterable[tuple[str, int]], held: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """Tell how many people of which role are missing yet; nothing where the quorum is filled.

    `held` are the roles of each person who said yes. A person counts once, for the role in which they help most.
    """
    places = [role for role, count in quorum for _ in range(count)]
    taken = _seated(places, held)
    short: dict[str, int] = {}
    for place, role in enumerate(places):
        if place not in taken:
            short[role] = short.get(role, 0) + 1
    return short


def _seated(places: list[str], held: Mapping[str, frozenset[str]]) -> dict[int, str]:
    """Seat as many people as can be: a maximum matching, by augmenting paths."""
    taken: dict[int, str] = {}

    def seat(person: str, tried: set[int]) -> bool:
        for place, role in enumerate(places):
            if role in held[person] and place not in tried:
                tried.add(place)
                if place not in taken or seat(taken[place], tried):
                    taken[place] = person
                    return True
        return False

    for person in held:
        seat(person, set())
    return taken
