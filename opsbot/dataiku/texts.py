"""Texts as a node tells them, made such that they can be kept."""

from __future__ import annotations

import re

_NEVER_KEPT = re.compile("[\0\ud800-\udfff]")
"""NUL, which PostgreSQL doesn't take, and halves of letters, which nothing does: Java cuts a text between them."""


def text_of(value: object) -> str:
    """Read a text, with a sign that can be seen in the place of what no database takes; "" where it isn't one."""
    return _NEVER_KEPT.sub("\ufffd", value) if isinstance(value, str) else ""
