"""Pictures are drawn whatever is on them, and a missing library is a sentence."""

from __future__ import annotations

import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from opsbot.domain.lifecycle import State
from opsbot.domain.timeline import Asked, Packaged, Timeline
from opsbot.pictures import Drawing
from tests.builders import NOON, SCORING

DAY = timedelta(days=1)
WITHOUT = """
import sys
sys.modules["matplotlib"] = None
from opsbot.errors import MissingExtraError
from opsbot.pictures import Drawing
try:
    Drawing().timeline(None)
except MissingExtraError as error:
    print(error)
"""

_ONE = Timeline(SCORING, (Packaged("v1", NOON),), (), NOON)
_EVERY_STATE = Timeline(
    SCORING,
    tuple(Packaged(f"v{number}", NOON - number * DAY, number % 2 == 0) for number in range(60)),
    tuple(Asked(number, f"v{number}", NOON - 9 * DAY, state) for number, state in enumerate([*State] * 6)),
    NOON,
    earlier=3,
)
_HOSTILE = Timeline(SCORING, (Packaged("$x^2$ \\frac{" + "é" * 300, NOON - DAY),), (), NOON)


@pytest.mark.parametrize("timeline", [_ONE, _EVERY_STATE, _HOSTILE])
def test_whatever_is_on_it_a_picture_of_readable_size_comes_out(timeline: Timeline) -> None:
    width, height = _size(Drawing().timeline(timeline))
    assert width == 1452
    assert 400 < height < 2000


def test_several_may_draw_at_once() -> None:
    drawing = Drawing()
    with ThreadPoolExecutor(4) as threads:
        pictures = set(threads.map(drawing.timeline, [_ONE] * 4))
    assert len(pictures) == 1


def test_where_the_extra_is_missing_people_read_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert "the extra “pictures”" in done.stdout


def test_nothing_that_draws_is_imported_before_something_is_drawn() -> None:
    looks = "import sys, opsbot.assembly.bot; print('matplotlib' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def _size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height
