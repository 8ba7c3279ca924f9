"""Files that go with an answer, and archives of packages, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_UPLOAD = 1_000_000_000
"""How many bytes a file in Slack may have: 1 GB, in the smaller of its two meanings."""

_STEP = 1000
_FEW = 10


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an answer.

    `content` is its bytes, or a temporary file, which whoever sends it deletes. `alt` says in words what a picture
    shows; `snippet` is Slack's name for the kind of text it is, which is then shown in line. `instead` is what is said,
    in plain words, where it can't be uploaded; text is then shown itself. `link` is where it can be had as well.
    """

    name: str
    title: str
    content: bytes | Path
    alt: str = ""
    snippet: str = ""
    instead: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive of a package that was fetched and found whole.

    `entries_digest` names what is in it, whenever it was packed; `sha256` the file itself.
    """

    size: int
    sha256: str
    entries_digest: str


def size_in_words(size: int) -> str:
    """Say how many bytes as people do."""
    amount, units = float(size), iter(("KB", "MB", "GB"))
    unit = "bytes"
    while amount >= _STEP and (larger := next(units, None)) is not None:
        amount, unit = amount / _STEP, larger
    return f"{amount:.1f} {unit}" if unit != "bytes" and amount < _FEW else f"{amount:.0f} {unit}"
