"""Kills while the node is being changed: what was sent is never sent again, and what is true is told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.audit import entry_of
from opsbot.domain.changes import GOING_ON, ChangeState, NodeChange, part_of
from opsbot.sandbox import demo
from tests.builders import SCORING
from tests.chaos.field import field_of
from tests.chaos.replica import CHANGE_POINTS, IN_FLIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.field import Field

METHODS = {"package": "POST", "delete": "DELETE"}


@pytest.mark.parametrize("verb", METHODS)
def test_a_killed_change_is_made_once_and_told_once(database_url: str, tmp_path: Path, verb: str) -> None:
    one_file = database_url.startswith("sqlite")
    with field_of(tmp_path, database_url, replicas=1 if one_file else 2) as made:
        for number, point in enumerate(CHANGE_POINTS):
            version = f"k{number}"
            if verb == "delete":
                made.designer.node.create_package("FRAUD", "scoring", version, by="ada")
            is_last = point == CHANGE_POINTS[-1]
            _kill_at(point, f"{verb} FRAUD/scoring {version}", made, one_file=one_file, is_last=is_last)
            _check(point, verb, version, made)


def _kill_at(point: str, line: str, made: Field, *, one_file: bool, is_last: bool) -> None:
    living = [replica for replica in made.replicas if replica.lives]
    made.armed.write_text(point)
    if point == "change posting":  # the node does it, and is still answering when the kill comes
        for method in METHODS.values():
            route = f"{method} /projects/*/apiservices/*/packages/*"
            made.designer.faults.add(route, "drip", seconds=5 * IN_FLIGHT, pieces=2, times=1)
    made.command(living[0], f"{line} --yes" if line.startswith("delete") else line, demo.MAYA)
    dead = made.wait(lambda: next((each for each in living if not each.lives), None))
    made.designer.faults.clear()
    assert dead.end() == -9
    if one_file or not is_last:
        made.start()  # on one file the dead one itself; else another one, and the dead one stays dead


def _check(point: str, verb: str, version: str, made: Field) -> None:
    """Wait for the end, and look whether everything agrees with it."""
    change: NodeChange = made.wait(lambda: _ended(version, made))
    ended = {"package": "packaged", "delete": "deleted"}[verb]
    unknown = f"whether `{version}` of `{SCORING}` was {ended} can't be said yet"
    done = f"`{version}` of `{SCORING}` is {ended}."
    if point == "change set out":  # nobody can know whether it was sent: it wasn't
        assert change.state is ChangeState.UNKNOWN
        assert _calls(verb, version, made) == 0
        made.wait(lambda: len(made.said(unknown)) == 2)  # the message, and the reply under it
    else:
        assert change.state is ChangeState.DONE
        assert _calls(verb, version, made) == 1
        made.wait(lambda: len(made.said(done)) == 1)
        assert len(made.said(f"<@U01MAYA> {ended} `{version}`")) == 1
    there = version in {each["id"] for each in made.designer.node.list_packages("FRAUD", "scoring")}
    assert there is ((verb == "package") is (change.state is ChangeState.DONE))
    records, _ = made.audit.page(service=SCORING, request=None, page=1, size=20)
    about = [entry_of(each).detail["state"] for each in records if entry_of(each).version == version]
    assert about == [change.state.value, "asked"]


def _ended(version: str, made: Field) -> NodeChange | None:
    found = [each for each in made.changes.in_states(frozenset(ChangeState)) if part_of(each.wanted) == version]
    return found[0] if found and found[0].state not in GOING_ON and found[0].message is not None else None


def _calls(verb: str, version: str, made: Field) -> int:
    """How often the node was told to change the package."""
    seen: list[Any] = list(made.designer.site.seen)
    return sum(each.method == METHODS[verb] and each.path.endswith(f"/packages/{version}") for each in seen)
