"""The kill test at a small size: every point once on each database, and a mutant that must be caught."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from opsbot.domain.lifecycle import State
from tests.chaos.field import field_of
from tests.chaos.kills import kill_at
from tests.chaos.replica import POINTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.field import Replica

UNKNOWABLE = {"set out"}
"""Killed between saying that it would send and sending: nobody can know, so a person has to look."""


@pytest.mark.parametrize("points", [POINTS[:5], POINTS[5:]], ids=["until it is sent", "after it was sent"])
def test_a_killed_publish_is_done_once_and_told_once(
    database_url: str, tmp_path: Path, points: tuple[str, ...]
) -> None:
    one_file = database_url.startswith("sqlite")
    counted = list[float]()
    with field_of(tmp_path, database_url, replicas=1 if one_file else 3) as made:
        for number, point in enumerate(points):
            kill = kill_at(point, number, made, one_file=one_file)
            assert kill.faults == (), kill
            assert kill.was_unknown is (point in UNKNOWABLE), kill
            assert kill.state is (State.FAILED if point in UNKNOWABLE else State.PUBLISHED), kill
            counted.append(sum(map(rescues, made.replicas)))  # each time: who took over may be killed next
    assert one_file or max(counted) >= 1


def rescues(replica: Replica) -> float:
    """What one counted that it took over from others; nothing where it was killed itself."""
    if not replica.lives:
        return 0
    page = httpx.get(f"http://127.0.0.1:{replica.port}/metrics", timeout=10).text
    return sum(map(float, re.findall(r"^opsbot_rescues_total\{.*\} (.+)$", page, re.MULTILINE)))


def test_a_bot_that_does_not_look_first_is_caught(tmp_path: Path) -> None:
    with field_of(tmp_path, f"sqlite:///{tmp_path / 'opsbot.db'}", replicas=1, mutant=True) as made:
        kill = kill_at("posted", 1, made, one_file=True)
    assert "svc1 was published 2 times" in kill.faults
