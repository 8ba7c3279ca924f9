"""Every store of a database, opened once; and the world of the actions, made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.actions.world import World
from opsbot.domain.redaction import redacting
from opsbot.grammar import manual
from opsbot.store import (
    AuditStore,
    DeliveryStore,
    EventStore,
    HomeStore,
    Keeper,
    NodeChangeStore,
    PauseStore,
    PolicyStore,
    RequestStore,
    RulebookStore,
    SightStore,
    SnapshotStore,
    WatchStore,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.actions.ports import Clock, Designer, Directory, Durable, Health, Pictures, Progresses
    from opsbot.actions.surveys import Survey
    from opsbot.domain.audit import Entry
    from opsbot.domain.models import MessageRef
    from opsbot.domain.rules import Rules
    from opsbot.store import Database


@dataclass(frozen=True, slots=True)
class Stores:
    """What the actions have kept, and the keeper by whom it is kept together."""

    keeper: Keeper
    audit: AuditStore
    requests: RequestStore
    changes: NodeChangeStore
    policies: PolicyStore
    rulebook: RulebookStore
    pauses: PauseStore
    snapshots: SnapshotStore
    deliveries: DeliveryStore
    homes: HomeStore
    watches: WatchStore
    events: EventStore
    sights: SightStore


@dataclass(frozen=True, slots=True)
class Outside:
    """What the actions reach beside the stores."""

    designer: Designer
    survey: Survey
    directory: Directory
    durable: Durable
    progress: Progresses
    pictures: Pictures
    health: Health
    clock: Clock
    link_to: Callable[[MessageRef], str]


def open_stores(
    database: Database,
    secrets: list[str],
    deliver: Callable[[str], None],
    clock: Clock,
    note: Callable[[Entry], None] | None = None,
) -> Stores:
    """Open all stores; `secrets` never get into the audit, and `deliver` is told in which channel something waits.

    `note` hears of each entry of the audit once it is kept.
    """
    audit = AuditStore(database, redacting(secrets), note=note)
    keeper = Keeper(database, audit, deliver)
    return Stores(
        keeper=keeper,
        audit=audit,
        requests=RequestStore(database, keeper),
        changes=NodeChangeStore(database, keeper),
        policies=PolicyStore(database),
        rulebook=RulebookStore(keeper),
        pauses=PauseStore(database, keeper),
        snapshots=SnapshotStore(database),
        deliveries=DeliveryStore(database, clock),
        homes=HomeStore(database, keeper),
        watches=WatchStore(database, keeper),
        events=EventStore(database),
        sights=SightStore(database, keeper),
    )


def world_of(ruling: Callable[[], Rules], stores: Stores, outside: Outside) -> World:
    """Put together what the actions reach."""
    return World(
        ruling=ruling,
        designer=outside.designer,
        survey=outside.survey,
        requests=stores.requests,
        changes=stores.changes,
        policies=stores.policies,
        pauses=stores.pauses,
        snapshots=stores.snapshots,
        deliveries=stores.deliveries,
        audit=stores.audit,
        directory=outside.directory,
        durable=outside.durable,
        progress=outside.progress,
        pictures=outside.pictures,
        health=outside.health,
        manual=manual,
        clock=outside.clock,
        homes=stores.homes,
        watches=stores.watches,
        events=stores.events,
        link_to=outside.link_to,
    )
