"""Who looks at their Home hears of each change that concerns it, and once is enough until it is shown."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from opsbot.domain.audit import Entry
from opsbot.domain.deliveries import HOMES, DeliveryState, Effects, Kind, Message
from opsbot.domain.homes import LATELY, Home
from opsbot.store import Database, DeliveryStore, HomeStore, Keeper
from opsbot.store.schema import seen_events
from tests.builders import MAYA, NOON, OMAR, SCORING, VIC

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY = Entry(NOON, MAYA, "publish", "done", service=SCORING, request=12)
FRAUD = frozenset({"design:FRAUD/*"})


@pytest.fixture
def homes(database: Database, keeper: Keeper) -> HomeStore:
    made = HomeStore(database, keeper)
    made.opened(OMAR.id, NOON)
    made.see(OMAR.id, FRAUD)
    return made


@pytest.fixture
def deliveries(database: Database) -> DeliveryStore:
    return DeliveryStore(database)


def change(keeper: Keeper, entry: Entry = ENTRY) -> None:
    with keeper.transaction() as keeping:
        keeping.keep(Effects(entry))


def taken(deliveries: DeliveryStore) -> list[str]:
    """Whose Homes are to be shown: each is taken and said."""
    users = []
    while (delivery := deliveries.next(HOMES)) is not None:
        users.append(delivery.message.text)
        deliveries.settle(replace(delivery, state=DeliveryState.SENT), NOON)
    return users


def test_what_is_known_of_a_home_is_kept(homes: HomeStore) -> None:
    assert homes.get(VIC.id) is None
    homes.shown(OMAR.id, "1.a", instead_of="")
    assert homes.get(OMAR.id) == Home(OMAR.id, FRAUD, "1.a")
    homes.shown(OMAR.id, "2.b", instead_of="0.z")
    homes.opened(OMAR.id, NOON)
    assert homes.get(OMAR.id) == Home(OMAR.id, FRAUD, "1.a")
    homes.shown(OMAR.id, "2.b", instead_of="1.a")
    assert homes.get(OMAR.id) == Home(OMAR.id, FRAUD, "2.b")
    homes.forget(OMAR.id)
    assert homes.get(OMAR.id) is None


def test_a_change_has_the_homes_that_it_concerns_shown_anew(
    keeper: Keeper, homes: HomeStore, deliveries: DeliveryStore, woken: list[str]
) -> None:
    homes.opened(VIC.id, NOON)
    change(keeper)
    assert woken == [HOMES]
    assert taken(deliveries) == [OMAR.id]
    assert deliveries.channels() == []


@pytest.mark.parametrize(
    ("entry", "users"),
    [
        (replace(ENTRY, who=VIC), [OMAR.id, VIC.id]),  # what one did oneself is always told
        (replace(ENTRY, service=replace(SCORING, project="CHURN")), []),
        (replace(ENTRY, what="pause", request=None), [OMAR.id]),
        (replace(ENTRY, what="pause", request=None, service=None), [OMAR.id, VIC.id]),
        (replace(ENTRY, what="package", request=None), []),  # Homes show no packages
    ],
)
def test_homes_of_those_whom_a_record_concerns_are_shown_anew(
    keeper: Keeper, homes: HomeStore, deliveries: DeliveryStore, entry: Entry, users: list[str]
) -> None:
    homes.opened(VIC.id, NOON)
    change(keeper, entry)
    assert taken(deliveries) == users


def test_who_opened_it_long_ago_hears_nothing(keeper: Keeper, homes: HomeStore, deliveries: DeliveryStore) -> None:
    assert homes.get(OMAR.id) is not None
    change(keeper, replace(ENTRY, at=NOON + LATELY))
    assert deliveries.channels() == []
    homes.opened(OMAR.id, NOON + timedelta(hours=1))
    change(keeper, replace(ENTRY, at=NOON + LATELY))
    assert taken(deliveries) == [OMAR.id]


def test_many_changes_wait_as_one_but_what_is_being_shown_is_shown_once_more(
    keeper: Keeper, homes: HomeStore, deliveries: DeliveryStore
) -> None:
    assert homes.get(OMAR.id) is not None
    for _ in range(5):
        change(keeper)
    first = deliveries.next(HOMES)
    assert first is not None
    for _ in range(5):
        change(keeper)
    deliveries.settle(replace(first, state=DeliveryState.SENT), NOON)
    assert taken(deliveries) == [OMAR.id]


def test_a_home_that_can_not_be_shown_does_not_keep_the_others_waiting(deliveries: DeliveryStore) -> None:
    deliveries.add(tuple(Message(Kind.HOME, HOMES, text=user) for user in (OMAR.id, VIC.id)), NOON)
    stuck = deliveries.next(HOMES)
    assert stuck is not None
    deliveries.settle(replace(stuck, state=DeliveryState.WAITING), NOON)
    assert taken(deliveries) == [VIC.id, OMAR.id]


def test_nothing_of_a_change_that_failed_is_shown(
    keeper: Keeper, homes: HomeStore, deliveries: DeliveryStore, woken: list[str]
) -> None:
    assert homes.get(OMAR.id) is not None
    with suppress(RuntimeError), keeper.transaction() as keeping:
        keeping.keep(Effects(ENTRY))
        raise RuntimeError
    assert (deliveries.channels(), woken) == ([], [])


@pytest.mark.parametrize("look", ["taking what waits", "opening a Home", "seeing more"])
def test_who_looks_while_something_changes_sees_it_or_is_told(
    database: Database, keeper: Keeper, homes: HomeStore, deliveries: DeliveryStore, look: str
) -> None:
    change(keeper)
    looks: dict[str, Callable[[], object]] = {
        "taking what waits": lambda: deliveries.next(HOMES),
        "opening a Home": lambda: homes.opened(VIC.id, NOON),
        "seeing more": lambda: homes.see(OMAR.id, frozenset({"*"})),
    }

    def looking() -> list[str]:
        looks[look]()
        with database.transaction() as connection:
            return list(connection.execute(select(seen_events.c.id)).scalars())

    with ThreadPoolExecutor(1) as aside:
        with keeper.transaction() as keeping:
            keeping.connection.execute(insert(seen_events).values(id="the change", seen_at=NOON))
            keeping.keep(Effects(ENTRY))
            seen = aside.submit(looking)
            wait([seen], timeout=0.3)  # who doesn't wait for the end of the change is through by now
        assert seen.result() == ["the change"]
