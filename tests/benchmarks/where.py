"""Where a server under test spends its processor time, part by part, as py-spy sees it beside a load of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.benchmarks.processes import Child

SECONDS: Final = 8
TOLD: Final = 7
_SAMPLES_A_SECOND: Final = 200
_PY_SPY: Final = Path(sys.executable).with_name("py-spy")
_PARTS: Final = (
    re.compile(r"/site-packages/([A-Za-z0-9_]+)"),
    re.compile(r"/(opsbot/[a-z_]+)"),
)


def time_goes(server: Child, load: Callable[[int], object]) -> str:
    """Load the server for so many seconds and look at it meanwhile; give the parts that took most, with their shares.

    What the standard library does counts for whoever called it. Looking disturbs, so nothing else is measured then.
    """
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder, "stacks")
        what = ["--pid", str(server.pid), "--duration", str(SECONDS), "--rate", str(_SAMPLES_A_SECOND), "--gil"]
        how = ["--output", str(stacks), "--format", "raw", "--full-filenames", "--nolineno"]
        looking = subprocess.Popen(
            [_PY_SPY, "record", *what, *how],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        load(SECONDS + 1)
        _, said = looking.communicate(timeout=60)
        if looking.returncode:
            return f"where time goes py-spy couldn't tell: {said.strip().splitlines()[-1]}"
        return shares(stacks.read_text().splitlines())


def shares(stacks: Iterable[str]) -> str:
    """Add up py-spy's raw stacks, `outermost;...;innermost COUNT`, by part."""
    parts: Counter[str] = Counter()
    for line in stacks:
        frames, _, count = line.rpartition(" ")
        parts[_part(frames.split(";"))] += int(count)
    whole = parts.total()
    told = ", ".join(f"{part} {count / whole:.0%}" for part, count in parts.most_common(TOLD))
    return f"time goes to {told}" if whole else "nothing took processor time"


def _part(frames: list[str]) -> str:
    for frame in reversed(frames):
        for pattern in _PARTS:
            if found := pattern.search(frame):
                return found.group(1)
    return "Python"
