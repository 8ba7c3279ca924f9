"""Socket Mode when the far end lets go: the bot is back by itself, and nobody has to ask twice."""

from __future__ import annotations

import gc
import logging
import warnings
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
    closed = stage.hands.post("/disconnect", json={"announced": announced}).json()
    assert closed["closed"] >= 1
    stage.wait_until(lambda: stage.hands.get("/state").json()["app"]["connections"] >= 1)
    assert stage.command("packages FRAUD/scoring")["acked"]
    stage.wait_for("asked for the packages")


def test_while_the_socket_is_gone_readiness_says_so(stage: Stage) -> None:
    url = f"http://127.0.0.1:{stage.bot.http.port}/readyz"
    assert httpx.get(url).json() == {"database": True, "socket": True}
    stage.workspace.stop()
    stage.wait_until(lambda: httpx.get(url).status_code == 503)
    assert httpx.get(url).json() == {"database": True, "socket": False}


def test_hanging_up_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with staged(tmp_path) as stage:
        assert stage.command("whoami")["acked"]
        stage.wait_for("you hold")
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []
