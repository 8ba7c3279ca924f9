"""How far rows of long lists are counted: to count a million takes longer than to read a page of them."""

from __future__ import annotations

MOST_COUNTED = 200
"""Rows; of more, people are told that there are more."""


def count_until(page: int, size: int) -> int:
    """Tell how many rows to count for a page of a list: one more than is told, and one more than the page ends with."""
    return max(MOST_COUNTED, page * size) + 1
