"""What the container would run, run: built from what gets into the image, with as few rights as it has there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.slack import manifest
from tests.deploy.files import CONFIG, ROOT, compose, health_check, image, image_environment, stages
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 30.0


@dataclass(frozen=True)
class Container:
    """As much of a container as a process can be: the image's program, its environment, and folders of its own."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def root(self) -> Path:
        """A folder that can't be written, as all of the container's can't."""
        return self.folder / "root"

    @property
    def scratch(self) -> Path:
        return self.folder / "tmp"

    def command(self, words: list[str]) -> list[str]:
        """The words as they are run here: with our config and our port, and not as root."""
        here = {"/etc/opsbot/opsbot.toml": str(self.folder / "opsbot.toml")}
        said = [here.get(word, word).replace("3000", str(self.port)) for word in words]
        said[0] = str(self.folder / "opt" / "bin" / said[0])
        (user,) = image("USER")
        uid, gid = user.value.split(":")
        aside = ["unshare", "--user", f"--map-user={uid}", f"--map-group={gid}"] if os.geteuid() == 0 else []
        return [*aside, *said]

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **image_environment(),
            "PATH": os.environ["PATH"],
            "OPSBOT_HTTP__PORT": str(self.port),
            "TMPDIR": str(self.scratch),
            **more,
        }

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(words),
            env=self.environment(),
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Container:
    folder = tmp_path_factory.mktemp("container")
    _install(folder)
    for name in ("data", "root", "tmp", "secrets"):
        (folder / name).mkdir()
    (folder / "root").chmod(0o555)
    return Container(folder, free_port())


def _install(folder: Path) -> None:
    """Do what the Dockerfile does, but for the libraries: those are taken from where they are."""
    context = folder / "context"
    context.mkdir()
    for each in stages()[0]:
        if each.name == "COPY":
            *sources, target = each.words
            for source in sources:
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, context / target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, context / target)
    venv.create(folder / "opt", with_pip=False)
    python = folder / "opt" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "-w", str(folder / "dist"), str(context)], check=True, timeout=120)
    (wheel,) = (folder / "dist").glob("*.whl")
    subprocess.run([*pip, "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True, timeout=120)
    (packages,) = (folder / "opt" / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")


@pytest.fixture(scope="module")
def slack() -> Iterator[WorkspaceServer]:
    workspace = demo.workspace(manifest("/apid"))
    with WorkspaceServer(workspace) as server:
        yield server


@pytest.fixture(scope="module")
def node() -> Iterator[DesignerServer]:
    with DesignerServer() as server:
        yield server


def test_the_program_is_the_one_that_was_built_from_what_gets_into_the_image(container: Container) -> None:
    (entry,) = image("ENTRYPOINT")
    helped = container.run([*entry.words, "--help"])
    assert (helped.returncode, helped.stderr) == (0, "")
    assert "API Designer" in helped.stdout
    where = container.run(["python", "-c", "import opsbot; print(opsbot.__file__)"])
    assert Path(where.stdout.strip()).is_relative_to(container.folder / "opt")


def test_it_migrates_serves_and_ends_without_writing_anywhere_but_to_its_data(
    container: Container, slack: WorkspaceServer, node: DesignerServer
) -> None:
    secrets = {
        "slack_bot_token": slack.workspace.app.bot_token,
        "slack_app_token": slack.workspace.app.app_token,
        "dss_api_key": "sandbox",
        "database_url": f"sqlite:///{container.data}/opsbot.db",
    }
    for name, secret in secrets.items():
        (container.folder / "secrets" / name).write_text(f"{secret}\n")
    config = CONFIG.read_text().replace("/run/secrets", str(container.folder / "secrets"))
    (container.folder / "opsbot.toml").write_text(config.replace("https://dss.example.com:11200", node.url))
    (entry,), (default,) = image("ENTRYPOINT"), image("CMD")

    migrated = container.run([*entry.words, *compose()["services"]["migrate"]["command"]])
    assert (migrated.returncode, migrated.stderr) == (0, "")

    served = subprocess.Popen(
        container.command([*entry.words, *default.words]),
        env=container.environment(OPSBOT_SLACK__API_URL=f"{slack.url}/api/"),
        cwd=container.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait_until_ready(container.port, served)
        checked = container.run(health_check())
        assert (checked.returncode, checked.stderr) == (0, "")
    finally:
        served.send_signal(signal.SIGTERM)
        output, _ = served.communicate(timeout=_PATIENCE)
    assert served.returncode == 0, output
    assert "opsbot is ready" in output
    assert container.run(health_check()).returncode == 1
    assert {each.name.removesuffix("-wal").removesuffix("-shm") for each in container.data.iterdir()} == {
        "opsbot.db",
        "opsbot.db.lock",
        "opsbot.dbos.db",
    }
    assert [*container.root.iterdir(), *container.scratch.iterdir()] == []


def _wait_until_ready(port: int, served: subprocess.Popen[str]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and served.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    served.kill()
    raise AssertionError(f"it isn't ready: {served.communicate()[0]}")
