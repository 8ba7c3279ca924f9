"""What is in an archive, by a digest that doesn't change with the times that a zip file holds."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from typing import TYPE_CHECKING

from opsbot.dataiku.advice import AGAIN
from opsbot.errors import DSSUnreadableError

if TYPE_CHECKING:
    from pathlib import Path

_PIECE = 1 << 20
_MOST_ENTRIES = 200_000
_MOST_TIMES_LARGER = 200
_ALWAYS_ALLOWED = 1 << 30
"""An archive may unpack to so many bytes whatever its size, and to 200 times its size beyond that."""


def content_digest(path: Path) -> str:
    """Give the SHA-256, in hex, over the name and the SHA-256 of every entry, by name.

    Entries are read a piece at a time, so that the memory it takes doesn't grow with them. Raises DSSUnreadableError
    for what isn't a whole archive, or would unpack to far more than it should.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_bombs(archive, path.stat().st_size)
            lines = sorted(f"{entry.filename}\0{_digest(archive, entry)}\n" for entry in archive.infolist())
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        raise DSSUnreadableError(f"What the node sent isn't a whole zip archive: {error}.", advice=AGAIN) from error
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def refuse_bombs(archive: zipfile.ZipFile, size: int) -> None:
    """Raise DSSUnreadableError for an archive of so many bytes that would unpack to far more than it should."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or unpacked > max(_ALWAYS_ALLOWED, _MOST_TIMES_LARGER * size):
        raise DSSUnreadableError(f"The archive has {len(entries)} entries of {unpacked} bytes: it isn't unpacked.")


def _digest(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    found = hashlib.sha256()
    with archive.open(entry) as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
