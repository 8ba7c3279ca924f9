"""Which of many names somebody means who has typed a part of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ALIKE = 80.0
"""How alike, of 100, what was mistyped has to be to a part of a name."""

_SHORTEST_MISTYPED = 3


def ranked(typed: str, folded: Sequence[str]) -> Iterator[int]:
    """Give the places of the names that match, the best first; `folded` are the names, case-folded.

    Names that hold every piece that was typed come first: those in which it begins a word, then shorter ones. After
    them come names that are like it, for whoever mistypes. Nothing typed matches all, in their order.
    """
    pieces = typed.casefold().split()
    if not pieces:
        yield from range(len(folded))
        return
    holding = [index for index, name in enumerate(folded) if all(piece in name for piece in pieces)]
    yield from sorted(holding, key=lambda index: (_depth(pieces[0], folded[index]), len(folded[index]), index))
    together = " ".join(pieces)
    if len(together) < _SHORTEST_MISTYPED:
        return
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - 4 MB that nobody needs until something is typed

    seen = set(holding)
    alike = process.extract(together, folded, scorer=fuzz.partial_ratio, score_cutoff=_ALIKE, limit=None)
    yield from (index for _, _, index in alike if index not in seen)


def _depth(piece: str, name: str) -> int:
    """Tell how well a piece sits in a name: at its beginning, at that of a word in it, or somewhere."""
    if name.startswith(piece):
        return 0
    at = name.find(piece)
    while at > 0:
        if not name[at - 1].isalnum():
            return 1
        at = name.find(piece, at + 1)
    return 2
