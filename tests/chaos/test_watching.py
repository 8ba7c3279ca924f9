"""Kills of whoever looks at the node and tells: of what happens there nothing is lost, and nothing is told twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.watchers import AT_RANDOM, run

if TYPE_CHECKING:
    from pathlib import Path

POINTS = {
    "sqlite": ("joined", "news told"),
    "postgresql": ("list told", AT_RANDOM),
}
"""Every point is hit on both databases by `make chaos`."""


def test_what_happens_on_the_node_is_told_once_and_in_order_whoever_is_killed(
    database_url: str, tmp_path: Path
) -> None:
    points = POINTS[database_url.partition(":")[0].partition("+")[0]]
    story = run(tmp_path, database_url, points, each=3)
    assert story.lists  # many at once became one message
    assert story.faults == (0, 0, 0), story
