"""The processes of a run: started on free ports, looked at, and ended by their ids."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

TICKS: Final = os.sysconf("SC_CLK_TCK")
PATIENCE: Final = 30.0


class StartError(Exception):
    """A server under test did not come up; its last words are the message."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running server: where it listens, and what it uses."""

    name: str
    pid: int
    port: int

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def memory(self) -> float:
        """Megabytes that are in memory now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None, port: int | None = None
) -> Iterator[Child]:
    """Run `python COMMAND`; without `port` its first line says where it listens."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *command],
            stdout=subprocess.PIPE if port is None else said,
            stderr=said,
            env={**os.environ, **(environment or {})},
            text=True,
        )
        try:
            if port is None:
                assert process.stdout is not None
                first_line = process.stdout.readline().strip()
                up, port = first_line.isdigit(), int(first_line or 0)
            else:
                up = _answers(port, process)
            if not up:
                said.seek(0)
                raise StartError(f"{name}: {said.read()[-2000:]}")
            yield Child(name, process.pid, port)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _answers(port: int, process: subprocess.Popen[str]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
        time.sleep(0.01)
    return False
