"""Logs: one JSON object a line where a machine reads them, plain lines where a person does.

The standard library's loggers stay what everybody writes to, our modules and the libraries alike; structlog makes the
lines. A line knows the trace and the ids of the work it belongs to, and no secret leaves by it.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING, Any, Literal, TextIO

import structlog

from opsbot.domain.tracing import facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import EventDict, Processor

    from opsbot.domain.redaction import Redact

Shape = Literal["auto", "json", "text"]
Level = Literal["debug", "info", "warning", "error"]

_OURS = "opsbot"
_LEFT = frozenset({"message", "asctime"})
_LONGEST = 16_000
"""Letters of a text, a traceback among them: what people write may be much longer, and the disk isn't for that."""
_LINE = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
    ord("\n"): "\\n",
    ord("\t"): "\\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
    **{code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))},  # what turns text around
}
"""What could end a line, or tell a terminal to do something: people's words mustn't forge a line of the log."""


def set_up_logs(shape: Shape, level: Level, redact: Redact, stream: TextIO | None = None) -> Callable[[], None]:
    """Have everything logged from now on as one line each; gives what undoes it.

    `auto` is for people where the stream is a terminal, and for machines elsewhere. `level` is for what opsbot says
    itself; of libraries warnings are heard, and worse. `redact` is taken to every text. A fault that
    ends a thread is logged, too.
    """
    stream = stream or sys.stderr
    is_json = shape == "json" or (shape == "auto" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(redact, is_json=is_json, colors=not is_json and stream.isatty()))
    root, ours = logging.getLogger(), logging.getLogger(_OURS)
    before, hook = (root.level, ours.level), threading.excepthook
    root.addHandler(handler)
    ours.setLevel(level.upper())
    # What libraries say below a warning tells of their insides, payloads and tokens among them.
    root.setLevel(max(logging.WARNING, ours.level))
    least = root.level
    handler.addFilter(
        lambda record: record.levelno >= least or record.name.partition(".")[0] == _OURS
    )  # DBOS sets its own
    threading.excepthook = _noticed

    def undo() -> None:
        threading.excepthook = hook
        root.removeHandler(handler)
        root.setLevel(before[0])
        ours.setLevel(before[1])

    return undo


def _noticed(ended: threading.ExceptHookArgs) -> None:
    """Log what ended a thread: Python would write it beside the log, secrets and all."""
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        name = ended.thread.name if ended.thread is not None else ""
        logging.getLogger(_OURS).critical("the thread “%s” ended by a fault", name, exc_info=ended.exc_value)


def _formatter(redact: Redact, *, is_json: bool, colors: bool) -> logging.Formatter:
    add: list[Processor] = [
        _add_facts,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=is_json),
    ]
    end: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if is_json:
        end += [structlog.processors.format_exc_info, _tidied, _redacting(redact)]
        end.append(structlog.processors.JSONRenderer(ensure_ascii=True, sort_keys=False, default=str))
    else:
        end += [structlog.processors.format_exc_info, _tidied, _redacting(redact), _in_one_line]
        end.append(structlog.dev.ConsoleRenderer(colors=colors))
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=add, processors=end)


def _add_facts(_: Any, __: str, event: EventDict) -> EventDict:
    """Add what is known of the work at hand; what the line says itself goes before."""
    for name, value in facts().items():
        event.setdefault(name, value)
    return event


def _tidied(_: Any, __: str, event: EventDict) -> EventDict:
    """Leave out what says nothing, and what other handlers leave on a record when they write it."""
    return {name: value for name, value in event.items() if value is not None and value != "" and name not in _LEFT}


def _redacting(redact: Redact) -> Processor:
    def take_out(_: Any, __: str, event: EventDict) -> EventDict:
        return {name: _redacted(value, redact) for name, value in event.items()}

    return take_out


def _redacted(value: Any, redact: Redact) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    text = redact(value if isinstance(value, str) else str(value))
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2  # a traceback says at its end what went wrong
    return f"{text[:half]}… ({len(text) - 2 * half} more characters) …{text[-half:]}"


def _in_one_line(_: Any, __: str, event: EventDict) -> EventDict:
    """Escape what ends a line or controls a terminal; a traceback keeps its lines, each set in."""
    return {name: _escaped(name, value) if isinstance(value, str) else value for name, value in event.items()}


def _escaped(name: str, value: str) -> str:
    if name == "exception":
        return "\n".join(f"    {line.translate(_LINE)}" for line in value.split("\n"))
    return value.translate(_LINE)
