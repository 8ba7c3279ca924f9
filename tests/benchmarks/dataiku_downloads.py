"""Large archives: our verified download against the official one: python -m tests.benchmarks.dataiku_downloads."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import dataikuapi

from opsbot.dataiku import DSSClient
from tests.benchmarks.dataiku_node import KEY, FarNode, far_node
from tests.benchmarks.report import Row, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.dataiku import DSSAPIService

LARGE = 400
SMALL, HUGE = 40, 1000
MEMORY_LIMIT = 16.0
PEER = "dataikuapi, unverified"


def run(rounds: int = 5) -> list[Row]:
    """Rate of a verified download, what the disk's promise costs on top, and how memory grows with the size."""
    with far_node() as node, tempfile.TemporaryDirectory() as folder:
        for megabytes in (SMALL, LARGE, HUGE):
            _make(node, megabytes)
        return [*_rates(node, Path(folder), rounds), _memory(node, Path(folder))]


def _make(node: FarNode, megabytes: int) -> None:
    package = {"project": "FRAUD", "service": "scoring", "package": _name(megabytes), "model_size": megabytes << 20}
    node.control("packages", package)


def _name(megabytes: int) -> str:
    return f"of-{megabytes}-MB"


def _service(client: Any) -> Any:
    return client.get_project("FRAUD").get_api_service("scoring")


def _rates(node: FarNode, folder: Path, rounds: int) -> list[Row]:
    official = dataikuapi.DSSClient(node.url, KEY)
    target = folder / "package.zip"
    package = _name(LARGE)
    with DSSClient(node.url, KEY) as client:
        ours: DSSAPIService = _service(client)
        theirs = _service(official)
        ours.download_package_to_file(package, target, sync=False)  # the stand-in makes its archive now
        ways: dict[str, Callable[[], object]] = {
            "ours": lambda: ours.download_package_to_file(package, target, sync=False),
            "theirs": lambda: theirs.download_package_to_file(package, str(target)),
        }
        taken: dict[str, list[float]] = {"ours": [], "theirs": [], "fsync": []}
        for number in range(rounds):
            for way in ("ours", "theirs") if number % 2 else ("theirs", "ours"):
                target.unlink(missing_ok=True)
                os.sync()  # what the one before left to be written isn't this one's burden
                taken[way].append(_seconds(ways[way]))
            taken["fsync"].append(_seconds(lambda: _fsync(target)))
    official._session.close()
    ratios = sorted(other / one for one, other in zip(taken["ours"], taken["theirs"], strict=True))
    mine, peer, fsync = (median(taken[what]) for what in ("ours", "theirs", "fsync"))
    note = f"rounds {ratios[0]:.2f} to {ratios[-1]:.2f}; fsync would add {fsync:.2f} s to {mine:.2f} s"
    rate = Row(
        f"download of {LARGE} MB, verified",
        LARGE / mine,
        "MB/s",
        LARGE / peer,
        PEER,
        median(ratios),
        "at least",
        1.2,
        note,
    )
    return [rate, Row(f"fsync of {LARGE} MB", fsync, "s", mine, "the download", fsync / mine)]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _fsync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _memory(node: FarNode, folder: Path) -> Row:
    """Measure in processes of their own, since what a process once had it may keep."""
    small, huge = (_megabytes_used(node, folder, size) for size in (SMALL, HUGE))
    grown = max(huge - small, 0.0)
    return Row(
        f"memory, {SMALL} to {HUGE} MB",
        grown,
        "MB",
        MEMORY_LIMIT,
        "limit",
        grown / MEMORY_LIMIT,
        "at most",
        1.0,
        f"the process had {small:.1f} MB and {huge:.1f} MB at most",
    )


def _megabytes_used(node: FarNode, folder: Path, megabytes: int) -> float:
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.dataiku_downloads",
        node.url,
        str(megabytes),
        str(folder / "one.zip"),
    ]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _download_once(url: str, megabytes: str, path: str) -> float:
    with DSSClient(url, KEY) as client:
        _service(client).download_package_to_file(_name(int(megabytes)), path, sync=False)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(_download_once(*sys.argv[1:]))
    else:
        print(table(run()))
