"""The table of publish requests and that of their votes: values in, values out."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from opsbot.domain.lifecycle import HOLDING, OPEN, State, may_follow
from opsbot.domain.policy import no_such_request
from opsbot.errors import ConflictError
from opsbot.store.counting import page_in
from opsbot.store.globbing import matches
from opsbot.store.pauses import active_in
from opsbot.store.policies import read_in
from opsbot.store.request_rows import changed_columns, new_row, request_of, vote_row
from opsbot.store.schema import publish_requests as table
from opsbot.store.schema import votes

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from opsbot.actions.stores import Changed, RequestQuery, Step
    from opsbot.domain.deliveries import Effects
    from opsbot.domain.models import MessageRef, Pause, PublishRequest, Wish
    from opsbot.domain.policies import Policy
    from opsbot.domain.references import ServiceRef
    from opsbot.store.engine import Database
    from opsbot.store.keeping import Keeper, Keeping

_TRIES = 5


class RequestStore:
    """Keeps publish requests; whoever changes one has it locked, and keeps what is told of it with the change."""

    def __init__(self, database: Database, keeper: Keeper) -> None:
        self._database = database
        self._keeper = keeper

    def open(self, wish: Wish, effects: Callable[[PublishRequest], Effects]) -> tuple[PublishRequest, bool]:
        """Keep a new request, or find the open one for the same package; tells whether it is new."""
        with self._keeper.transaction() as keeping:
            connection = keeping.connection
            try:
                with connection.begin_nested():
                    row = connection.execute(insert(table).values(new_row(wish)).returning(table)).mappings().one()
            except IntegrityError:
                found = self._open_for(connection, wish)
                if found is None:
                    self._refuse_debt(connection, wish)
            else:
                opened = request_of(row, ())
                return self._kept(keeping, opened, effects(opened)), True
        return (found, False) if found is not None else self.open(wish, effects)  # it ended in between

    def get(self, request: int) -> PublishRequest:
        """Find a request by its number; NotFoundError where there is none."""
        found = self._select(table.c.id == request)
        if not found:
            raise no_such_request(request)
        return found[0]

    def of_card(self, card: MessageRef) -> PublishRequest | None:
        """Find the newest request whose card this is."""
        found = self._select((table.c.card_channel == card.channel) & (table.c.card_ts == card.ts))
        return found[-1] if found else None

    def page(self, query: RequestQuery) -> tuple[list[PublishRequest], int]:
        """Find a page of requests, newest first, and how many there are, as far as that is counted."""
        matching = _matching(query)
        # The numbers first: where they have to be sorted, the rows, which are wide, aren't dragged along.
        newest = select(table.c.id).where(*matching).order_by(table.c.id.desc())
        with self._database.transaction() as connection:
            page, total = page_in(connection, newest, query.page, query.size)
            return _requests(connection, table.c.id.in_([row["id"] for row in page]))[::-1], total

    def in_states(self, states: frozenset[State]) -> list[PublishRequest]:
        """Find the requests that are in one of the states, oldest first."""
        return self._select(table.c.state.in_([state.value for state in states]))

    def in_debt(self) -> list[PublishRequest]:
        """Find the break-glass publishes that wait for their review, oldest first."""
        return self._select(table.c.review_due.is_not(None) & table.c.reviewed_at.is_(None))

    def last_published(self, node: str, published_service: str) -> PublishRequest | None:
        """Find the request that was published last on the published service."""
        with self._database.transaction() as connection:
            return _last_published(connection, node, published_service)

    def published_services_of(self, service: ServiceRef) -> frozenset[str]:
        """Name the published services that versions of the service were published to."""
        published = (table.c.service == str(service)) & (table.c.state == State.PUBLISHED.value)
        with self._database.transaction() as connection:
            return frozenset(
                connection.execute(select(table.c.published_service).where(published).distinct()).scalars()
            )

    def change(self, request: int, step: Step) -> PublishRequest | str:
        """Have the step decide, with the request locked, and keep what it says in one transaction.

        Where another request takes the same published service at the same moment, the step is asked once more.
        """
        for _ in range(_TRIES):
            try:
                with self._keeper.transaction() as keeping:
                    return self._change(keeping, request, step)
            except _TakenError:
                continue
        raise ConflictError(f"Request {request} is wanted by too many at once. Try again.")

    def remember_card(self, request: int, card: MessageRef, instead_of: MessageRef | None = None) -> PublishRequest:
        """Keep where the card of a request is, unless it has one; gives the request with the card that counts.

        A card that is gone is replaced: `instead_of` is the one.
        """
        has_none: ColumnElement[bool] = table.c.card_ts.is_(None)
        if instead_of is not None:
            has_none |= (table.c.card_channel == instead_of.channel) & (table.c.card_ts == instead_of.ts)
        without = (table.c.id == request) & has_none
        placed = update(table).where(without).values(card_channel=card.channel, card_ts=card.ts)
        with self._database.transaction() as connection:
            connection.execute(placed)
        return self.get(request)

    def _change(self, keeping: Keeping, request: int, step: Step) -> PublishRequest | str:
        connection = keeping.connection
        # The first statement writes, so that both databases lock before anything is read.
        locking = update(table).where(table.c.id == request).values(revision=table.c.revision + 1)
        if not connection.execute(locking).rowcount:
            raise no_such_request(request)
        before = _requests(connection, table.c.id == request)[0]
        said = step(before, _Around(connection, before))
        if isinstance(said, str):
            return said
        self._write(connection, before, said)
        return self._kept(keeping, said.request, said.effects) if said.effects is not None else said.request

    def _write(self, connection: Connection, before: PublishRequest, said: Changed) -> None:
        after = said.request
        if after.state is not before.state and not may_follow(before.state, after.state):
            raise ValueError(f"a request never goes from {before.state} to {after.state}")
        try:
            connection.execute(update(table).where(table.c.id == after.id).values(changed_columns(after)))
        except IntegrityError as error:
            raise _TakenError from error
        for vote in after.votes[len(before.votes) :]:
            connection.execute(insert(votes).values(vote_row(after.id, vote)))

    def _kept(self, keeping: Keeping, request: PublishRequest, effects: Effects) -> PublishRequest:
        """Keep the effects, and on the request where the audit's chain was then."""
        head = keeping.keep(effects)
        kept = update(table).where(table.c.id == request.id).values(head_seq=head.seq, head_link=head.link)
        row = keeping.connection.execute(kept.returning(table)).mappings().one()
        return request_of(row, request.votes)

    def _select(self, condition: ColumnElement[bool]) -> list[PublishRequest]:
        with self._database.transaction() as connection:
            return _requests(connection, condition)

    def _open_for(self, connection: Connection, wish: Wish) -> PublishRequest | None:
        same = and_(
            table.c.service == str(wish.service),
            table.c.version == wish.package.version,
            table.c.published_service == wish.published_service,
            table.c.state.in_([state.value for state in OPEN]),
        )
        return next(iter(_requests(connection, same)), None)

    def _refuse_debt(self, connection: Connection, wish: Wish) -> None:
        if not wish.break_glass:
            return
        debt = select(table.c.id).where(
            table.c.policy_name == wish.policy_name, table.c.review_due.is_not(None), table.c.reviewed_at.is_(None)
        )
        unreviewed = connection.execute(debt).scalar_one_or_none()
        if unreviewed is not None:
            raise ConflictError(
                f"The glass was broken with request {unreviewed}, which nobody reviewed yet; until then it stays closed."
            )


class _TakenError(Exception):
    """Another request took the published service first."""


class _Around:
    """The surroundings of a request, each read when it is asked for: most steps ask for none or for one."""

    def __init__(self, connection: Connection, request: PublishRequest) -> None:
        self._connection = connection
        self._request = request

    @property
    def policies(self) -> tuple[Policy, ...]:
        return read_in(self._connection)

    @property
    def pauses(self) -> tuple[Pause, ...]:
        return active_in(self._connection)

    @property
    def holder(self) -> PublishRequest | None:
        there = select(table).where(
            table.c.node == self._request.service.node,
            table.c.published_service == self._request.wish.published_service,
            table.c.state.in_([state.value for state in HOLDING]),
            table.c.id != self._request.id,
        )
        row = self._connection.execute(there).mappings().one_or_none()
        return request_of(row, ()) if row is not None else None

    @property
    def there(self) -> PublishRequest | None:
        return _last_published(self._connection, self._request.service.node, self._request.wish.published_service)


def _last_published(connection: Connection, node: str, published_service: str) -> PublishRequest | None:
    there = (table.c.node == node) & (table.c.published_service == published_service)
    published = select(table.c.id).where(there & (table.c.state == State.PUBLISHED.value))
    newest = published.order_by(table.c.ended_at.desc().nulls_last(), table.c.id.desc()).limit(1)
    return next(iter(_requests(connection, table.c.id == newest.scalar_subquery())), None)


def _requests(connection: Connection, condition: ColumnElement[bool]) -> list[PublishRequest]:
    """Find requests, oldest first, each with its votes in the order in which they were given.

    One statement reads both: a second one would see what others decided since the first.
    """
    wanted = select(table, *votes.c).select_from(table.outerjoin(votes, votes.c.request == table.c.id))
    found: dict[int, tuple[RowMapping, list[RowMapping]]] = {}
    for row in connection.execute(wanted.where(condition)).mappings():
        _, given = found.setdefault(row["id"], (row, []))
        if row["request"] is not None:
            given.append(row)
    # In order here: SQLite would rather read all there are in their order than find these and sort them.
    for _, given in found.values():
        given.sort(key=itemgetter("at", "person_id"))
    return [request_of(*found[number]) for number in sorted(found)]


def _matching(query: RequestQuery) -> list[ColumnElement[bool]]:
    conditions = [matches(table.c.service, query.visible)]
    if query.service is not None:
        conditions.append(table.c.service == str(query.service))
    if query.states is not None:
        conditions.append(table.c.state.in_([state.value for state in query.states]))
    if query.requester is not None and query.requester.id is not None:
        conditions.append(table.c.requester_id == query.requester.id)
    elif query.requester is not None:
        conditions.append(table.c.requester_name == query.requester.name)
    return conditions
