"""What opsbot remembers, in SQLite or PostgreSQL."""

from opsbot.store.audit import AuditStore
from opsbot.store.deliveries import DeliveryStore
from opsbot.store.engine import Database, existing, secrets_in
from opsbot.store.events import EventStore
from opsbot.store.homes import HomeStore
from opsbot.store.keeping import Keeper
from opsbot.store.migrating import is_current, migrate
from opsbot.store.node_changes import NodeChangeStore
from opsbot.store.notes import NoteStore
from opsbot.store.pauses import PauseStore
from opsbot.store.policies import PolicyStore
from opsbot.store.pruning import PruningStore
from opsbot.store.records import RecordStore
from opsbot.store.replicas import ReplicaStore
from opsbot.store.requests import RequestStore
from opsbot.store.rulebook import RulebookStore
from opsbot.store.seen import SeenStore
from opsbot.store.sights import SightStore
from opsbot.store.snapshots import SnapshotStore
from opsbot.store.watches import WatchStore

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
    "RulebookStore",
    "SeenStore",
    "SightStore",
    "SnapshotStore",
    "WatchStore",
    "existing",
    "is_current",
    "migrate",
    "secrets_in",
]
