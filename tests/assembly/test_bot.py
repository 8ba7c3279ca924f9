from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.domain.lifecycle import State
from opsbot.sandbox.designer import DesignerServer
from tests.builders import decision, wish
from tests.stage import staged

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_approved_and_not_begun_is_begun_at_the_next_start(tmp_path: Path) -> None:
    with DesignerServer() as designer:
        with staged(tmp_path, designer=designer) as stage:
            package = next(each for each in stage.bot.nodes.packages(wish().service) if each.version == "v4")
            wanted = replace(wish("v4"), package=package)
            request, _ = stage.bot.world.requests.open(wanted)
            stage.bot.world.requests.decide(request.id, State.PENDING, State.APPROVED, decision())
        with staged(tmp_path, designer=designer) as stage:
            stage.wait_for("is published to `scoring`")
            assert stage.bot.world.requests.get(request.id).state is State.PUBLISHED
            assert "v4" in stage.published("scoring")
