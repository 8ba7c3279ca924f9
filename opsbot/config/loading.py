"""Reading the configuration, with every fault listed at once."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from opsbot.config.faults import Fault, between_sections, from_validation, secrets_in_file, unknown_variables
from opsbot.config.schema import Config
from opsbot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def load(path: Path, verbs: Iterable[str]) -> Config:
    """Read the file and the environment; raises ConfigError, which lists every fault in its `faults`.

    `verbs` are those that a channel's `verbs` may name.
    """
    data = _read(path)
    faults = [*secrets_in_file(data), *between_sections(data, verbs), *unknown_variables(os.environ)]
    try:
        config = Config(**data)
    except ValidationError as error:
        faults += from_validation(error)
    else:
        if not faults:
            return config
    raise ConfigError(_count(path, faults), tuple(str(fault) for fault in faults))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {path}. Start from config.example.toml, or name a file with --config."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} isn't TOML: {error}.") from error


def _count(path: Path, faults: list[Fault]) -> str:
    return f"{path} has {len(faults)} {'fault' if len(faults) == 1 else 'faults'}."
