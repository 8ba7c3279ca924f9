"""What can be said of globs without any text at hand: whether two may match the same, whether one matches no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_OTHER = "\0"
"""Stands for every letter that the globs don't name."""
_MANY = 10_000


def may_meet(one: str, other: str) -> bool:
    """Tell whether some text is matched by both; `*` is any number of letters, `?` is one of them."""
    begun, todo = {(0, 0)}, [(0, 0)]
    while todo:
        i, j = todo.pop()
        if i == len(one) and j == len(other):
            return True
        for following in _pairs(one, i, other, j):
            if following not in begun:
                begun.add(following)
                todo.append(following)
    return False


def is_within(glob: str, wider: Iterable[str]) -> bool:
    """Tell whether each text that the glob matches is matched by one of the wider ones.

    Yes is certain; no may also mean that it took too long to tell.
    """
    wider = tuple(wider)
    letters = {*glob, *"".join(wider), _OTHER} - {"*", "?"}
    first = (_rest(glob, {0}), tuple(_rest(each, {0}) for each in wider))
    begun, todo = {first}, [first]
    while todo and len(begun) < _MANY:
        inside, outside = todo.pop()
        if len(glob) in inside and not any(len(each) in at for each, at in zip(wider, outside, strict=True)):
            return False
        for letter in letters:
            further = _step(glob, inside, letter)
            following = (further, tuple(_step(each, at, letter) for each, at in zip(wider, outside, strict=True)))
            if further and following not in begun:
                begun.add(following)
                todo.append(following)
    return not todo


def _pairs(one: str, i: int, other: str, j: int) -> Iterable[tuple[int, int]]:
    """Give where both may stand next: a star may end, and both may read a letter that suits them."""
    left, right = one[i : i + 1], other[j : j + 1]
    if left == "*":
        yield i + 1, j
    if right == "*":
        yield i, j + 1
    if left and right and (left == right or {left, right} & {"*", "?"}):
        yield i + (left != "*"), j + (right != "*")


def _step(glob: str, at: frozenset[int], letter: str) -> frozenset[int]:
    """Give where reading may stand after one more letter."""
    return _rest(glob, {i + (glob[i] != "*") for i in at if glob[i : i + 1] in {letter, "*", "?"}})


def _rest(glob: str, at: set[int]) -> frozenset[int]:
    """Add where reading may stand because a star may also stand for nothing."""
    reached = set(at)
    for i in sorted(at):
        end = i
        while glob[end : end + 1] == "*":
            end += 1
            reached.add(end)
    return frozenset(reached)
