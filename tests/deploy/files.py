"""What is in deploy/, read as those read it who use it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPOSE = DEPLOY / "compose" / "compose.yaml"
CONFIG = DEPLOY / "compose" / "opsbot.toml"


@dataclass(frozen=True)
class Instruction:
    """A line of a Dockerfile."""

    name: str
    value: str

    @property
    def words(self) -> list[str]:
        """Its words; a list in JSON is taken as one."""
        return list(json.loads(self.value)) if self.value.startswith("[") else shlex.split(self.value)


def stages() -> list[list[Instruction]]:
    """The stages of the Dockerfile."""
    lines = [line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found: list[list[Instruction]] = []
    for line in filter(str.strip, whole.splitlines()):
        name, value = line.split(maxsplit=1)
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, value))
    return found


def image(name: str) -> list[Instruction]:
    """The instructions of a kind that the finished image was made by."""
    return [each for each in stages()[-1] if each.name == name]


def image_environment() -> dict[str, str]:
    return dict(word.split("=", 1) for each in image("ENV") for word in each.words)


def health_check() -> list[str]:
    (check,) = image("HEALTHCHECK")
    return list(json.loads(check.value.partition("CMD ")[2]))


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return read


def documents(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text()) if each is not None]


def resource(name: str) -> dict[str, Any]:
    """The one resource of a file in kubernetes/."""
    (only,) = documents(KUBERNETES / name)
    return only


def unit(name: str = "opsbot.service") -> list[tuple[str, str]]:
    """The settings of a systemd unit, or of what is laid over one; a name may come more than once."""
    lines = (DEPLOY / "systemd" / name).read_text().splitlines()
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines if re.match(r"[A-Za-z]+=", line)]
