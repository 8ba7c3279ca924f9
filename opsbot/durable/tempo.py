"""How often the durable work looks at things."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tempo:
    """All in seconds: between looks at the lines, sweeps and beats, and how long a replica is silent before it is dead."""

    line: float = 0.1
    sweep: float = 10.0
    beat: float = 5.0
    dead: float = 20.0
