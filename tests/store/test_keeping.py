"""One transaction for a change, its entry and its messages: all or nothing, and channels woken only after it."""

from __future__ import annotations

import logging
from contextlib import suppress

import pytest
from sqlalchemy import insert, select

from opsbot.domain.audit import Entry
from opsbot.domain.deliveries import Effects, Kind, Message
from opsbot.domain.tracing import traced
from opsbot.store import AuditStore, Database, DeliveryStore, Keeper
from opsbot.store.schema import seen_events
from tests.builders import MAYA, NOON

ENTRY = Entry(NOON, MAYA, "publish", "done", request=12)
CARD = Message(Kind.CARD, "C1", request=12)
OUTCOME = Message(Kind.OUTCOME, "C1", request=12, text="done")
NEWS = Message(Kind.NEWS, "C2", event=7, watch=3)


class Woken:
    """Notes what was woken, and what others could see of the deliveries then."""

    def __init__(self, database: Database) -> None:
        self.channels: list[str] = []
        self.seen: list[bool] = []
        self._deliveries = DeliveryStore(database)

    def __call__(self, channel: str) -> None:
        self.channels.append(channel)
        self.seen.append(channel in self._deliveries.channels())


@pytest.fixture
def woken(database: Database) -> Woken:
    return Woken(database)


@pytest.fixture
def keeper(database: Database, woken: Woken) -> Keeper:
    return Keeper(database, AuditStore(database), woken)


def test_the_change_its_entry_and_its_messages_are_kept_together(
    database: Database, keeper: Keeper, woken: Woken
) -> None:
    with keeper.transaction() as keeping:
        keeping.connection.execute(insert(seen_events).values(id="E1", seen_at=NOON))
        head = keeping.keep(Effects(ENTRY, (CARD, OUTCOME, NEWS)))
        assert woken.channels == []
    assert AuditStore(database).head() == head
    deliveries = DeliveryStore(database)
    first = deliveries.next("C1")
    other = deliveries.next("C2")
    assert first is not None
    assert other is not None
    assert (first.message, other.message) == (CARD, NEWS)
    assert (woken.channels, woken.seen) == (["C1", "C2"], [True, True])


def test_of_what_fails_nothing_is_kept_and_nobody_is_woken(database: Database, keeper: Keeper, woken: Woken) -> None:
    with suppress(RuntimeError), keeper.transaction() as keeping:
        keeping.connection.execute(insert(seen_events).values(id="E1", seen_at=NOON))
        keeping.keep(Effects(ENTRY, (CARD,)))
        raise RuntimeError
    assert list(AuditStore(database).records()) == []
    assert DeliveryStore(database).channels() == []
    with database.transaction() as connection:
        assert connection.execute(select(seen_events)).all() == []
    assert woken.channels == []


def test_waking_that_fails_leaves_the_change_done(
    database: Database, keeper: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    woken = []

    def wake(channel: str) -> None:
        woken.append(channel)
        raise OSError("no queue")

    keeper.wake = wake
    with caplog.at_level(logging.ERROR), keeper.transaction() as keeping:
        keeping.keep(Effects(ENTRY, (CARD, NEWS)))
    assert woken == ["C1", "C2"]
    assert "Channel C1 could not be woken." in caplog.text
    assert sorted(DeliveryStore(database).channels()) == ["C1", "C2"]


def test_an_entry_without_messages_wakes_nobody(database: Database, keeper: Keeper, woken: Woken) -> None:
    with keeper.transaction() as keeping:
        keeping.keep(Effects(ENTRY))
    assert AuditStore(database).head().seq == 1
    assert woken.channels == []


def test_an_entry_is_noted_once_it_is_kept_and_never_if_it_is_not(database: Database) -> None:
    noted: list[tuple[str, bool]] = []
    audit = AuditStore(database, note=lambda entry: noted.append((entry.what, audit.head().seq > 0)))
    keeper = Keeper(database, audit, lambda _: None)
    with suppress(ZeroDivisionError), keeper.transaction() as keeping:
        keeping.keep(Effects(ENTRY))
        raise ZeroDivisionError
    assert noted == []
    with keeper.transaction() as keeping:
        keeping.keep(Effects(ENTRY))
        assert noted == []
    audit.append(ENTRY)
    assert noted == [("publish", True), ("publish", True)]


def test_a_message_remembers_the_trace_of_what_caused_it(database: Database, keeper: Keeper) -> None:
    with traced(trace="ab" * 16), keeper.transaction() as keeping:
        keeping.say((CARD,), NOON)
    with keeper.transaction() as keeping:
        keeping.say((NEWS,), NOON)
    deliveries = DeliveryStore(database)
    found = [deliveries.next(channel) for channel in ("C1", "C2")]
    assert [each.trace for each in found if each is not None] == ["ab" * 16, ""]
