"""What opsbot remembers, in SQLite or PostgreSQL."""

from opsbot.store.engine import Database
from opsbot.store.migrating import is_current, migrate
from opsbot.store.requests import RequestStore
from opsbot.store.seen import SeenStore

__all__ = ["Database", "RequestStore", "SeenStore", "is_current", "migrate"]
