"""How the workspace says no: with Slack's own error codes."""

from __future__ import annotations

from typing import Any

from opsbot.errors import OpsbotError


class RefusedError(OpsbotError):
    """Slack would answer `{"ok": false, "error": code}`; `extra` is what else its reply would say."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(f"Slack would refuse this: {code}.")
        self.code = code
        self.extra = extra

    def reply(self) -> dict[str, Any]:
        """Return the reply that tells the app."""
        return {"ok": False, "error": self.code, **self.extra}


def invalid_arguments(*messages: str, code: str = "invalid_arguments") -> RefusedError:
    """Return the refusal that names what is wrong with which argument."""
    return RefusedError(code, response_metadata={"messages": [f"[ERROR] {message}" for message in messages]})
