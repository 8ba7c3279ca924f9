"""Globs of services, as conditions that both databases read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import false, or_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement


def matches(service: ColumnElement[str], globs: Iterable[str]) -> ColumnElement[bool]:
    """Ask for services that one of the globs matches; none at all where there is none."""
    return or_(false(), *(service.regexp_match(_pattern(glob)) for glob in globs))


def _pattern(glob: str) -> str:
    """Turn a glob of * and ? into a regular expression."""
    return "^" + re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".") + "$"
