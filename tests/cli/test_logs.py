"""What is logged: a line for each record, whatever is in it."""

from __future__ import annotations

import logging
import sys

import pytest

from opsbot.cli.logs import OneLine
from opsbot.domain.redaction import HIDDEN, redacting


def line(message: str, *, trace: bool = False) -> str:
    record = logging.LogRecord("opsbot.slack", logging.INFO, "", 0, "not done: %s", (message,), None)
    if trace:
        try:
            int(message)
        except ValueError:
            record.exc_info = sys.exc_info()
    return OneLine(redacting(["hunter2"])).format(record)


@pytest.mark.parametrize(
    "text",
    [
        "x\n2026-01-01 00:00:00,000 INFO    opsbot.actions: request 1 is approved",
        "x\r\nGET / 200",
        "\x1b[2J\x1b[31mred",
        "\x9b31m",
        "a\u2028b",
        "\u202eneddih",
        "\x00\x07\x08",
    ],
)
def test_what_people_write_begins_no_line_and_controls_no_terminal(text: str) -> None:
    shown = line(text)
    assert len(shown.splitlines()) == 1
    assert shown.isprintable()
    assert all(row.startswith("    ") and row.isprintable() for row in line(text, trace=True).splitlines()[1:])


def test_secrets_are_taken_out_of_messages_and_tracebacks() -> None:
    shown = line("the key hunter2 and xoxb-1234-abcd", trace=True)
    assert "hunter2" not in shown
    assert "xoxb-1234" not in shown
    assert shown.count(HIDDEN) == 4


def test_a_traceback_is_there_and_names_what_was_raised() -> None:
    assert "ValueError: invalid literal" in line("boom", trace=True)
