"""What all sections of the configuration have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Part of the configuration: unknown keys are errors, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secrets: ClassVar[tuple[str, ...]] = ()
    """The settings that are secrets: each may also be named by NAME_file, and is read from there."""
