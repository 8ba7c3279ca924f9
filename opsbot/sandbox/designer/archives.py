"""Archives that look like API packages, of any size, in little memory.

Large models repeat one block of bytes, and an archive is kept as the pieces it is made of: the block is in memory
once, however often it comes in the archive.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLOCK_SIZE = 1 << 20
_EARLIEST = (1980, 1, 1, 0, 0, 0)

Pieces = tuple[bytes, ...]


class _PieceCollector(io.RawIOBase):
    """A file that keeps what is written as it is, without copying it."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if data:
            self.pieces.append(data if isinstance(data, bytes) else bytes(data))
        return len(data)


def package_archive(
    package_id: str,
    settings: dict[str, Any],
    models: Sequence[str],
    model_size: int,
) -> Pieces:
    """Return the pieces of a zip archive with a manifest, the endpoints and a model of so many bytes for each model id.

    guess: the names inside aren't public; only that it is a zip archive with these things in it.
    """
    target = _PieceCollector()
    with zipfile.ZipFile(target, "w", allowZip64=True) as archive:
        _deflated(archive, "manifest.json", {"packageId": package_id, "formatVersion": 1})
        _deflated(archive, "service.json", settings)
        for position, endpoint in enumerate(settings.get("endpoints", [])):
            # A live node takes two endpoints of one id, or of none; names in an archive are unique.
            _deflated(archive, f"endpoints/{position}-{endpoint.get('id')}/config.json", endpoint)
        for model in dict.fromkeys(models):
            _stored(archive, f"models/{model}/model.bin", _content(model, model_size))
            _deflated(archive, f"models/{model}/features.json", {"model": model, "features": ["amount", "country"]})
    return tuple(target.pieces)


def _deflated(archive: zipfile.ZipFile, name: str, value: object) -> None:
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, json.dumps(value, indent=2, sort_keys=True))


def _stored(archive: zipfile.ZipFile, name: str, blocks: Iterator[bytes]) -> None:
    with archive.open(zipfile.ZipInfo(name, _EARLIEST), "w", force_zip64=True) as entry:
        for block in blocks:
            entry.write(block)


def _content(model: str, size: int) -> Iterator[bytes]:
    block = random.Random(model).randbytes(min(size, _BLOCK_SIZE))  # noqa: S311  # filler, the same each time
    whole, rest = divmod(size, len(block) or 1)
    for _ in range(whole):
        yield block
    if rest:
        yield block[:rest]
