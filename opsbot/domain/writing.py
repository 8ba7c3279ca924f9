"""An audit entry as the text that is hashed and kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any

from opsbot.domain.audit import canonical

if TYPE_CHECKING:
    from opsbot.domain.audit import Entry
    from opsbot.domain.redaction import Redact


def body(entry: Entry, seq: int, redact: Redact) -> str:
    """Write an entry in its place in the chain, its texts without secrets; TypeError for what has no one way to write."""
    # Who sat at a terminal is part of the detail: `where` is Slack's, in records of any age.
    terminal = {"terminal": entry.where.terminal} if entry.where and entry.where.terminal else {}
    table = {
        "seq": seq,
        "at": entry.at.astimezone(UTC).isoformat(),
        "who": {"id": entry.who.id, "name": entry.who.name},
        "where": {"channel": entry.where.channel, "thread": entry.where.thread} if entry.where else None,
        "what": entry.what,
        "service": str(entry.service) if entry.service else None,
        "version": entry.version,
        "published_service": entry.published_service,
        "request": entry.request,
        "policy": entry.policy,
        "outcome": entry.outcome,
        "detail": {**entry.detail, **terminal},
    }
    return canonical(plain(table, redact))


def plain(value: Any, redact: Redact) -> Any:
    """Copy what JSON can say in one way only, each text redacted and such that every encoding takes it."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return redact(value.encode(errors="replace").decode())  # half a surrogate pair has no encoding
        case Mapping():
            return {plain(str(key), redact): plain(each, redact) for key, each in value.items()}
        case list() | tuple():
            return [plain(each, redact) for each in value]
        case _:
            raise TypeError(f"the audit can't hold a {type(value).__name__}")
