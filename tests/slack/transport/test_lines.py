"""What is sent again, and what isn't: never what Slack may have done."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import trustme

from opsbot.slack import KeptWebClient
from opsbot.slack.transport.calls import CALL_ERRORS, ReplyLostError, error_code
from tests.slack.far_end import HEAD, REPLY, Connection, FarEnd, trusting

if TYPE_CHECKING:
    from collections.abc import Callable

BROKEN = {
    "nothing": b"",
    "half a status": REPLY[:6],
    "no status": b"SMTP ready\r\n\r\n",
    "only its head": HEAD,
    "half a body": REPLY[:-5],
    "half a body of no length": b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"ok": tr',
    "only a promise": b"HTTP/1.1 100 Continue\r\n\r\n",
}


def post(client: KeptWebClient, text: str = "hello") -> None:
    assert client.chat_postMessage(channel="C1", text=text)["ok"]


def answers(connection: Connection) -> None:
    connection.answer()


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN.keys())
def test_a_reply_that_breaks_off_is_an_error_and_the_call_is_not_sent_again(reply: bytes) -> None:
    with (
        FarEnd(lambda connection: connection.answer(reply)) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url)) as client,
        pytest.raises(CALL_ERRORS) as caught,
    ):
        post(client)
    assert error_code(caught.value) == "ReplyLostError"
    assert len(far_end.heard) == 1


@pytest.mark.parametrize("reply", [reply for name, reply in BROKEN.items() if name != "nothing"])
def test_on_a_kept_connection_neither(reply: bytes) -> None:
    def script(connection: Connection) -> None:
        connection.answer()
        connection.answer(reply)

    with FarEnd(script) as far_end, closing(KeptWebClient("xoxb-1", far_end.url)) as client:
        post(client)
        with pytest.raises(ReplyLostError):
            post(client)
    assert len(far_end.heard) == 2


def test_nor_after_silence_on_a_kept_connection() -> None:
    def script(connection: Connection) -> None:
        connection.answer()
        connection.hear()
        connection.sock.recv(1)  # until the near end has had enough

    with FarEnd(script, answers) as far_end, closing(KeptWebClient("xoxb-1", far_end.url, timeout=1)) as client:
        post(client)
        with pytest.raises(ReplyLostError):
            post(client)
    assert len(far_end.heard) == 2


@pytest.mark.parametrize("let_go", [lambda _: None, Connection.reset], ids=["politely", "rudely"])
@pytest.mark.parametrize("authority", [None, trustme.CA()], ids=["plain", "TLS"])
def test_a_kept_connection_that_was_gone_costs_no_call(
    authority: trustme.CA | None, let_go: Callable[[Connection], object]
) -> None:
    def script(connection: Connection) -> None:
        connection.answer()
        connection.hear()
        let_go(connection)

    with (
        FarEnd(script, answers, authority=authority) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url, context=trusting(authority))) as client,
    ):
        for _ in range(2):
            post(client)
    assert len(far_end.heard) == 3


def test_a_new_connection_that_ends_at_once_is_none_that_was_gone() -> None:
    def script(connection: Connection) -> None:
        connection.hear()
        connection.reset()

    with (
        FarEnd(script) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url)) as client,
        pytest.raises(ReplyLostError),
    ):
        post(client)
    assert len(far_end.heard) == 1


def test_a_call_that_was_not_sent_whole_is_sent_again() -> None:
    def script(connection: Connection) -> None:
        connection.answer()
        connection.sock.recv(1)
        connection.reset()

    with FarEnd(script, answers) as far_end, closing(KeptWebClient("xoxb-1", far_end.url)) as client:
        post(client)
        post(client, "long " * 4_000_000)
    assert [len(request) > 1_000_000 for request in far_end.heard] == [False, True]


def test_where_no_connection_is_made_another_is_tried() -> None:
    authority = trustme.CA()
    with (
        FarEnd(None, answers, authority=authority) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url, context=trusting(authority))) as client,
    ):
        post(client)
    assert len(far_end.heard) == 1
