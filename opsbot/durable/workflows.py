"""The workflows by name, and how long their runs are kept once they have ended."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import assert_never

_LINES_LAST = timedelta(hours=1)
_RUNS_LAST = timedelta(days=90)
"""The ids of runs are what keeps them from being begun twice."""


class Workflow(StrEnum):
    """What is done durably, by the name under which the database knows it."""

    PUBLISH = "publish"
    CHANGE = "change"
    DELIVER = "deliver"

    @property
    def lasts(self) -> timedelta:
        """How long a run of it is kept after its end."""
        match self:
            case Workflow.DELIVER:
                return _LINES_LAST
            case Workflow.PUBLISH | Workflow.CHANGE:
                return _RUNS_LAST
            case _:
                assert_never(self)
