"""The table of publish requests: values in, values out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import false, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from opsbot.domain.lifecycle import OPEN, State, may_follow
from opsbot.domain.models import Decision, MessageRef, Package, Person, PublishRequest, Wish
from opsbot.domain.policy import no_such_request
from opsbot.domain.references import ServiceRef
from opsbot.store.schema import publish_requests as table

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping

    from opsbot.actions.ports import RequestQuery
    from opsbot.store.engine import Database


class RequestStore:
    """Keeps publish requests; every change of state is one conditional write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, wish: Wish) -> tuple[PublishRequest, bool]:
        """Keep a new request, or find the open one for the same package; tells whether it is new."""
        with self._database.transaction() as connection:
            try:
                with connection.begin_nested():
                    row = connection.execute(insert(table).values(_row(wish)).returning(table)).mappings().one()
                return _request(row), True
            except IntegrityError:
                found = self._open_for(connection, wish)
        return (found, False) if found is not None else self.open(wish)  # it ended in between

    def get(self, request: int) -> PublishRequest:
        """Find a request by its number; NotFoundError where there is none."""
        with self._database.transaction() as connection:
            row = connection.execute(select(table).where(table.c.id == request)).mappings().one_or_none()
        if row is None:
            raise no_such_request(request)
        return _request(row)

    def of_card(self, card: MessageRef) -> PublishRequest | None:
        """Find the newest request whose card this is."""
        here = (table.c.card_channel == card.channel) & (table.c.card_ts == card.ts)
        with self._database.transaction() as connection:
            row = connection.execute(select(table).where(here).order_by(table.c.id.desc())).mappings().first()
        return _request(row) if row is not None else None

    def page(self, query: RequestQuery) -> tuple[list[PublishRequest], int]:
        """Find a page of requests, newest first, and how many there are in all."""
        matching = _matching(query)
        newest = select(table).where(*matching).order_by(table.c.id.desc())
        with self._database.transaction() as connection:
            total = connection.execute(select(func.count()).select_from(table).where(*matching)).scalar_one()
            rows = connection.execute(newest.limit(query.size).offset((query.page - 1) * query.size)).mappings().all()
        return [_request(row) for row in rows], total

    def in_state(self, state: State) -> list[int]:
        """Name the requests that are in a state, oldest first."""
        with self._database.transaction() as connection:
            found = select(table.c.id).where(table.c.state == state.value).order_by(table.c.id)
            return list(connection.execute(found).scalars())

    def decide(self, request: int, before: State, after: State, decision: Decision) -> PublishRequest | None:
        """Decide about a request; None where it isn't in `before` any more."""
        decided = {
            "decided_by_id": decision.person.id,
            "decided_by_name": decision.person.name,
            "decided_at": decision.at,
            "decision_comment": decision.comment,
        }
        return self._move(request, before, after, decided)

    def advance(self, request: int, before: State, after: State, outcome: str = "") -> PublishRequest | None:
        """Move a request on; None where it isn't in `before`."""
        return self._move(request, before, after, {"outcome": outcome})

    def remember_card(self, request: int, card: MessageRef) -> PublishRequest:
        """Keep where the card of a request is, unless it has one; gives the request with the card that counts."""
        without = (table.c.id == request) & table.c.card_ts.is_(None)
        placed = update(table).where(without).values(card_channel=card.channel, card_ts=card.ts)
        with self._database.transaction() as connection:
            connection.execute(placed)
        return self.get(request)

    def _move(self, request: int, before: State, after: State, values: dict[str, Any]) -> PublishRequest | None:
        if not may_follow(before, after):
            raise ValueError(f"a request never goes from {before} to {after}")
        here = (table.c.id == request) & (table.c.state == before.value)
        moved = update(table).where(here).values(state=after.value, **values).returning(table)
        with self._database.transaction() as connection:
            row = connection.execute(moved).mappings().one_or_none()
        return _request(row) if row is not None else None

    def _open_for(self, connection: Connection, wish: Wish) -> PublishRequest | None:
        same = select(table).where(
            table.c.service == str(wish.service),
            table.c.version == wish.package.version,
            table.c.published_service == wish.published_service,
            table.c.state.in_([state.value for state in OPEN]),
        )
        row = connection.execute(same).mappings().one_or_none()
        return _request(row) if row is not None else None


def _matching(query: RequestQuery) -> list[ColumnElement[bool]]:
    conditions = [or_(false(), *(table.c.service.regexp_match(_pattern(glob)) for glob in query.visible))]
    if query.service is not None:
        conditions.append(table.c.service == str(query.service))
    if query.states is not None:
        conditions.append(table.c.state.in_([state.value for state in query.states]))
    if query.requester is not None and query.requester.id is not None:
        conditions.append(table.c.requester_id == query.requester.id)
    elif query.requester is not None:
        conditions.append(table.c.requester_name == query.requester.name)
    return conditions


def _pattern(glob: str) -> str:
    """Turn a glob of * and ? into a regular expression that both databases read."""
    return "^" + re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".") + "$"


def _row(wish: Wish) -> dict[str, Any]:
    return {
        "service": str(wish.service),
        "version": wish.package.version,
        "published_service": wish.published_service,
        "packaged_on": wish.package.created_on,
        "packaged_by": wish.package.created_by,
        "release_notes": wish.package.release_notes,
        "requester_id": wish.requester.id,
        "requester_name": wish.requester.name,
        "reason": wish.reason,
        "asked_in": wish.asked_in,
        "asked_at": wish.asked_at,
        "state": State.PENDING.value,
    }


def _request(row: RowMapping) -> PublishRequest:
    return PublishRequest(
        id=row["id"],
        wish=Wish(
            service=ServiceRef.parse(row["service"], node=None, project=None),
            package=Package(row["version"], row["packaged_on"], row["packaged_by"], row["release_notes"]),
            published_service=row["published_service"],
            requester=Person(row["requester_id"], row["requester_name"]),
            reason=row["reason"],
            asked_in=row["asked_in"],
            asked_at=row["asked_at"],
        ),
        state=State(row["state"]),
        decision=_decision(row),
        outcome=row["outcome"],
        card=MessageRef(row["card_channel"], row["card_ts"]) if row["card_ts"] is not None else None,
    )


def _decision(row: RowMapping) -> Decision | None:
    if row["decided_at"] is None:
        return None
    decider = Person(row["decided_by_id"], row["decided_by_name"])
    return Decision(decider, row["decided_at"], row["decision_comment"] or "")
