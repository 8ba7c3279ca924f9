"""The emoji that the bot writes are ones that the page knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import opsbot.slack
from opsbot.sandbox.page.emoji import emoji_of, with_emoji

_SHORTCODE = re.compile(r":([a-z][a-z0-9_+-]*):")
WRITTEN = {
    name
    for module in Path(opsbot.slack.__file__).parent.rglob("*.py")
    for name in _SHORTCODE.findall(module.read_text(encoding="utf-8"))
}


def test_there_are_emoji_to_be_known() -> None:
    assert {"package", "double_vertical_bar"} <= WRITTEN


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_an_emoji_that_the_bot_writes_is_known(name: str) -> None:
    assert emoji_of(name) is not None


def test_what_is_no_emoji_stays_as_it_was_written() -> None:
    assert with_emoji("at 12:30:45 :nonesuch: :warning: :large_green_circle:") == "at 12:30:45 :nonesuch: ⚠️ 🟢"
