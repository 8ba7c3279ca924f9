from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.slack.blocks.mrkdwn import clipped, code, counted, date, escaped, listed, readable, visible
from tests.builders import NOON

NASTY = ["<!channel>", "<@U012AB3CD>", "<https://x.test|here>", "*bold*", "`code`", "~gone~", "_x_", "&lt;!here&gt;"]
text = st.text(max_size=60) | st.lists(st.sampled_from(NASTY), max_size=4).map(" ".join)


@given(text)
def test_no_text_of_others_comes_alive(words: str) -> None:
    for inert in (escaped(words), code(words)):
        assert not re.search(r"<[!@#h]|>", inert)
    assert all(escaped(words).count(live) <= 1 for live in "*~`")
    assert len(re.findall(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", escaped(words))) <= 1


@given(text)
def test_an_id_never_leaves_its_code(words: str) -> None:
    inert = code(words)
    assert inert[0] == inert[-1] == "`"
    assert "`" not in inert[1:-1]
    assert "\n" not in inert


@given(st.text(max_size=60))
def test_nothing_hides(words: str) -> None:
    hidden = {c for c in visible(words) if unicodedata.category(c) in {"Cc", "Cf"}}
    assert hidden <= {"\n", "\t"}


@pytest.mark.parametrize("trick", ["v1\u202egpj", "v\u200b1", "v1\u2066x\u2069", "v1\x07"])
def test_bidi_and_zero_width_tricks_are_shown(trick: str) -> None:
    assert "\N{REPLACEMENT CHARACTER}" in code(trick)


def test_what_joins_emoji_stays_and_what_turns_text_round_is_shown() -> None:
    assert readable("👩\u200d🔬 ok\u202egpj") == "👩\u200d🔬 ok\N{REPLACEMENT CHARACTER}gpj"


def test_times_are_shown_in_the_readers_zone_with_a_fallback() -> None:
    assert date(NOON) == "<!date^1793620800^{date_short_pretty} {time}|2026-11-02 12:00 UTC>"
    assert date(None) == "at an unknown time"


def test_words_and_numbers_read_as_sentences_do() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (counted(1, "package"), counted(2, "package")) == ("1 package", "2 packages")


def test_what_is_cut_says_so() -> None:
    assert clipped("x" * 50, 50) == "x" * 50
    assert len(clipped("x" * 51, 50)) <= 50
    assert clipped("x" * 51, 50).endswith("(cut off)")


def test_an_id_in_a_sentence_can_be_copied() -> None:
    assert escaped("Its models: fraud_rules_tree, fraud_xgb.") == "Its models: fraud_rules_tree, fraud_xgb."
    assert escaped("_so_ and _so_") == "ˍsoˍ and ˍsoˍ"
