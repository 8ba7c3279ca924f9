"""An archive arrives whole and verified, or the target stays as it was."""

from __future__ import annotations

import hashlib
import io
import shutil
import stat
import tracemalloc
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.errors import DSSError, DSSNotFoundError, DSSUnavailableError, DSSUnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opsbot.dataiku import DSSAPIService
    from opsbot.sandbox.designer import DesignerServer
    from opsbot.sandbox.designer.faults import Kind

ARCHIVE = "GET /projects/*/apiservices/*/packages/*/archive"


@contextmanager
def untouched(folder: Path) -> Iterator[Path]:
    target = folder / "package.zip"
    target.write_bytes(b"what was there")
    yield target
    assert target.read_bytes() == b"what was there"
    assert [path.name for path in folder.iterdir()] == ["package.zip"]


def test_a_download_says_what_came(scoring: DSSAPIService, tmp_path: Path) -> None:
    target = tmp_path / "v3.zip"

    done = scoring.download_package_to_file("v3", target)

    assert done.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert (done.path, done.size) == (target, target.stat().st_size)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["v3.zip"]


def test_the_entries_digest_tells_contents_apart(node: DesignerServer, scoring: DSSAPIService, tmp_path: Path) -> None:
    node.node.create_package("FRAUD", "scoring", "v9", by="ada")
    first = scoring.download_package_to_file("v9", tmp_path / "first.zip")
    again = scoring.download_package_to_file("v9", tmp_path / "again.zip")
    node.node.delete_package("FRAUD", "scoring", "v9")
    node.node.create_package("FRAUD", "scoring", "v9", by="ada", model_size=21_000)
    other = scoring.download_package_to_file("v9", tmp_path / "other.zip")

    assert first.entries_digest == again.entries_digest != other.entries_digest


def test_a_download_replaces_what_is_there_and_follows_a_link(scoring: DSSAPIService, tmp_path: Path) -> None:
    real, link = tmp_path / "real.zip", tmp_path / "link.zip"
    real.write_bytes(b"old")
    link.symlink_to(real)

    scoring.download_package_to_file("v3", link)

    assert link.is_symlink()
    assert zipfile.is_zipfile(real)


def test_refuses_a_target_that_is_no_file_before_asking(
    node: DesignerServer, scoring: DSSAPIService, tmp_path: Path
) -> None:
    with pytest.raises(FileExistsError):
        scoring.download_package_to_file("v3", tmp_path)
    with pytest.raises(FileExistsError):
        scoring.download_package_to_file("v3", "/dev/null")
    assert not node.site.seen


def test_a_folder_that_is_not_there_is_an_os_error(scoring: DSSAPIService, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        scoring.download_package_to_file("v3", tmp_path / "nowhere" / "v3.zip")


@pytest.mark.parametrize("kind", ["cut_chunked", "cut_length", "cut_close"])
@pytest.mark.parametrize("after", [0, 1, 3, 4, 30, 9_000, None])
def test_a_cut_body_leaves_the_target_as_it_was(
    node: DesignerServer, scoring: DSSAPIService, tmp_path: Path, kind: Kind, after: int | None
) -> None:
    node.faults.add(ARCHIVE, kind, after=after)

    with untouched(tmp_path) as target, pytest.raises((DSSUnavailableError, DSSUnreadableError)):
        scoring.download_package_to_file("v3", target)


@pytest.mark.parametrize(
    ("kind", "more", "error"),
    [
        ("html", {}, DSSUnreadableError),
        ("redirect", {}, DSSUnreadableError),
        ("status", {"status": 200, "body": {"an": "object"}}, DSSUnreadableError),
        ("status", {"status": 204}, DSSUnreadableError),
        ("status", {"status": 200, "body": "PK\x03\x04 and then nothing like a zip"}, DSSUnreadableError),
        ("status", {"status": 403, "body": {"message": "no"}}, DSSError),
        ("reset_before", {}, DSSUnavailableError),
        ("hang", {}, DSSUnavailableError),
    ],
)
def test_anything_else_leaves_it_too(  # noqa: PLR0917  # pytest passes them by name
    node: DesignerServer, scoring: DSSAPIService, tmp_path: Path, kind: Kind, more: Any, error: type[DSSError]
) -> None:
    node.faults.add(ARCHIVE, kind, **more)

    with untouched(tmp_path) as target, pytest.raises(error):
        scoring.download_package_to_file("v3", target)


def test_an_absent_package_leaves_it_too(scoring: DSSAPIService, tmp_path: Path) -> None:
    with untouched(tmp_path) as target, pytest.raises(DSSNotFoundError):
        scoring.download_package_to_file("v99", target)


def test_a_wrong_checksum_leaves_it_too(node: DesignerServer, scoring: DSSAPIService, tmp_path: Path) -> None:
    package = node.node.projects["FRAUD"].services["scoring"].packages["v3"]
    whole = b"".join(package.archive())
    middle = whole.index(b"models/fraud_xgb/model.bin") + 5_000
    package._archive = (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],)

    with untouched(tmp_path) as target, pytest.raises(DSSUnreadableError, match=r"model\.bin.*checksum") as caught:
        scoring.download_package_to_file("v3", target)
    assert caught.value.reply is not None
    assert (caught.value.status, caught.value.reply.path.rpartition("/")[2]) == (200, "archive")


def test_an_interruption_leaves_it_too(scoring: DSSAPIService, tmp_path: Path) -> None:
    def interrupt(received: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with untouched(tmp_path) as target, pytest.raises(KeyboardInterrupt):
        scoring.download_package_to_file("v3", target, progress=interrupt)


@pytest.mark.parametrize("kind", ["gzip", "close_delimited", "drip"])
def test_a_whole_body_arrives_however_it_is_sent(
    node: DesignerServer, scoring: DSSAPIService, tmp_path: Path, kind: Kind
) -> None:
    plain = scoring.download_package_to_file("v3", tmp_path / "plain.zip")
    node.faults.add(ARCHIVE, kind, seconds=0.001)

    assert scoring.download_package_to_file("v3", tmp_path / "other.zip").sha256 == plain.sha256


def test_an_archive_without_entries_is_an_archive(node: DesignerServer, scoring: DSSAPIService, tmp_path: Path) -> None:
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    node.node.projects["FRAUD"].services["scoring"].packages["v3"]._archive = (empty.getvalue(),)

    assert scoring.download_package_to_file("v3", tmp_path / "v3.zip").size == 22


def test_progress_is_told(node: DesignerServer, scoring: DSSAPIService, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    done = scoring.download_package_to_file("v3", tmp_path / "v3.zip", progress=lambda *step: told.append(step))
    assert told == sorted(told)
    assert told[-1] == (done.size, None)  # chunked: the node announces nothing

    package = node.node.projects["FRAUD"].services["scoring"].packages["v3"]
    node.faults.add(ARCHIVE, "cut_length", after=10**9)  # cuts nothing, but announces the length
    told.clear()
    scoring.download_package_to_file("v3", tmp_path / "v3.zip", progress=lambda *step: told.append(step))
    assert {total for _, total in told} == {sum(map(len, package.archive()))}


def test_without_sync_the_result_is_the_same(scoring: DSSAPIService, tmp_path: Path) -> None:
    synced = scoring.download_package_to_file("v3", tmp_path / "one.zip")
    assert scoring.download_package_to_file("v3", tmp_path / "two.zip", sync=False).sha256 == synced.sha256


@pytest.mark.parametrize("kind", ["cut_chunked", "cut_length", "cut_close"])
def test_a_stream_that_breaks_off_says_so(node: DesignerServer, scoring: DSSAPIService, kind: Kind) -> None:
    node.faults.add(ARCHIVE, kind, after=9_000)

    with scoring.download_package_stream("v3") as stream, pytest.raises(DSSUnavailableError):
        stream.read()


def test_a_stream_is_a_file(scoring: DSSAPIService, tmp_path: Path) -> None:
    done = scoring.download_package_to_file("v3", tmp_path / "v3.zip")
    copy = io.BytesIO()

    with scoring.download_package_stream("v3") as stream:
        assert (stream.readable(), stream.seekable(), stream.peek(1)[:2]) == (True, False, b"PK")
        start = stream.read(1000)
        shutil.copyfileobj(stream, copy)
    assert len(start) == 1000
    assert hashlib.sha256(start + copy.getvalue()).hexdigest() == done.sha256
    with pytest.raises(ValueError, match="closed"):
        stream.read()


def test_a_stream_that_is_closed_early_lets_its_connection_go(node: DesignerServer, scoring: DSSAPIService) -> None:
    node.node.create_package("FRAUD", "scoring", "big", by="ada", model_size=30_000_000)
    for _ in range(5):
        with scoring.download_package_stream("big") as stream:
            stream.read(10)
    assert len(scoring.list_packages()) == 5


def test_a_large_archive_does_not_fill_the_memory(node: DesignerServer, scoring: DSSAPIService, tmp_path: Path) -> None:
    node.node.create_package("FRAUD", "scoring", "big", by="ada", model_size=60_000_000)
    scoring.list_packages()
    tracemalloc.start()
    try:
        done = scoring.download_package_to_file("big", tmp_path / "big.zip", sync=False)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert done.size > 60_000_000
    assert peak < 16_000_000  # of the client and the stand-in together
