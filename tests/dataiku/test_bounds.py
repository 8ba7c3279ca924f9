"""An archive that doesn't end, or comes drop by drop, is given up."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import pytest

from opsbot.dataiku import DSSClient, bounds
from opsbot.dataiku.gateway import Nodes
from opsbot.errors import DSSUnavailableError, DSSUnreadableError
from tests.builders import SCORING
from tests.dataiku.raw_server import RawServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 999999999999\r\n\r\nPK\x03\x04"


class Usage(NamedTuple):
    free: int


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    with RawServer(ENDLESS + bytes(10_000)) as server, closing(DSSClient(server.url, "k")) as client:
        yield Nodes({"design": client})


def heard(_received: int, _total: int | None) -> None:
    pass


def test_an_archive_takes_half_of_the_room_on_the_disk_at_most(
    nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=1_000_000))
    with pytest.raises(DSSUnreadableError, match="more than half of the room"):
        nodes.archive_digest(SCORING, "v4")
    with pytest.raises(DSSUnreadableError, match="more than half of the room"):
        nodes.download(SCORING, "v4", tmp_path / "v4.zip", heard)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_takes_an_hour_at_most(nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=1 << 60))
    monkeypatch.setattr(bounds, "_LONGEST", -1.0)  # its limit, so that nobody waits for it
    with pytest.raises(DSSUnavailableError, match="too slowly"):
        nodes.archive_digest(SCORING, "v4")
    with pytest.raises(DSSUnavailableError, match="too slowly"):
        nodes.download(SCORING, "v4", tmp_path / "v4.zip", heard)
    assert list(tmp_path.iterdir()) == []
