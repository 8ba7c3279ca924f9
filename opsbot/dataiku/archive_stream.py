"""The body of an archive while it arrives: a file that can be read once, from front to back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

_PIECE = 1 << 18

ReadPiece = Callable[[int], bytes]
"""Reads at most so many bytes, decoded; none at the end. Raises a DSSError when the body breaks off."""


class ArchiveBody(io.RawIOBase):
    """The unbuffered body; wrap it in `io.BufferedReader` to read exact amounts.

    Other calls go on meanwhile: an open body holds a connection of its own.
    """

    def __init__(
        self, first: bytes, read_piece: ReadPiece, close: Callable[[], None], announced: int | None = None
    ) -> None:
        super().__init__()
        self.announced = announced
        """How many bytes there will be, if the node said so."""
        self._ahead = first
        self._read_piece = read_piece
        self._close = close

    def next_piece(self, limit: int = _PIECE) -> bytes:
        """Return what arrives next, at most `limit` bytes; nothing at the end."""
        if not self._ahead:
            return self._read_piece(limit)
        piece, self._ahead = self._ahead[:limit], self._ahead[limit:]
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
