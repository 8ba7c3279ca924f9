"""What opsbot remembers, in SQLite or PostgreSQL."""

from opsbot.store.audit import AuditStore
from opsbot.store.deliveries import DeliveryStore
from opsbot.store.engine import Database
from opsbot.store.homes import HomeStore
from opsbot.store.keeping import Keeper
from opsbot.store.migrating import is_current, is_made, migrate
from opsbot.store.node_changes import NodeChangeStore
from opsbot.store.notes import NoteStore
from opsbot.store.pauses import PauseStore
from opsbot.store.policies import PolicyStore
from opsbot.store.pruning import PruningStore
from opsbot.store.records import RecordStore
from opsbot.store.replicas import ReplicaStore
from opsbot.store.requests import RequestStore
from opsbot.store.seen import SeenStore
from opsbot.store.sights import SightStore
from opsbot.store.snapshots import SnapshotStore
from opsbot.store.watches import EventStore, WatchStore

__all__ = [
    "AuditStore",
    "Database",
    "DeliveryStore",
    "EventStore",
    "HomeStore",
    "Keeper",
    "NodeChangeStore",
    "NoteStore",
    "PauseStore",
    "PolicyStore",
    "PruningStore",
    "RecordStore",
    "ReplicaStore",
    "RequestStore",
    "SeenStore",
    "SightStore",
    "SnapshotStore",
    "WatchStore",
    "is_current",
    "is_made",
    "migrate",
]
