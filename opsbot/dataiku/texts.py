"""Texts as a node tells them, made such that they can be kept."""

from __future__ import annotations


def text_of(value: object) -> str:
    """Read a text, with a sign that can be seen in the place of NUL, which no database takes; "" where it isn't one."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else ""
