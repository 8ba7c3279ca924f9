"""Names that somebody may have meant by another."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from opsbot.errors import Misspelling

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIKE_ENOUGH = 0.6


def nearest(name: str, names: Iterable[str]) -> Misspelling | None:
    """Find the name that is most like this one, whatever its case; None where none is like enough."""
    folded = {each.casefold(): each for each in names}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=_LIKE_ENOUGH)
    return Misspelling(name, folded[found[0]]) if found else None


def did_you_mean(near: Misspelling | None) -> str:
    """Ask whether that was meant, with a space before it; nothing where there is nothing to ask."""
    return f" Did you mean “{near.right}”?" if near is not None else ""
