"""What is so about a publish request, told twice: by the request as it is kept, and by the audit's records alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from opsbot.domain.difference import in_lines
from opsbot.domain.lifecycle import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opsbot.domain.audit import Entry
    from opsbot.domain.models import Decision, Person, PublishRequest, Vote

Facts = dict[str, Any]
"""JSON, the same keys whoever tells; a key that the records say nothing of is missing from theirs."""

NAMES = frozenset(
    {
        *("service", "version", "published_service", "requester", "asked_at", "policy", "policy_name", "created_on"),
        *("summary_digest", "archive_digest", "packager", "reason", "break_glass", "difference"),
        *("votes", "decision", "state", "outcome", "review"),
    }
)

_DONE = "done"
_DECIDING = {"approve": "comment", "approved": "reason", "decline": "reason", "cancel": "reason"}
"""What decides, and under which name its record has the decider's words."""


def of_request(request: PublishRequest) -> Facts:
    """Tell the facts from the request as it is kept."""
    wish = request.wish
    return {
        "service": str(wish.service),
        "version": wish.package.version,
        "published_service": wish.published_service,
        "requester": _person(wish.requester),
        "asked_at": _utc(wish.asked_at),
        "policy": wish.policy,
        "policy_name": wish.policy_name,
        "created_on": _utc(wish.package.created_on) if wish.package.created_on else None,
        "summary_digest": wish.summary_digest,
        "archive_digest": wish.archive_digest,
        "packager": wish.packager.id if wish.packager else None,
        "reason": wish.reason,
        "break_glass": wish.break_glass,
        "difference": list(in_lines(wish.difference)) if wish.difference else [],
        "votes": [_vote(vote) for vote in request.votes],
        "decision": _decision(request.decision),
        "state": request.state.value,
        "outcome": request.outcome,
        "review": _decision(request.review),
    }


def of_records(entries: Sequence[Entry]) -> Facts:
    """Tell the facts from all records about one request, in their order; nothing if they don't begin with the asking."""
    done = [entry for entry in entries if entry.outcome == _DONE]
    if not done or done[0].what != "publish":
        return {}
    said = [entry.detail["why"] for entry in done if "why" in entry.detail]
    return {
        **_asked(done[0]),
        "votes": [_voted(entry) for entry in done if entry.what == "approve"],
        "decision": _decided(done),
        "state": done[-1].detail.get("state", State.PENDING.value),
        "outcome": said[-1] if said else "",
        "review": next((_said(entry, "comment") for entry in done if entry.what == "review"), None),
    }


def people(entries: Sequence[Entry]) -> dict[str, str]:
    """Name everybody who did something, by their id, as they were called last."""
    return {entry.who.id: entry.who.name for entry in entries}


def _asked(entry: Entry) -> Facts:
    told: Facts = {
        "service": str(entry.service),
        "version": entry.version,
        "published_service": entry.published_service,
        "requester": _person(entry.who),
        "asked_at": _utc(entry.at),
        "policy": entry.policy,
    }
    known = ("policy_name", "created_on", "summary_digest", "archive_digest", "packager", "reason", "break_glass")
    told |= {name: entry.detail[name] for name in (*known, "difference") if name in entry.detail}
    if isinstance(told.get("created_on"), str):
        told["created_on"] = _utc(datetime.fromisoformat(told["created_on"]))
    return told


def _decided(done: Sequence[Entry]) -> Facts | None:
    """Find the decision: what took the request out of its waiting, or what ended it later by somebody's word."""
    found = None
    for entry in done:
        fills_no_quorum = entry.what == "approve" and entry.detail.get("state") == State.PENDING.value
        if entry.what in _DECIDING and not fills_no_quorum:
            found = _said(entry, _DECIDING[entry.what])
            if entry.what == "approved":  # by rule: it counts as the requester's
                found["person"] = _person(done[0].who)
    return found


def _vote(vote: Vote) -> Facts:
    return {
        "person": _person(vote.person),
        "at": _utc(vote.at),
        "channel": vote.channel,
        "roles": list(vote.roles),
        "comment": vote.comment,
    }


def _voted(entry: Entry) -> Facts:
    return {
        "person": _person(entry.who),
        "at": _utc(entry.at),
        "channel": entry.where.channel if entry.where else "",
        "roles": list(entry.detail.get("roles", ())),
        "comment": entry.detail.get("comment", ""),
    }


def _decision(decision: Decision | None) -> Facts | None:
    if decision is None:
        return None
    return {"person": _person(decision.person), "at": _utc(decision.at), "comment": decision.comment}


def _said(entry: Entry, name: str) -> Facts:
    return {"person": _person(entry.who), "at": _utc(entry.at), "comment": entry.detail.get(name, "")}


def _person(person: Person) -> Facts:
    return {"id": person.id, "name": person.name}


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def adopt_hidden(told: Any, kept: Any, hidden: str) -> Any:
    """Take a text from the records where they hid a secret in it that whoever exports doesn't know."""
    match told, kept:
        case str(), str() if hidden in kept:
            return kept
        case dict(), dict():
            return {name: adopt_hidden(value, kept.get(name), hidden) for name, value in told.items()}
        case list(), list() if len(told) == len(kept):
            return [adopt_hidden(one, other, hidden) for one, other in zip(told, kept, strict=True)]
        case _:
            return told


def differing(told: Mapping[str, Any], kept: Mapping[str, Any]) -> list[str]:
    """Name the facts that the records tell otherwise."""
    return [name for name, value in kept.items() if told.get(name) != value]
