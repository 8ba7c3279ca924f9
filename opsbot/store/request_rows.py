"""Publish requests and votes, to rows and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from opsbot.domain.audit import Head
from opsbot.domain.difference import Difference
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Decision, MessageRef, Package, Person, PublishRequest, Vote, Wish
from opsbot.domain.references import ServiceRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import RowMapping

_DIFFERENCE = TypeAdapter(Difference)


def new_row(wish: Wish) -> dict[str, Any]:
    """Make the row of a new request."""
    packager = wish.packager
    return {
        "service": str(wish.service),
        "node": wish.service.node,
        "version": wish.package.version,
        "published_service": wish.published_service,
        "packaged_on": wish.package.created_on,
        "packaged_by": wish.package.created_by,
        "release_notes": wish.package.release_notes,
        "summary_digest": wish.summary_digest,
        "archive_digest": wish.archive_digest,
        "packager_id": packager.id if packager is not None else None,
        "packager_name": packager.name if packager is not None else None,
        "requester_id": wish.requester.id,
        "requester_name": wish.requester.name,
        "reason": wish.reason,
        "asked_in": wish.asked_in,
        "asked_at": wish.asked_at,
        "card_channel": wish.card_channel,
        "policy": wish.policy,
        "policy_name": wish.policy_name,
        "difference": _DIFFERENCE.dump_json(wish.difference).decode() if wish.difference is not None else None,
        "expires_at": wish.expires_at,
        "remind_at": wish.remind_at,
        "break_glass": wish.break_glass,
        "review_due": wish.review_due,
        "state": State.PENDING.value,
    }


def changed_columns(request: PublishRequest) -> dict[str, Any]:
    """Give what may change about a request; its card and its place in the audit are kept apart from that."""
    return {
        "state": request.state.value,
        **_decision_columns("decided", "decision_comment", request.decision),
        "outcome": request.outcome,
        "held": request.held,
        "try_at": request.try_at,
        "attempt": request.attempt,
        "claimed_by": request.claimed_by,
        "posted_at": request.posted_at,
        "remind_at": request.remind_at,
        "ended_at": request.ended_at,
        "review_due": request.review_due,
        **_decision_columns("reviewed", "review_comment", request.review),
    }


def vote_row(request: int, vote: Vote) -> dict[str, Any]:
    """Make the row of a vote."""
    return {
        "request": request,
        "person_id": vote.person.id,
        "person_name": vote.person.name,
        "at": vote.at,
        "channel": vote.channel,
        "roles": json.dumps(vote.roles),
        "comment": vote.comment,
    }


def request_of(row: RowMapping, given: Iterable[Vote | RowMapping]) -> PublishRequest:
    """Read a request; `given` are its votes, or the rows of them."""
    return PublishRequest(
        id=row["id"],
        wish=_wish(row),
        state=State(row["state"]),
        votes=tuple(vote if isinstance(vote, Vote) else _vote(vote) for vote in given),
        decision=_decision(row, "decided", "decision_comment"),
        outcome=row["outcome"],
        card=MessageRef(row["card_channel"], row["card_ts"]) if row["card_ts"] is not None else None,
        held=row["held"],
        try_at=row["try_at"],
        attempt=row["attempt"],
        claimed_by=row["claimed_by"],
        posted_at=row["posted_at"],
        remind_at=row["remind_at"],
        ended_at=row["ended_at"],
        review_due=row["review_due"],
        review=_decision(row, "reviewed", "review_comment"),
        head=Head(row["head_seq"], row["head_link"]) if row["head_seq"] is not None else None,
    )


def _wish(row: RowMapping) -> Wish:
    difference = row["difference"]
    return Wish(
        service=ServiceRef.parse(row["service"], node=None, project=None),
        package=Package(row["version"], row["packaged_on"], row["packaged_by"], row["release_notes"]),
        published_service=row["published_service"],
        requester=Person(row["requester_id"], row["requester_name"]),
        reason=row["reason"],
        asked_in=row["asked_in"],
        asked_at=row["asked_at"],
        card_channel=row["card_channel"] or row["asked_in"],
        policy=row["policy"],
        policy_name=row["policy_name"],
        summary_digest=row["summary_digest"],
        archive_digest=row["archive_digest"],
        packager=Person(row["packager_id"], row["packager_name"]) if row["packager_id"] is not None else None,
        expires_at=row["expires_at"],
        remind_at=row["remind_at"],
        break_glass=row["break_glass"],
        review_due=row["review_due"],
        difference=_DIFFERENCE.validate_json(difference) if difference is not None else None,
    )


def _vote(row: RowMapping) -> Vote:
    by, roles = Person(row["person_id"], row["person_name"]), tuple(json.loads(row["roles"]))
    return Vote(by, row["at"], row["channel"], roles, row["comment"])


def _decision(row: RowMapping, by: str, comment: str) -> Decision | None:
    if row[f"{by}_at"] is None:
        return None
    return Decision(Person(row[f"{by}_by_id"], row[f"{by}_by_name"]), row[f"{by}_at"], row[comment] or "")


def _decision_columns(by: str, comment: str, decision: Decision | None) -> dict[str, Any]:
    return {
        f"{by}_by_id": decision.person.id if decision is not None else None,
        f"{by}_by_name": decision.person.name if decision is not None else None,
        f"{by}_at": decision.at if decision is not None else None,
        comment: decision.comment if decision is not None else None,
    }
