"""Whoever waits for Slack lets others compute, wherever in a call the wait is."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from opsbot.slack import KeptWebClient, Turns
from opsbot.slack.transport.calls import ReplyLostError
from tests.slack.far_end import BODY, HEAD, REPLY, Connection, FarEnd, trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

A_WHILE = 0.2
"""Long enough for what was sent to arrive: TLS's session tickets, or the beginning of a reply."""


@pytest.fixture(params=["plain", "TLS"])
def authority(request: pytest.FixtureRequest) -> trustme.CA | None:
    return trustme.CA() if request.param == "TLS" else None


class Pause:
    """Where a script stops until the test has looked."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.over = threading.Event()

    def take(self) -> None:
        self.reached.set()
        self.over.wait(10)


def gets_the_turn(turns: Turns) -> bool:
    """Tell whether another thread could compute now."""
    got = threading.Event()

    def compute() -> None:
        with turns.taken():
            got.set()

    threading.Thread(target=compute, daemon=True).start()
    return got.wait(1)


def post(client: KeptWebClient, turns: Turns, text: str = "hello") -> Any:
    with turns.taken():
        return client.chat_postMessage(channel="C1", text=text).data


@pytest.mark.parametrize("come", [0, 9, len(HEAD) - 2, len(HEAD), len(HEAD) + 5])
def test_while_a_reply_is_awaited_another_computes(authority: trustme.CA | None, come: int) -> None:
    turns, pause = Turns(), Pause()

    def script(connection: Connection) -> None:
        for _ in range(2):
            connection.answer(REPLY[:come])
            pause.take()
            connection.say(REPLY[come:])

    with (
        FarEnd(script, authority=authority) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url, turns.given_up, context=trusting(authority))) as client,
        ThreadPoolExecutor(1) as worker,
    ):
        for _ in range(2):  # on a new connection and on a kept one
            answer = worker.submit(post, client, turns)
            assert pause.reached.wait(5)
            pause.reached.clear()
            time.sleep(A_WHILE)
            free = gets_the_turn(turns)
            pause.over.set()
            assert answer.result(5) == {"ok": True, "ts": "1.0"}
            pause.over.clear()
            assert free
    assert len(far_end.heard) == 2


def test_while_slack_does_not_listen_another_computes(authority: trustme.CA | None) -> None:
    turns, pause, text = Turns(), Pause(), "long " * 4_000_000

    def script(connection: Connection) -> None:
        connection.sock.recv(1)
        pause.take()
        connection.answer()

    with (
        FarEnd(script, authority=authority) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url, turns.given_up, context=trusting(authority))) as client,
        ThreadPoolExecutor(1) as worker,
    ):
        answer = worker.submit(post, client, turns, text)
        assert pause.reached.wait(5)
        time.sleep(A_WHILE)  # to fill what keeps it on the way
        free = gets_the_turn(turns)
        pause.over.set()
        assert answer.result(30)["ok"]
        assert free
    assert text.encode() in far_end.heard[0]


@pytest.mark.parametrize("come", [b"", HEAD[:9], HEAD, HEAD + BODY[:5]])
def test_silence_is_an_error_as_soon_as_it_is_too_long(authority: trustme.CA | None, come: bytes) -> None:
    turns, pause = Turns(), Pause()

    def script(connection: Connection) -> None:
        connection.answer(come)
        pause.take()

    with (
        FarEnd(script, authority=authority) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url, turns.given_up, timeout=1, context=trusting(authority))) as client,
    ):
        began = time.monotonic()
        with pytest.raises(ReplyLostError, match="no sign of life for 1 s"):
            post(client, turns)
        assert 0.9 < time.monotonic() - began < 5  # a busy machine takes its time
        pause.over.set()
        assert gets_the_turn(turns)
    assert len(far_end.heard) == 1


def test_a_call_waits_to_connect_and_for_its_reply_and_for_nothing_else() -> None:
    waits, awaited = threading.Semaphore(0), []

    @contextmanager
    def waiting() -> Iterator[None]:
        waits.release()
        yield

    def script(connection: Connection) -> None:
        awaited.append(waits.acquire(timeout=5))  # to connect
        for _ in range(2):
            connection.hear()
            awaited.append(waits.acquire(timeout=5))  # the reply, which comes no sooner
            connection.say(REPLY)

    with FarEnd(script) as far_end, closing(KeptWebClient("xoxb-1", far_end.url, waiting)) as client:
        for _ in range(2):
            assert client.chat_postMessage(channel="C1", text="hello")["ok"]
    assert awaited == [True] * 3
    assert not waits.acquire(blocking=False)
