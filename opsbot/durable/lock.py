"""A file of which one process at a time may be the owner."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from opsbot.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


class FileLock:
    """Held until it is let go, or the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock; StoreError where another process has it."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise StoreError(
                "Another process uses this database. An SQLite file serves one; for several, use PostgreSQL."
            ) from error

    def let_go(self) -> None:
        """Let another process have it."""
        os.close(self._descriptor)
