"""Changes of nodes as rows, and rows as changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from opsbot.domain import commands
from opsbot.domain.changes import ChangeState, NodeChange, lane_of, part_of
from opsbot.domain.models import EndpointType, MessageRef, Package, Person, Place
from opsbot.domain.references import ServiceRef

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from opsbot.domain.commands import ChangeNode


def new_row(change: NodeChange) -> dict[str, Any]:
    """Write all of a change but its number."""
    wanted = change.wanted
    return {
        "kind": wanted.verb,
        "service": str(wanted.service),
        "part": part_of(wanted),
        "lane": lane_of(wanted),
        "detail": json.dumps(_detail(wanted)),
        "private": wanted.private,
        "by_id": change.by.id,
        "by_name": change.by.name,
        "channel": change.asked_in.channel,
        "thread": change.asked_in.thread,
        "asked_at": change.asked_at,
        **changed_columns(change),
    }


def changed_columns(change: NodeChange) -> dict[str, Any]:
    """Write what may become of a change; where it is told is kept by itself."""
    package = change.package
    return {
        "state": change.state.value,
        "outcome": change.outcome,
        "claimed_by": change.claimed_by,
        "posted_at": change.posted_at,
        "seconds": change.seconds,
        "look_at": change.look_at,
        "packaged_on": package.created_on if package is not None else None,
        "packaged_by": package.created_by if package is not None else None,
    }


def change_of(row: RowMapping) -> NodeChange:
    """Read a change."""
    wanted = _wanted(row)
    state = ChangeState(row["state"])
    package = None
    if isinstance(wanted, commands.CreatePackage) and state is ChangeState.DONE:
        package = Package(wanted.version, row["packaged_on"], row["packaged_by"], wanted.release_notes)
    if isinstance(wanted, commands.DeletePackage) and row["packaged_on"] is not None:
        package = Package(wanted.version, row["packaged_on"], row["packaged_by"])
    told = row["message_ts"] is not None
    return NodeChange(
        id=row["id"],
        wanted=wanted,
        by=Person(row["by_id"], row["by_name"]),
        asked_in=Place(row["channel"], row["thread"]),
        asked_at=row["asked_at"],
        state=state,
        outcome=row["outcome"],
        claimed_by=row["claimed_by"],
        posted_at=row["posted_at"],
        seconds=row["seconds"],
        package=package,
        message=MessageRef(row["message_channel"], row["message_ts"]) if told else None,
        look_at=row["look_at"],
    )


def _detail(wanted: ChangeNode) -> dict[str, Any]:
    match wanted:
        case commands.CreatePackage():
            return {"release_notes": wanted.release_notes}
        case commands.AddEndpoint():
            return {
                "type": wanted.type.value,
                "model": wanted.model,
                "compute_propensity": wanted.compute_propensity,
            }
        case commands.DeletePackage():
            return {"force": wanted.force, "confirmed": wanted.confirmed}
        case _:
            return {}


def _wanted(row: RowMapping) -> ChangeNode:
    service = ServiceRef.parse(row["service"], node=None, project=None)
    part, detail, private = row["part"], json.loads(row["detail"]), row["private"]
    match row["kind"]:
        case commands.CreateService.verb:
            return commands.CreateService(service, private)
        case commands.AddEndpoint.verb:
            return commands.AddEndpoint(
                service, part, EndpointType(detail["type"]), detail["model"], detail["compute_propensity"], private
            )
        case commands.RemoveEndpoint.verb:
            return commands.RemoveEndpoint(service, part, private)
        case commands.CreatePackage.verb:
            return commands.CreatePackage(service, part, detail["release_notes"], private)
        case commands.DeletePackage.verb:
            return commands.DeletePackage(service, part, detail["force"], detail["confirmed"], private)
        case kind:
            raise ValueError(f"there is no change of the kind {kind}")
