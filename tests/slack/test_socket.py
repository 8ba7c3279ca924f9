"""Socket Mode when the far end lets go: the bot is back by itself."""

from __future__ import annotations

import gc
import logging
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stage import Stage


# slack_sdk drops a socket unclosed when it replaces it.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage after which such sockets are picked up, so that no other test hears of them."""
    with staged(tmp_path) as made:
        yield made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.parametrize("announced", [True, False])
def test_a_dropped_socket_is_made_again(stage: Stage, announced: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    closed = stage.post("/disconnect", {"announced": announced})
    assert closed["closed"] >= 1
    # slack_sdk connects for the announcement, and again for the end: what comes between the two may find nobody.
    stage.wait_until(lambda: stage.command("packages FRAUD/scoring")["acked"])
    stage.wait_for("asked for the packages")


def test_while_the_socket_is_gone_readiness_says_so(stage: Stage) -> None:
    url = f"http://127.0.0.1:{stage.bot.http.port}/readyz"
    ready = {"database": True, "slack": True, "socket": True, "nodes": {"design": True}}
    stage.wait_until(lambda: httpx.get(url).json() == ready)
    stage.workspace.stop()
    stage.wait_until(lambda: httpx.get(url).status_code == 503)
    assert httpx.get(url).json() == {**ready, "socket": False}


def test_hanging_up_waits_for_nobody_and_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    is_held, let_go = threading.Event(), threading.Event()
    were_let_go: list[bool] = []

    def hold(*_: object) -> None:
        is_held.set()
        were_let_go.append(let_go.wait(8))

    with staged(tmp_path) as stage, ThreadPoolExecutor(1) as aside:
        stage.workspace.workspace.rate_limit = hold
        asked = aside.submit(stage.bot.client.api_test)
        assert is_held.wait(10)
        assert stage.bot._socket is not None
        stage.bot._socket.close()
        let_go.set()
        asked.result()
        assert were_let_go[0]  # it was over while the far end was still silent
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []
