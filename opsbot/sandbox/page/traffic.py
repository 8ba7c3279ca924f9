"""What passed between Slack and the app, as one reads it: a line for each thing, in order, and without secrets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

JSON = dict[str, Any]
Group = Literal["payload", "call", "response"]

_GROUPS: dict[str, Group] = {"socket": "payload", "http": "payload", "api": "call"}
_TOKENS = re.compile(r"\b(xox[a-z]|xapp)-[\w-]+")
_CAPABILITIES = re.compile(r"(/response/[^/\s\"]+/|/upload/v1/|[?&]ticket=)[\w-]+")
_SECRET_KEYS = frozenset({"token", "authorization", "trigger_id", "secret", "client_secret", "signing_secret"})
_HIDDEN = "…"
_LONGEST_TEXT = 20_000
_GOOD_STATUS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing that passed: what one side asked, what the other said to it, and how long that took.

    `began` and `seconds` are in seconds; `trouble` is the error, empty where all went well.
    """

    number: int
    group: Group
    began: float
    seconds: float
    name: str
    about: str
    trouble: str
    asked: Any
    answered: Any

    def holds(self, needle: str) -> bool:
        """Tell whether the words stand anywhere in it, in whatever case."""
        if not needle:
            return True
        everything = f"{self.name} {self.about} {self.trouble} {written(self.asked)} {written(self.answered)}"
        return needle.lower() in everything.lower()


def passage(number: int, entry: JSON) -> Passage:
    """Read one entry of the workspace's log."""
    group = _GROUPS.get(entry["kind"], "response")
    asked, answered = entry["request"], entry["response"]
    seconds = float(entry.get("seconds", 0.0))
    name, about = _payload_named(entry) if group == "payload" else _call_named(entry)
    if entry.get("retry"):
        about = f"{about} · retry {entry['retry']}".strip(" ·")
    trouble = _trouble(group, answered, entry.get("status"))
    began = float(entry["at"]) - seconds
    return Passage(number, group, began, seconds, name, about, trouble, redacted(asked), redacted(answered))


def redacted(value: Any) -> Any:
    """Return the value without tokens and without what would let one act: trigger ids, ends of response URLs.

    JSON in a string, as forms carry it, is opened.
    """
    match value:
        case dict():
            return {key: _HIDDEN if key in _SECRET_KEYS and each else redacted(each) for key, each in value.items()}
        case list() | tuple():
            return [redacted(each) for each in value]
        case str():
            opened = _opened(value)
            return redacted(opened) if opened is not None else _redacted_text(value)
        case _:
            return value


def written(value: Any) -> str:
    """Write the value for people to read."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}\n… {len(text) - _LONGEST_TEXT} more"


def _redacted_text(text: str) -> str:
    return _CAPABILITIES.sub(rf"\1{_HIDDEN}", _TOKENS.sub(rf"\1-{_HIDDEN}", text))


def _opened(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _payload_named(entry: JSON) -> tuple[str, str]:
    payload: JSON = entry["request"]
    if entry["name"] == "slash_commands":
        return f"{payload['command']} {payload['text']}".strip(), f"@{payload['user_name']}"
    if entry["name"] == "events_api":
        event = payload["event"]
        return str(event["type"]), str(event.get("subtype") or event.get("text") or "")
    user = payload.get("user", {})
    about = f"@{user.get('username') or user.get('name') or user.get('id', '')}"
    actions = ", ".join(str(action.get("action_id", "")) for action in payload.get("actions", ()))
    which = actions or payload.get("action_id") or payload.get("callback_id") or ""
    which = which or (payload.get("view") or {}).get("callback_id", "")
    return " ".join(part for part in (str(payload.get("type", entry["name"])), str(which)) if part), about


def _call_named(entry: JSON) -> tuple[str, str]:
    if entry["kind"] == "api":
        asked: JSON = entry["request"]
        about = asked.get("channel") or asked.get("user_id") or asked.get("user") or asked.get("channel_id") or ""
        return str(entry["name"]), str(about)
    if entry["kind"] == "upload":
        return "upload", str(entry["name"])
    return "response_url", str(entry["request"].get("response_type") or "ephemeral")


def _trouble(group: Group, answered: Any, status: int | None) -> str:
    if group == "payload":
        error = answered.get("error", "") if isinstance(answered, dict) and len(answered) == 1 else ""
        return error if error in ("operation_timeout", "dispatch_failed") else ""
    if isinstance(answered, dict) and answered.get("ok") is False:
        return str(answered.get("error", "not ok"))
    return "" if status is None or status in _GOOD_STATUS else str(status)
