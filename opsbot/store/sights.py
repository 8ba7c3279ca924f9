"""The tables of what was seen on the nodes."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from opsbot.domain.deliveries import Kind, Message
from opsbot.domain.globs import may_meet
from opsbot.domain.models import Package
from opsbot.domain.references import ServiceRef
from opsbot.domain.sights import NodeSight, Sight
from opsbot.errors import CommandError
from opsbot.store.schema import node_sights, sights
from opsbot.store.watches import going_on_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, RowMapping

    from opsbot.domain.watching import Event
    from opsbot.store.engine import Database
    from opsbot.store.keeping import Keeper

_AT_ONCE = 500
_HOW_IT_GOES = tuple(node_sights.c[each] for each in ("node", "round", "next_at", "failures", "problem"))

_log = logging.getLogger(__name__)


class SightStore:
    """Keeps what was seen, each round of looks in one transaction with what is to be told of it."""

    def __init__(self, database: Database, keeper: Keeper) -> None:
        self._database = database
        self._keeper = keeper

    def node(self, node: str) -> NodeSight:
        """Tell how the looks at a node go."""
        with self._database.transaction() as connection:
            found = select(*_HOW_IT_GOES).where(node_sights.c.node == node)
            row = connection.execute(found).mappings().one_or_none()
        return NodeSight(**row) if row is not None else NodeSight(node)

    def of(self, node: str) -> Mapping[ServiceRef, Sight]:
        """Find what was seen on a node last, by service."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(sights).where(sights.c.node == node)).mappings().all()
        return {sight.service: sight for row in rows if (sight := _sight(row)) is not None}

    def keep(
        self,
        node: NodeSight,
        changed: Iterable[Sight],
        gone: Iterable[ServiceRef],
        events: Iterable[Event],
        at: datetime,
        *,
        said_of_node: str = "",
    ) -> None:
        """Keep a round: what changed, what is gone, what happened; `said_of_node` is told to all who watch there.

        Of a round that somebody else has kept already nothing is: whoever was slow, or lost the lock, saw what is old.
        """
        with self._keeper.transaction() as keeping:
            connection = keeping.connection
            keeping.alone()
            last = connection.execute(select(node_sights.c.round).where(node_sights.c.node == node.node)).scalar()
            if last is not None and last >= node.round:
                _log.warning("round %d of %s was kept by another process already", node.round, node.node)
                return
            _put_sights(connection, changed, gone)
            _put_node(connection, node, at, is_new=last is None)
            keeping.tell(events, at)
            if said_of_node:
                keeping.say(_to_all_who_watch(connection, node.node, said_of_node), at)

    def forget(self, node: str) -> None:
        """Forget what was seen on a node, and that it was looked at at all; its rounds are counted on."""
        was_looked_at = node_sights.c.looked_at.is_not(None) | (node_sights.c.problem != "")
        blank = update(node_sights).where((node_sights.c.node == node) & was_looked_at)
        with self._database.transaction() as connection:
            connection.execute(delete(sights).where(sights.c.node == node))
            connection.execute(blank.values(looked_at=None, problem="", failures=0))


def _put_sights(connection: Connection, changed: Iterable[Sight], gone: Iterable[ServiceRef]) -> None:
    rows = [_row(sight) for sight in changed]
    now_gone = [*(row["service"] for row in rows), *map(str, gone)]
    for start in range(0, len(now_gone), _AT_ONCE):
        connection.execute(delete(sights).where(sights.c.service.in_(now_gone[start : start + _AT_ONCE])))
    if rows:
        connection.execute(insert(sights), rows)


def _put_node(connection: Connection, node: NodeSight, at: datetime, *, is_new: bool) -> None:
    put = (
        insert(node_sights).values(node=node.node)
        if is_new
        else update(node_sights).where(node_sights.c.node == node.node)
    )
    how_it_goes = {"round": node.round, "next_at": node.next_at, "failures": node.failures, "problem": node.problem}
    connection.execute(put.values(looked_at=at, **how_it_goes))


def _to_all_who_watch(connection: Connection, node: str, said: str) -> tuple[Message, ...]:
    """Say it once to each who watches anything on the node."""
    watching = {watch.target: watch.id for watch in going_on_in(connection) if may_meet(watch.services, f"{node}:*")}
    return tuple(Message(Kind.NODE, target, text=said, watch=watch) for target, watch in watching.items())


def _row(sight: Sight) -> dict[str, Any]:
    packages = [
        [each.version, each.created_on.isoformat() if each.created_on is not None else None, each.created_by]
        for each in sight.packages
    ]
    return {
        "service": str(sight.service),
        "node": sight.service.node,
        "packages": json.dumps(packages),
        "auth": sight.auth,
        "endpoints": json.dumps(sight.endpoints) if sight.endpoints is not None else None,
        "round": sight.round,
    }


def _sight(row: RowMapping) -> Sight | None:
    """Read a row; None where an earlier version kept a service that nobody could name."""
    try:
        service = ServiceRef.parse(row["service"], node=None, project=None)
    except CommandError:
        return None
    packages = (
        Package(version, datetime.fromisoformat(made) if made is not None else None, by)
        for version, made, by in json.loads(row["packages"])
    )
    endpoints = tuple(json.loads(row["endpoints"])) if row["endpoints"] is not None else None
    return Sight(service, tuple(packages), row["auth"], endpoints, row["round"])
