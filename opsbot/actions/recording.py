"""What is kept together with a change of a request: the audit's entry, and what is to be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbot.actions.stores import Changed
from opsbot.domain.audit import FOR, OPSBOT, Entry
from opsbot.domain.deliveries import Effects, Kind, Message
from opsbot.domain.difference import in_lines
from opsbot.domain.lifecycle import TRANSITIONS
from opsbot.domain.watching import of_request

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.changes import NodeChange
    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker, Person, Place, PublishRequest, Wish

DONE = "done"
_WRITTEN = (
    *("reason", "comment", "release_notes", "break_glass", "published_service"),
    *("endpoint", "type", "model", "compute_propensity", "force"),
)


def changed(
    request: PublishRequest, asker: Asker | None, what: str, at: datetime, *kinds: Kind, text: str = "", **detail: Any
) -> Changed:
    """Keep the request as it is, with its entry (without an asker, opsbot's own) and its messages.

    A request that ended has its outcome told, whatever ended it.
    """
    return Changed(request, effects(request, asker, what, at, *kinds, text=text, **detail))


def effects(
    request: PublishRequest, asker: Asker | None, what: str, at: datetime, *kinds: Kind, text: str = "", **detail: Any
) -> Effects:
    """Make the entry and the messages of what was done to a request."""
    said = [*kinds]
    if not TRANSITIONS[request.state] and Kind.OUTCOME not in said and Kind.REVIEW not in said:
        said.append(Kind.OUTCOME)
    end = request.state.value
    messages = tuple(
        Message(kind, request.wish.card_channel, request.id, text=end if kind is Kind.OUTCOME else text)
        for kind in said
    )
    return Effects(entry(request, asker, what, DONE, at, **detail), messages, of_request(request, at))


def entry(request: PublishRequest, asker: Asker | None, what: str, outcome: str, at: datetime, **detail: Any) -> Entry:
    """Make the audit's entry of something that was tried on a request."""
    wish = request.wish
    who, where = _by(asker)
    return Entry(
        at,
        who,
        what,
        outcome,
        where,
        wish.service,
        wish.package.version,
        wish.published_service,
        request.id,
        wish.policy,
        {"state": request.state.value, **detail},
    )


def of_change(change: NodeChange, asker: Asker | None, what: str, outcome: str, at: datetime) -> Entry:
    """Make the audit's entry of something that was tried about a change of a node."""
    wanted = change.wanted
    who, where = _by(asker)
    return Entry(
        at,
        who,
        what,
        outcome,
        where,
        change.service,
        getattr(wanted, "version", ""),
        detail={
            "change": change.id,
            "state": change.state.value,
            "outcome": change.outcome,
            **({} if asker is not None else {FOR: change.by.name}),
            **written_with(wanted),
        },
    )


def written_with(command: Command) -> dict[str, Any]:
    """Keep what somebody wrote with a command."""
    said = {name: getattr(command, name, None) for name in _WRITTEN}
    return {name: value for name, value in said.items() if value not in {None, ""}}


def identity(wish: Wish) -> dict[str, Any]:
    """Say which package was asked for, and under what, for the audit."""
    return {
        "created_on": wish.package.created_on.isoformat() if wish.package.created_on is not None else None,
        "summary_digest": wish.summary_digest,
        "archive_digest": wish.archive_digest,
        "packager": wish.packager.id if wish.packager is not None else None,
        "policy_name": wish.policy_name,
        "reason": wish.reason,
        "break_glass": wish.break_glass,
        "difference": list(in_lines(wish.difference)) if wish.difference is not None else [],
    }


def _by(asker: Asker | None) -> tuple[Person, Place | None]:
    """Tell who did it, and where; what nobody asked for opsbot did, nowhere."""
    return (asker.person, asker.place) if asker is not None else (OPSBOT, None)
