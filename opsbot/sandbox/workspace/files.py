"""Files: asked for, received, and shared in channels."""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.clock import Clock

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What is shown as a picture; everything else is offered for download."""

_SNIPPETS = {"text": "Plain Text", "json": "JSON", "javascript": "JavaScript", "xml": "XML", "yaml": "YAML"}
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What the workspace takes. `types` are the endings of names that its administrators allow; None allows all."""

    largest: int = limits.FILE_BYTES
    storage: int = limits.STORAGE_BYTES
    uploads: bool = True
    types: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that an app uploads. It is for the app's eyes only until it is shared, and nobody's before it arrived."""

    id: str
    name: str
    length: int
    user: str
    created: int
    title: str = ""
    alt_text: str = ""
    snippet_type: str = ""
    content: bytes | None = None
    is_complete: bool = False
    shares: tuple[tuple[str, str], ...] = ()
    """The channel and timestamp of each message that it is in."""

    @property
    def mimetype(self) -> str:
        """What it is. guess: Slack looks into files; here the ending of the name tells."""
        if self.snippet_type:
            return "text/plain"
        return mimetypes.guess_type(self.name)[0] or _UNKNOWN

    @property
    def filetype(self) -> str:
        """Slack's word for what it is. guess: the ending of the name, but for snippets."""
        return self.snippet_type or self.name.rpartition(".")[2].lower() or "binary"

    @property
    def pretty_type(self) -> str:
        """What people call it."""
        return _SNIPPETS.get(self.filetype, self.filetype.upper())

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as a picture."""
        return self.mimetype in PICTURES


class Files:
    """The files of the workspace, in memory."""

    def __init__(self, clock: Clock, file_limits: FileLimits) -> None:
        self._clock = clock
        self._limits = file_limits
        self._files: dict[str, File] = {}
        self._tickets: dict[str, str] = {}

    def all(self) -> list[File]:
        """Every file that was completed, the oldest first."""
        return [file for file in self._files.values() if file.is_complete]

    def ask(self, user: str, name: str, length: int, alt_text: str, snippet_type: str) -> tuple[File, str]:
        """Return a new file that nothing arrived of yet, and the ticket to send its bytes with."""
        if not self._limits.uploads:
            raise RefusedError("file_uploads_disabled")
        if len(alt_text) > limits.FILE_ALT:
            raise RefusedError("alt_txt_too_large")
        if snippet_type and snippet_type not in limits.SNIPPET_TYPES:
            raise RefusedError("unknown_snippet_type")
        if snippet_type and length > limits.SNIPPET_BYTES:
            raise RefusedError("snippet_too_large")
        if length > self._limits.largest:
            raise RefusedError("file_upload_size_restricted")
        if sum(file.length for file in self._files.values()) + length > self._limits.storage:
            raise RefusedError("storage_limit_reached")
        file_id = f"F{secrets.token_hex(5).upper()}"
        now = int(self._clock())
        file = File(file_id, name, length, user, now, name, alt_text=alt_text, snippet_type=snippet_type)
        self._files[file_id] = file
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = file_id
        return file, ticket

    def expected(self, ticket: str) -> File:
        """Return the file whose bytes the ticket is for; a ticket is good for one file and once."""
        file = self._files.get(self._tickets.get(ticket, ""))
        if file is None:
            raise RefusedError("file_not_found")
        return file

    def receive(self, ticket: str, content: bytes) -> File:
        """Take the bytes of a file: as many as were announced."""
        file = self.expected(ticket)
        if len(content) != file.length:
            raise RefusedError("invalid_length")  # guess: Slack tells with a status only
        del self._tickets[ticket]
        return self._put(replace(file, content=content))

    def complete(self, file_id: str, title: str | None) -> File:
        """Finish an upload, which can be done once; refuse one that nothing arrived of."""
        file = self._files.get(file_id)
        if file is None or file.content is None or file.is_complete:
            raise RefusedError("file_not_found")
        kinds = self._limits.types
        if kinds is not None and file.filetype not in kinds:
            raise RefusedError("file_type_not_allowed")
        return self._put(replace(file, title=title or file.name, is_complete=True))

    def share(self, file: File, channel: str, ts: str) -> File:
        """Note that a message shows the file."""
        return self._put(replace(file, shares=(*file.shares, (channel, ts))))

    def find(self, file_id: str) -> File | None:
        """Return the file of this id, if its upload was finished."""
        file = self._files.get(file_id)
        return file if file is not None and file.is_complete else None

    def get(self, file_id: str) -> File:
        """Return the file of this id, or refuse with `file_not_found`."""
        file = self.find(file_id)
        if file is None:
            raise RefusedError("file_not_found")
        return file

    def _put(self, file: File) -> File:
        self._files[file.id] = file
        return file
