from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.deciding import approve_by_rule
from opsbot.actions.recording import effects
from opsbot.domain.lifecycle import State
from opsbot.durable import Tempo
from opsbot.sandbox.designer import DesignerServer
from tests.builders import NOON, OMAR, asker, vote, wish
from tests.conftest import fresh_postgres
from tests.stage import staged

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from opsbot.actions.stores import Changed, Surroundings
    from opsbot.domain.models import PublishRequest


def test_what_was_approved_and_not_begun_is_begun_at_the_next_start(tmp_path: Path) -> None:
    with DesignerServer() as designer:
        with staged(tmp_path, designer=designer, tempo=Tempo(sweep=3600)) as stage:
            world = stage.bot.world
            package = next(each for each in world.designer.packages(wish().service) if each.version == "v4")
            digest = world.designer.summary(wish().service, "v4").digest
            wanted = replace(wish("v4", expires_at=None), package=package, summary_digest=digest)
            request, _ = world.requests.open(wanted, lambda opened: effects(opened, asker(), "publish", NOON))
            world.requests.change(request.id, _approved)
        with staged(tmp_path, designer=designer, tempo=Tempo(beat=0.1, sweep=0.2)) as stage:
            stage.wait_until(lambda: stage.bot.world.requests.get(request.id).state is State.PUBLISHED)
            assert "v4" in stage.published("scoring")


def test_who_waits_to_hear_how_the_bot_is_keeps_nobody_from_their_turn(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        health, pool = stage.bot._health, stage.bot.pool
        asks, others_go_on = threading.Event(), threading.Event()

        def ask() -> None:
            asks.set()
            health.records()

        with health._records._lock:  # somebody reads
            pool.submit(ask)
            assert asks.wait(10)
            pool.submit(others_go_on.set)
            assert others_go_on.wait(10)


def test_the_durable_work_connects_as_all_else_does_and_who_waits_gives_the_turn_up(
    request: pytest.FixtureRequest, postgres_pattern: str, tmp_path: Path
) -> None:
    url = fresh_postgres(request, postgres_pattern)
    with staged(tmp_path, database={"url": url}) as stage:
        assert stage.bot.durable._url == stage.bot.database.url != url
        assert stage.bot.durable._waiting == stage.bot.nodes._waiting == stage.bot._waiting


def _approved(request: PublishRequest, _: Surroundings) -> Changed:
    return approve_by_rule(replace(request, votes=(vote(OMAR),)), NOON)
