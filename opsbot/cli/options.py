"""What several commands are called with."""

from __future__ import annotations

from pathlib import Path

import click

CONFIG = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    default=Path("opsbot.toml"),
    show_default=True,
    help="The TOML file to read.",
)
