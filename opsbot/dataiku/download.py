"""An archive onto the disk: verified first, and then in its place at once."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from opsbot.dataiku.advice import AGAIN
from opsbot.dataiku.content import refuse_bombs
from opsbot.errors import DSSUnreadableError

if TYPE_CHECKING:
    from opsbot.dataiku.archive_stream import ArchiveBody
    from opsbot.errors import DSSReply

_PIECE = 1 << 20

Progress = Callable[[int, int | None], None]
"""Called with the bytes received so far, and how many there will be if the node announced it."""


@dataclass(frozen=True, slots=True)
class Download:
    """An archive that was downloaded, and found whole."""

    path: Path
    size: int
    """In bytes."""
    sha256: str
    """Of the file, in hex. Two packages of the same content differ here, since a zip archive holds times."""
    entries_digest: str
    """Of the names, sizes and checksums (CRC-32) of the entries, in hex: tells apart packages whose content differs.

    It doesn't withstand forgery; `sha256` does.
    """


def download(
    open_body: Callable[[], ArchiveBody],
    path: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
    sync: bool = True,
) -> Download:
    """Download to a temporary file beside the target, verify it, and rename it. See `download_package_to_file`."""
    target = _usable_target(path)
    with open_body() as body:
        # mkstemp makes it 0600: an archive may hold code and the API keys of the service.
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".opsbot-", suffix=".part")
        beside = Path(name)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                size = _receive(body, file, progress)
                sha256, entries_digest = _verified(beside, file, body.reply)
                if sync:
                    os.fsync(file.fileno())
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    if sync:
        _sync_folder(target.parent)
    return Download(target, size, sha256, entries_digest)


def _usable_target(path: str | os.PathLike[str]) -> Path:
    """Follow links, so that a link stays one; refuse what a rename would destroy, such as a device."""
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        raise FileExistsError(f"{target} isn't a file.")
    return target


def _receive(body: ArchiveBody, file: BinaryIO, progress: Progress | None) -> int:
    size = 0
    while piece := body.next_piece(_PIECE):
        file.write(piece)
        size += len(piece)
        if progress is not None:
            progress(size, body.announced)
    file.flush()  # from here on it is read by its name, too
    return size


def _verified(path: Path, file: BinaryIO, reply: DSSReply) -> tuple[str, str]:
    """Return the SHA-256 of a whole archive and the digest of its entries.

    The file is read twice, from the system's memory, on two threads at once; both let the interpreter go meanwhile.
    Hashing each piece as it arrives takes longer: it holds up the node.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="sha256") as aside:
        sha256 = aside.submit(_sha256, path)
        entries_digest = _verified_entries(file, reply)
        return sha256.result(), entries_digest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verified_entries(file: BinaryIO, reply: DSSReply) -> str:
    """Read the whole archive once more, and return the digest of its entries."""
    try:
        with zipfile.ZipFile(file) as archive:
            refuse_bombs(archive, os.fstat(file.fileno()).st_size)
            broken = archive.testzip()
            entries = sorted((entry.filename, entry.file_size, entry.CRC) for entry in archive.infolist())
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        # RuntimeError: encrypted, or compressed in a way that can't be undone here.
        raise DSSUnreadableError(f"What the node sent isn't a whole zip archive: {error}.", reply, AGAIN) from error
    if broken is not None:
        raise DSSUnreadableError(f"The archive's entry {broken!a} isn't what its checksum says.", reply, AGAIN)
    return hashlib.sha256("".join(f"{name}\0{size}\0{crc}\n" for name, size, crc in entries).encode()).hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
