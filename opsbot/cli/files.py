"""Files that an answer brings to the terminal: kept in a folder, and never in the place of another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from opsbot.errors import ConflictError

if TYPE_CHECKING:
    from typing import BinaryIO

    from opsbot.domain.files import Attachment


def save(file: Attachment, folder: Path) -> Path:
    """Keep the file in the folder, for its owner alone; gives where.

    It is there whole or not at all: ConflictError where there is one of that name, or it can't be written.
    """
    path = folder / Path(file.name).name
    try:
        with open(path, "xb", opener=_for_its_owner) as kept:
            _write(file, kept, path)
    except FileExistsError:
        raise ConflictError(f"{path} is there already; move it, or name another folder with --into.") from None
    except OSError as error:
        raise ConflictError(f"{path} can't be written: {error.strerror}. Name another folder with --into.") from error
    finally:
        if not isinstance(file.content, bytes):
            file.content.unlink(missing_ok=True)
    return path


def _write(file: Attachment, kept: BinaryIO, path: Path) -> None:
    try:
        if isinstance(file.content, bytes):
            kept.write(file.content)
        else:
            with file.content.open("rb") as fetched:
                shutil.copyfileobj(fetched, kept)
        kept.flush()
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
