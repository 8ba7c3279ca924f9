"""What one archive may take of this machine, whatever its node says of it: room on the disk, and time."""

from __future__ import annotations

import shutil
from time import monotonic
from typing import TYPE_CHECKING

from opsbot.errors import DSSUnavailableError, DSSUnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.dataiku.download import Progress

_LONGEST = 3600.0
"""Seconds for all of it; a node that says nothing at all is given up long before."""


def bounded(folder: Path, heard: Progress) -> Progress:
    """Hear how a download into the folder goes, and end it where it takes an hour, or half of the room there is.

    Raises DSSError, and whatever `heard` does.
    """
    room, until = shutil.disk_usage(folder).free // 2, monotonic() + _LONGEST

    def listen(received: int, total: int | None) -> None:
        if max(received, total or 0) > room:
            raise DSSUnreadableError("The archive would take more than half of the room on my disk.")
        if monotonic() > until:
            raise DSSUnavailableError("The archive came too slowly.")
        heard(received, total)

    return listen
