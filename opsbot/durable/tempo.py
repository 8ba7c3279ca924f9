"""How often the durable work looks at things."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tempo:
    """How often what is done, in seconds: looks at the lines, sweeps, beats, deleting what is kept no longer.

    A replica that is silent for `dead` seconds is dead.
    """

    line: float = 0.1
    sweep: float = 10.0
    beat: float = 5.0
    dead: float = 20.0
    prune: float = 3600.0
