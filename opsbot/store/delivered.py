"""What became of deliveries, as it is looked up: with what each is about, and only what one may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from opsbot.domain.deliveries import HOMES, Delivery, DeliveryState, Kind, Message, Told
from opsbot.domain.models import MessageRef
from opsbot.domain.references import ServiceRef
from opsbot.store.counting import keys_in
from opsbot.store.globbing import matches
from opsbot.store.schema import deliveries as table
from opsbot.store.schema import events, node_changes, publish_requests

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping

    from opsbot.actions.stores import DeliveryQuery

GIVEN_UP = (DeliveryState.FAILED.value, DeliveryState.UNCERTAIN.value)
UNSAID = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)

_ABOUT = (
    table.outerjoin(events, table.c.event == events.c.id)
    .outerjoin(publish_requests, table.c.request == publish_requests.c.id)
    .outerjoin(node_changes, table.c.node_change == node_changes.c.id)
)
_SERVICE = func.coalesce(events.c.service, publish_requests.c.service, node_changes.c.service)
_VERSION = func.coalesce(events.c.version, publish_requests.c.version, node_changes.c.part, "")
_WHAT = func.coalesce(events.c.what, node_changes.c.kind, "")
_NEWEST_FIRST = (table.c.created_at.desc(), table.c.id.desc())
"""By time, as it is the time that is asked for: a walk in this order ends where that begins."""


def told_in(connection: Connection, query: DeliveryQuery) -> tuple[list[Told], int]:
    """Find a page of deliveries, newest first, and how many there are as far as that is counted, as a part of a transaction."""
    newest = select(table.c.id).select_from(_ABOUT).where(_wanted(query)).order_by(*_NEWEST_FIRST)
    page, total = keys_in(connection, newest, query.page, query.size)
    if not page:
        return [], total
    about = (_SERVICE.label("of_service"), _VERSION.label("of_version"), _WHAT.label("what"))
    these = select(table, *about).select_from(_ABOUT).where(table.c.id.in_(page))
    # Once it has the numbers, PostgreSQL plans this one for good; with all that is wanted in it, it would each time.
    return [_told(row) for row in connection.execute(these.order_by(*_NEWEST_FIRST)).mappings()], total


def delivery_of(row: RowMapping, *, attempts: int) -> Delivery:
    """Make the delivery of a row."""
    about = (row["request"], row["node_change"], row["text"], row["event"], row["watch"], row["not_before"])
    message = Message(Kind(row["kind"]), row["channel"], *about)
    ref = MessageRef(row["said_in"] or row["channel"], row["ts"]) if row["ts"] is not None else None
    state = DeliveryState(row["state"])
    return Delivery(row["id"], message, state, attempts, row["problem"], ref, row["again_at"], row["trace"] or "")


def _wanted(query: DeliveryQuery) -> ColumnElement[bool]:
    in_trouble = table.c.state.in_(GIVEN_UP) | (table.c.state.in_(UNSAID) & (table.c.problem != ""))
    conditions = [
        table.c.created_at >= query.since,
        or_(_SERVICE.is_(None), matches(_SERVICE, query.visible)),
        in_trouble | (table.c.kind != Kind.REPAINT.value),  # what shows a card anew is of interest only where it can't
    ]
    if query.target is not None:
        conditions += [table.c.channel == query.target, table.c.channel != HOMES]
        is_theirs = or_(node_changes.c.private.is_(None), node_changes.c.private.is_(False))
        conditions.append(or_(is_theirs, node_changes.c.by_id == query.person))
    if query.failed:
        conditions.append(in_trouble)
    return and_(*conditions)


def _told(row: RowMapping) -> Told:
    service = ServiceRef.parse(row["of_service"], node=None, project=None) if row["of_service"] else None
    delivery = delivery_of(row, attempts=row["attempts"])
    times = (row["created_at"], row["tried_at"], row["sent_at"])
    return Told(delivery, *times, service, row["of_version"], row["what"])
