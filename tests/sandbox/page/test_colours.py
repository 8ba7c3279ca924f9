"""Whether what is written on the page can be read, in light and in dark: at least 4.5 to 1, as WCAG asks of text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from opsbot.sandbox import page

STYLE = (Path(page.__file__).parent / "styles" / "1-base.css").read_text(encoding="utf-8")
LIGHT, DARK = STYLE.split("@media (prefers-color-scheme: dark)")
WHITE = "#ffffff"
ENOUGH = 4.5

# What is written, and on what.
PAIRS = (
    *((ink, "--paper") for ink in ("--ink", "--soft", "--faint", "--link", "--accent-ink", "--yes-ink", "--no-ink")),
    ("--faint", "--hover"),
    ("--faint", "--field"),
    ("--code-ink", "--code-paper"),
    ("--mention-ink", "--mention-paper"),
    ("--me-ink", "--me-paper"),
    ("--side-ink", "--side"),
    ("--side-faint", "--side"),
    (WHITE, "--accent"),
    (WHITE, "--yes"),
    (WHITE, "--no"),
)


def colours(*styles: str) -> dict[str, str]:
    """The colours by their names; a later style wins."""
    return {name: value for style in styles for name, value in re.findall(r"(--[\w-]+): (#\w{6}|var\(--\w+\));", style)}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read(scheme: str) -> None:
    known = colours(LIGHT) if scheme == "light" else colours(LIGHT, DARK)

    def value(name: str) -> str:
        found = known.get(name, name)
        return value(found[4:-1]) if found.startswith("var(") else found

    pale = {pair: round(contrast(*map(value, pair)), 2) for pair in PAIRS if contrast(*map(value, pair)) < ENOUGH}
    assert pale == {}
