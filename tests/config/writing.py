"""Configurations that are written to a file and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.config import Config, load
from opsbot.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


VERBS = ["packages", "publish"]


GOOD = """
[slack]
mode = "http"
[nodes.design]
url = "https://dss.example.com"
"""


def read(folder: Path, text: str) -> Config:
    path = folder / "opsbot.toml"
    path.write_text(text)
    return load(path, VERBS)


def faults(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return "\n".join(caught.value.faults)
