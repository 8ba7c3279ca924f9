"""The table of the policies that were in force, each time with all of them."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from opsbot.domain.audit import canonical, digest
from opsbot.domain.freezes import DAYS, Freeze, WeekTime
from opsbot.domain.policies import BreakGlass, Policy, as_data
from opsbot.domain.rules import NewInForce
from opsbot.store.schema import policies_in_force as table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from opsbot.store.engine import Database

_NONE = canonical([])
_NEWEST = select(table.c.body, table.c.settings).order_by(table.c.id.desc()).limit(1)


class PolicyStore:
    """Keeps the policies that every replica goes by: the newest that were put in force."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_force(self) -> tuple[Policy, ...]:
        """Read the newest that were put in force."""
        with self._database.transaction() as connection:
            return read_in(connection)

    def by_digest(self, wanted: str) -> Mapping[str, Any] | None:
        """Find what a policy said that was once in force."""
        with self._database.transaction() as connection:
            bodies = connection.execute(select(table.c.body).order_by(table.c.id.desc())).scalars().all()
        known = (policy for body in bodies for policy in json.loads(body))
        return next((policy for policy in known if digest(canonical(policy)) == wanted), None)


def read_in(connection: Connection) -> tuple[Policy, ...]:
    """Read the policies in force, within a transaction."""
    return tuple(policy_of(data) for data in json.loads(_newest(connection) or _NONE))


def put_in_force_in(
    connection: Connection, policies: tuple[Policy, ...], at: datetime, settings: Mapping[str, str]
) -> NewInForce:
    """Make these count from now on, as a part of a transaction, and keep the digests of the settings; tells what is new."""
    body = canonical([as_data(policy) for policy in policies])
    before = connection.execute(_NEWEST).one_or_none()
    known = json.loads(before.settings) if before is not None and before.settings is not None else {}
    told = canonical({**known, **settings})
    if before is None or (before.body, before.settings) != (body, told):
        connection.execute(insert(table).values(body=body, settings=told, stored_at=at))
    return NewInForce(
        frozenset({"policies"} if body != (before.body if before is not None else _NONE) else ()),
        before is None,
        frozenset(name for name, found in settings.items() if known.get(name, found) != found),
    )


def policy_of(data: Mapping[str, Any]) -> Policy:
    """Read a policy from what `as_data` wrote."""
    glass, remind = data["break_glass"], data["remind_every"]
    return Policy(
        name=data["name"],
        services=tuple(data["services"]),
        published_services=tuple(data["published_services"]),
        quorum=tuple((role, count) for role, count in data["quorum"]),
        requester_may_approve=data["requester_may_approve"],
        packager_may_approve=data["packager_may_approve"],
        unknown_packager=data["unknown_packager"],
        expires_after=timedelta(seconds=data["expires_after"]),
        remind_every=timedelta(seconds=remind) if remind is not None else None,
        identity=data["identity"],
        approvals_channel=data["approvals_channel"],
        freezes=tuple(
            Freeze(_moment(each["start"]), _moment(each["end"]), each["zone"], each["reason"])
            for each in data["freezes"]
        ),
        break_glass=BreakGlass(tuple(glass["roles"]), timedelta(seconds=glass["review_within"])) if glass else None,
    )


def _newest(connection: Connection) -> str | None:
    found = connection.execute(_NEWEST).one_or_none()
    return found.body if found is not None else None


def _moment(text: str) -> datetime | WeekTime:
    day, space, at = text.partition(" ")
    return WeekTime(DAYS.index(day), time.fromisoformat(at)) if space else datetime.fromisoformat(text)
