"""Names that somebody may have meant by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.errors import Misspelling

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIKE_ENOUGH = 60.0
"""Of 100, where 100 is the same."""


def nearest(name: str, names: Iterable[str]) -> Misspelling | None:
    """Find the name that is most like this one, whatever its case; None where none is like enough."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - 4 MB that nobody needs until something is misspelt

    found = process.extractOne(name, list(names), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_LIKE_ENOUGH)
    return Misspelling(name, found[0]) if found is not None else None


def did_you_mean(near: Misspelling | None) -> str:
    """Ask whether that was meant, with a space before it; nothing where there is nothing to ask."""
    return f" Did you mean “{near.right}”?" if near is not None else ""
