"""What the actions need kept, as protocols: each change with its audit entry and its messages, all or nothing."""

from opsbot.actions.stores.requests import (
    Changed,
    Pauses,
    Policies,
    RequestQuery,
    Requests,
    Snapshots,
    Step,
    Surroundings,
)
from opsbot.actions.stores.ruling import Rulebook
from opsbot.actions.stores.telling import Deliveries, DeliveryQuery, Homes
from opsbot.actions.stores.watching import Events, Sights, Watches
from opsbot.actions.stores.working import Audit, NodeChanges

__all__ = [
    "Audit",
    "Changed",
    "Deliveries",
    "DeliveryQuery",
    "Events",
    "Homes",
    "NodeChanges",
    "Pauses",
    "Policies",
    "RequestQuery",
    "Requests",
    "Rulebook",
    "Sights",
    "Snapshots",
    "Step",
    "Surroundings",
    "Watches",
]
