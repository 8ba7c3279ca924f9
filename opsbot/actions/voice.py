"""Whether Slack takes anything at all from the bot: where it doesn't, nobody can be told there, so the log has to say it."""

from __future__ import annotations

import logging
import threading

_log = logging.getLogger(__name__)


class Voice:
    """Lost when Slack takes the bot's token back, found when something is said again; each is logged once."""

    def __init__(self) -> None:
        self._problem = ""
        self._lock = threading.Lock()

    def is_there(self) -> bool:
        """Tell whether nothing is known that keeps the bot from being heard."""
        return not self._problem

    def lost(self, problem: str) -> None:
        """Notice that Slack takes nothing any more."""
        with self._lock:
            was, self._problem = self._problem, problem
        if not was:
            _log.error(
                "Slack takes nothing from the bot: %s What is to be said waits for it, and nothing of it is lost. "
                "Install the app anew, and start the bot with the new token.",
                problem,
            )

    def found(self) -> None:
        """Notice that something was said."""
        with self._lock:
            was, self._problem = self._problem, ""
        if was:
            _log.warning("Slack takes what the bot says again.")
