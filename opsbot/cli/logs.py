"""Logs as lines: what people and nodes write can't begin one of its own, nor reach the terminal's controls."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_NEXT = "\n    "


class OneLine(logging.Formatter):
    """Writes a record as one line in which controls are shown as escapes; a traceback follows, indented.

    `redact` takes secrets out of all of it.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(_FORMAT)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Write the record."""
        text = _shown(super().formatMessage(self._with_message(record)))
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        lines = [_shown(line) for line in trace.split("\n")] if trace else []
        return self._redact(_NEXT.join([text, *lines]))

    def _with_message(self, record: logging.LogRecord) -> logging.LogRecord:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        return record


def log_to_terminal(redact: Callable[[str], str]) -> None:
    """Log to the standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(redact))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _shown(text: str) -> str:
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
