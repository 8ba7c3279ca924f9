"""Long texts that were made to be slow to read: each takes a moment, and no other waits for it.

A regular expression holds the interpreter while it searches. Where it takes a time that grows with the square of the
text, these texts take from minutes to years; that is what the alarm is for.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from opsbot.dataiku.failures import Answer, failure
from opsbot.dataiku.redaction import redacting as redacting_of_nodes
from opsbot.domain.redaction import redacting
from opsbot.grammar.words import _unescaped, without_mention_of
from opsbot.slack.blocks.mrkdwn import code, escaped, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONG = 300_000
_ALARM = 20


@contextmanager
def alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError("it takes minutes")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(_ALARM)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


PIECES = (
    "x://:",
    "a-",
    ":a",
    "bearer ",
    "basic ",
    "<https://",
    "<!a|",
    "<@U1|",
    "<@",
    "<",
    "`",
    "*",
    "_ ",
    "a:\\",
    "!/a",
)


@pytest.mark.parametrize(
    "read",
    [redacting(), redacting_of_nodes(()), _unescaped, partial(without_mention_of, "U1"), escaped, code, plain],
    ids=["audit", "nodes", "words", "mention", "markup", "ids", "plain"],
)
def test_no_text_takes_longer_to_read_than_it_is_long(read: Callable[[str], object]) -> None:
    with alarm():
        for piece in PIECES:
            read(piece * (_LONG // len(piece)))
        read("x://" + ":" * _LONG)
        read("x://" + ":a" * (_LONG // 2) + "@")


@pytest.mark.parametrize("piece", [b"<title>", b"<title", b"<title></", b"<", b"/a", b"[", b'{"a":'])
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_no_error_of_a_node_takes_longer_to_read_than_it_is_long(piece: bytes, kind: str) -> None:
    page = b"<html><title>" + piece * (4 * _LONG // len(piece))
    for body in (page, page[13:]):
        with alarm():
            error = failure(Answer("GET", "/projects/", 500, {"Content-Type": kind}, body), redacting_of_nodes(()))
        assert len(str(error)) < 1000
