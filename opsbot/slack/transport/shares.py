"""Shares: how much of one thing a single person may have at once, so that something is left for the others."""

from __future__ import annotations

import threading
from collections import Counter


class Shares:
    """Counts what each person has; without a limit everybody may have all."""

    def __init__(self, each: int | None) -> None:
        self._each = each
        self._of: Counter[str] = Counter()
        self._counting = threading.Lock()

    def take(self, whose: str) -> bool:
        """Give somebody one more, unless they have their share; tells whether they got it."""
        with self._counting:
            if self._each is not None and self._of[whose] >= self._each:
                return False
            self._of[whose] += 1
            return True

    def give_back(self, whose: str) -> None:
        """Take one back from somebody."""
        with self._counting:
            self._of[whose] -= 1
            if not self._of[whose]:
                del self._of[whose]
