"""Socket Mode when the far end lets go: the bot is back by itself."""

from __future__ import annotations

import gc
import logging
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opsbot.slack import Pool
from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stage import Stage


# slack_sdk drops a socket unclosed when it replaces it.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage after which such sockets are picked up, so that no other test hears of them, or of who is making one."""
    with staged(tmp_path) as made:
        yield made
    assert made.bot._socket is not None
    made.bot._socket._closing.join(20)  # who was making a socket meanwhile logs that it came to nothing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.parametrize("announced", [True, False])
def test_a_dropped_socket_is_made_again_and_once(stage: Stage, announced: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    before = sockets_asked_for(stage)
    closed = stage.post("/disconnect", {"announced": announced})
    assert closed["closed"] >= 1
    stage.wait_until(lambda: stage.command("packages FRAUD/scoring")["acked"])
    stage.wait_for("asked for the packages")
    assert sockets_asked_for(stage) == before + 1


def sockets_asked_for(stage: Stage) -> int:
    return sum("apps.connections.open" in str(entry) for entry in stage.log())


def test_a_socket_on_which_no_ping_is_answered_is_made_again(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    assert stage.bot._socket is not None
    client, pulse = stage.bot._socket._client, stage.bot._socket._pulse
    assert pulse._looking.is_alive()
    silent = client.current_session
    for _ in range(20):  # faster than any pong comes
        pulse.look()
    assert "answers no ping" in caplog.text
    stage.wait_until(lambda: client.current_session is not silent and client.is_connected())
    stage.wait_until(lambda: bool(stage.command("packages FRAUD/scoring")["acked"]))  # the first may come too early


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
        assert stage.command("whoami")["acked"]  # so that who reads the socket is at it: it is just made
        stage.workspace.workspace.rate_limit = hold
        asked = aside.submit(stage.bot.client.api_test)
        assert is_held.wait(10)
        assert stage.bot._socket is not None
        stage.bot._socket.close()
        let_go.set()
        asked.result()
        assert were_let_go[0]  # it was over while the far end was still silent
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_hanging_up_waits_for_nobody_who_is_making_another_socket(tmp_path: Path) -> None:
    is_held, let_go = threading.Event(), threading.Event()
    were_let_go: list[bool] = []

    def hold(method: str, _: object) -> None:
        if method == "apps.connections.open":
            is_held.set()
            were_let_go.append(let_go.wait(8))

    with staged(tmp_path) as stage:
        stage.workspace.workspace.rate_limit = hold
        stage.post("/disconnect", {"announced": False})
        assert is_held.wait(10)
        assert stage.bot._socket is not None
        stage.bot._socket.close()
        let_go.set()
        stage.bot._socket.close()  # twice is the same as once
        stage.wait_until(lambda: bool(were_let_go))
        assert were_let_go[0]  # it was over while the far end was still silent


class HeldPool(Pool):
    """One that takes nothing before it is let go, while whoever brought it has no acknowledgement."""

    def __init__(self) -> None:
        super().__init__(1, 1, None)
        self.is_asked, self.let_go = threading.Event(), threading.Event()

    def take(self, *job: Any, **kwargs: Any) -> Any:
        self.is_asked.set()
        self.let_go.wait(8)
        return super().take(*job, **kwargs)


def test_what_came_before_the_bot_hangs_up_is_acknowledged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with (
        ThreadPoolExecutor(2) as aside,
        closing(HeldPool()) as pool,
        staged(tmp_path, pool=pool) as stage,
    ):
        typed = aside.submit(stage.command, "whoami")
        assert pool.is_asked.wait(10)
        assert stage.bot._socket is not None
        hanging_up = aside.submit(stage.bot._socket.close)
        wait([hanging_up], 0.2)
        pool.let_go.set()
        assert typed.result()["acked"]
        hanging_up.result()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []
