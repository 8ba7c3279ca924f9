"""How a line of the log looks, and what can't get into it."""

from __future__ import annotations

import io
import json
import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.redaction import redacting
from opsbot.domain.tracing import traced
from opsbot.telemetry import set_up_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.telemetry.logs import Level, Shape

OURS = logging.getLogger("opsbot.somewhere")
FORGED = "v4\n2026-11-02 [error] all is lost\r\x1b[2J\u2028\x9b31m"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def logging_to(stream: io.StringIO, shape: Shape = "json", level: Level = "info") -> Iterator[io.StringIO]:
    undo = set_up_logs(shape, level, redacting(["hush-hush"]), stream)
    try:
        yield stream
    finally:
        undo()


def fail(why: str) -> None:
    raise ValueError(why)


def only(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_what_ends_a_thread_is_in_the_log_without_secrets() -> None:
    with logging_to(io.StringIO()) as log:
        thread = threading.Thread(target=fail, args=("hush-hush",), name="look")
        thread.start()
        thread.join()
    line = only(log)
    assert (line["level"], line["event"]) == ("critical", "the thread “look” ended by a fault")
    assert "ValueError" in line["exception"]
    assert "hush-hush" not in log.getvalue()


def test_a_line_for_machines_knows_what_it_belongs_to() -> None:
    with logging_to(io.StringIO()) as log, traced(trace="ab" * 16, user="U1", request=12):
        OURS.warning("%s is not there", "v4", extra={"ms": 12.5, "node_request": ""})
    line = only(log)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "v4 is not there",
        "level": "warning",
        "logger": "opsbot.somewhere",
        "trace": "ab" * 16,
        "user": "U1",
        "request": 12,
        "ms": 12.5,
    }


@pytest.mark.parametrize("shape", ["json", "text"])
def test_people_s_words_forge_no_line_and_tell_a_terminal_nothing(shape: Shape) -> None:
    with logging_to(Terminal(), shape) as log, traced(user=FORGED):
        OURS.warning("not done: %s", FORGED, extra={"path": FORGED})
    said = log.getvalue()
    assert len(said.splitlines()) == 1
    assert "\x1b[2J" not in said
    assert not {"\r", "\x9b", "\u2028"} & set(said)


def test_no_secret_leaves_by_a_line_a_field_or_a_traceback() -> None:
    with logging_to(io.StringIO()) as log:
        try:
            fail("xoxb-123456-abcdef and hush-hush")
        except ValueError:
            OURS.exception("hush-hush failed", extra={"url": "https://maya:pass@dss.example.com"})
    line = only(log)
    for secret in ("hush", "xoxb-123", "pass@"):
        assert secret not in json.dumps(line)
    assert "Traceback" in line["exception"]
    assert "ValueError: [secret] and [secret]" in line["exception"]


def test_a_traceback_for_people_is_set_in_so_that_what_it_quotes_forges_no_line() -> None:
    with logging_to(io.StringIO(), "text") as log:
        try:
            fail(FORGED)
        except ValueError:
            OURS.exception("failed")
    first, *others = log.getvalue().splitlines()
    assert "failed" in first
    assert others
    assert all(line.startswith("    ") for line in others if line)


@pytest.mark.parametrize(("stream", "is_json"), [(io.StringIO(), True), (Terminal(), False)])
def test_by_itself_it_is_for_people_on_a_terminal_only(stream: io.StringIO, *, is_json: bool) -> None:
    with logging_to(stream, "auto"):
        OURS.info("here")
    assert stream.getvalue().startswith("{") is is_json


def test_the_level_is_ours_and_of_libraries_warnings_are_heard() -> None:
    with logging_to(io.StringIO(), level="debug") as log:
        OURS.debug("ours")
        logging.getLogger("slack_sdk.web").debug("their insides")
        logging.getLogger("dbos").warning("their trouble")
    assert [json.loads(line)["event"] for line in log.getvalue().splitlines()] == ["ours", "their trouble"]
    with logging_to(io.StringIO(), level="error") as log:
        OURS.warning("ours")
        logging.getLogger("dbos").warning("theirs")
    assert log.getvalue() == ""


def test_a_text_of_any_length_makes_a_line_of_some() -> None:
    with logging_to(io.StringIO()) as stream:
        OURS.info("not done: %s", f"begun {'x' * 500_000} ended")
    said = only(stream)["event"]
    assert len(said) < 17_000
    assert said.startswith("not done: begun x")
    assert "more characters) …x" in said
    assert said.endswith("x ended")
