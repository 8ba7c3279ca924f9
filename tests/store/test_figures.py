"""What a digest counts, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbot.domain.audit import Entry
from opsbot.domain.deliveries import DeliveryState, Effects, Kind, Message
from opsbot.domain.figures import Figures, Span
from opsbot.domain.lifecycle import State
from opsbot.domain.pace import Digest
from opsbot.domain.references import ServiceRef
from opsbot.domain.watching import EVERY_TOPIC, Watch, deleted, packaged
from opsbot.store import Database, DeliveryStore, EventStore, Keeper, RequestStore, WatchStore
from opsbot.store.schema import publish_requests
from tests.builders import MAYA, NOON, SCORING, package, wish

if TYPE_CHECKING:
    from datetime import datetime

ENTRY = Entry(NOON, MAYA, "watch", "done")
LIMITS = ServiceRef("design", "CHURN", "limits")
WEEK = Span(Digest.WEEKLY, "design:*", NOON - timedelta(days=7), NOON)
HOUR = timedelta(hours=1)


def ended(
    database: Database, keeper: Keeper, version: str, state: State, at: datetime | None, *, ref: ServiceRef = SCORING
) -> None:
    """Keep a request for a package of NOON less 9 days, as it is after its life."""
    wanted = wish(version, ref=ref)
    made = replace(wanted, package=replace(wanted.package, created_on=NOON - timedelta(days=9)))
    opened, _ = RequestStore(database, keeper).open(made, lambda _: Effects(ENTRY))
    with database.transaction() as connection:
        mine = publish_requests.update().where(publish_requests.c.id == opened.id)
        connection.execute(mine.values(state=state.value, ended_at=at, asked_at=NOON - opened.id * HOUR))


def test_what_happened_in_the_week_is_counted_and_what_waits_now(database: Database, keeper: Keeper) -> None:
    yesterday, before = NOON - timedelta(days=1), NOON - timedelta(days=8)
    with keeper.transaction() as keeping:
        keeping.tell([packaged(SCORING, package(f"v{number}"), yesterday, "grace") for number in range(3)], NOON)
        keeping.tell(
            [packaged(SCORING, package("old"), before, ""), packaged(SCORING, package("next"), NOON, "")], NOON
        )
        keeping.tell([packaged(LIMITS, package("v1"), WEEK.since, ""), deleted(SCORING, package(), yesterday)], NOON)
    ended(database, keeper, "a", State.PUBLISHED, NOON - timedelta(days=6))
    ended(database, keeper, "b", State.PUBLISHED, NOON - timedelta(days=2))
    ended(database, keeper, "c", State.PUBLISHED, NOON - timedelta(days=1))
    ended(database, keeper, "d", State.PUBLISHED, before)
    ended(database, keeper, "e", State.FAILED, yesterday)
    ended(database, keeper, "f", State.DECLINED, yesterday)
    ended(database, keeper, "g", State.EXPIRED, yesterday)
    ended(database, keeper, "h", State.PENDING, None)
    ended(database, keeper, "i", State.APPROVED, None)
    ended(database, keeper, "j", State.PENDING, None, ref=LIMITS)
    store = EventStore(database)
    everything = Figures(WEEK, 4, 1, 3, 1, 1, 1, 3, NOON - 10 * HOUR, timedelta(days=7))
    assert store.figures(WEEK) == everything
    fraud = replace(WEEK, services="design:FRAUD/*")
    assert store.figures(fraud) == Figures(fraud, 3, 1, 3, 1, 1, 1, 2, NOON - 9 * HOUR, timedelta(days=7))
    may_not = replace(WEEK, visible=("design:CHURN/*",))
    assert store.figures(may_not) == Figures(may_not, packaged=1, waiting=1, oldest=NOON - 10 * HOUR)
    assert store.figures(replace(WEEK, visible=())) == Figures(replace(WEEK, visible=()))


def test_one_digest_waits_for_each_weekly_watch_until_it_is_told(database: Database, keeper: Keeper) -> None:
    watches = WatchStore(database, keeper)
    wanted = Watch(0, "C1", "design:FRAUD/*", EVERY_TOPIC, MAYA, NOON, digest=Digest.WEEKLY)
    weekly = watches.add(wanted, Effects(ENTRY))
    watches.add(replace(wanted, target="C2", digest=Digest.DAILY), Effects(ENTRY))
    watches.add(replace(wanted, target="C3", digest=None), Effects(ENTRY))
    for _ in range(2):
        watches.want_digests(NOON)
    monday = NOON.replace(day=9, hour=9)
    late = DeliveryStore(database, lambda: monday)
    assert DeliveryStore(database, lambda: monday - timedelta(seconds=1)).channels() == []
    assert late.channels() == ["C1"]
    with keeper.transaction() as keeping:
        keeping.tell([packaged(SCORING, package(), NOON, "grace")], NOON)
    first = late.next("C1")
    assert first is not None
    assert first.message == Message(Kind.DIGEST, "C1", watch=weekly.id, not_before=monday)
    assert [message.kind for message in late.join(first, 1)] == [Kind.NEWS]
    late.settle(replace(first, state=DeliveryState.SENT), monday)
    assert late.next("C1") is None
    watches.want_digests(monday)
    following = DeliveryStore(database, lambda: monday + timedelta(days=7)).next("C1")
    assert following is not None
    assert following.message.not_before == monday + timedelta(days=7)
