"""Of one person so much is taken at once, whatever it is that they do."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

import pytest

from opsbot.slack.listening.home import HomeListener
from opsbot.slack.transport.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.actions.homes import HomePainter


class Painter:
    """Paints no Home before it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.asked: list[str] = []

    def welcome(self, user: str) -> None:
        self.asked.append(user)
        assert self.may.wait(10)


@pytest.fixture
def pools() -> Iterator[tuple[Pool, Pool]]:
    made = Pool(4, 10, None, 2), Pool(1, 10, None)
    yield made
    for pool in made:
        pool.close()


def test_who_opens_their_home_again_and_again_keeps_no_others_from_theirs(
    pools: tuple[Pool, Pool], caplog: pytest.LogCaptureFixture
) -> None:
    painter = Painter()
    listener = HomeListener(*pools, cast("HomePainter", painter))

    def opened(user: str) -> dict[str, Any]:
        return {"event": {"user": user, "tab": "home"}}

    for _ in range(20):
        listener.on_opened(lambda: None, opened("U1"))
    listener.on_opened(lambda: None, opened("U2"))
    painter.may.set()
    for pool in pools:
        pool.close()
    assert sorted(painter.asked) == ["U1", "U1", "U2"]
    assert caplog.text.count("too much to do to show U1 their Home") == 18
