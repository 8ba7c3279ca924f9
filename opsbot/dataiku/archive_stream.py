"""The body of an archive while it arrives: a file that can be read once, from front to back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from opsbot.dataiku.advice import AGAIN
from opsbot.errors import DSSUnavailableError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from opsbot.errors import DSSReply

_PIECE = 1 << 18
_END_RECORD = b"PK\x05\x06"
_END_RECORD_SIZE = 22  # without its comment
_LONGEST_COMMENT = 1 << 16

ReadPiece = Callable[[int], bytes]
"""Reads at most so many bytes, decoded; none at the end. Raises a DSSError when the body breaks off."""


class ArchiveBody(io.RawIOBase):
    """The unbuffered body; wrap it in `io.BufferedReader` to read exact amounts.

    Other calls go on meanwhile: an open body holds a connection of its own.
    """

    def __init__(
        self,
        start: bytes,
        read_piece: ReadPiece,
        close: Callable[[], None],
        *,
        reply: DSSReply,
        announced: int | None,
        ends_with_connection: bool,
    ) -> None:
        super().__init__()
        self.announced = announced
        """How many bytes there will be, if the node said so."""
        self.reply = reply
        """What an error about this body says of where it came from."""
        self._ahead = start
        self._read_piece = read_piece
        self._close = close
        # Where the end of the connection is the end of the body, only the archive itself tells whether it is whole.
        self._ending = EndOfArchive() if ends_with_connection else None

    def next_piece(self, limit: int = _PIECE) -> bytes:
        """Return what arrives next, at most `limit` bytes; nothing at the end."""
        if self._ahead:
            piece, self._ahead = self._ahead[:limit], self._ahead[limit:]
        else:
            piece = self._read_piece(limit)
        if self._ending is not None and not self._ending.may_be(piece):
            raise DSSUnavailableError("The archive broke off before its end.", self.reply, AGAIN)
        return piece

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        target = memoryview(buffer).cast("B")
        piece = self.next_piece(len(target))
        target[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Let the connection go; what hasn't been read is lost."""
        if not self.closed:
            self._close()
        super().close()


class EndOfArchive:
    """Watches a body go by, to tell whether it ends with what ends a zip archive."""

    def __init__(self) -> None:
        self._tail = b""

    def may_be(self, piece: bytes) -> bool:
        """Take the next piece, or nothing at the end; False means that the archive isn't whole."""
        self._tail = (self._tail + piece)[-(_END_RECORD_SIZE + _LONGEST_COMMENT) :]
        return piece != b"" or self._is_whole()

    def _is_whole(self) -> bool:
        start = self._tail.rfind(_END_RECORD)
        record = self._tail[start : start + _END_RECORD_SIZE]
        if start < 0 or len(record) < _END_RECORD_SIZE:
            return False
        comment = int.from_bytes(record[-2:], "little")
        return len(self._tail) >= start + _END_RECORD_SIZE + comment
