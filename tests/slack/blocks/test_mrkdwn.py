from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.slack.blocks.mrkdwn import as_typed, clipped, code, counted, date, escaped, listed, readable, visible
from tests.builders import NOON

NASTY = ["<!channel>", "<@U012AB3CD>", "<https://x.test|here>", "*bold*", "`code`", "~gone~", "_x_", "&lt;!here&gt;"]
NASTY += ["ok\n:white_check_mark: approved", ":+1:", ":100::a:b:", "x\u2028:x:\r\v\x85y", ":a:b:c:", "12:30:05"]
text = st.text(max_size=60) | st.lists(st.sampled_from(NASTY), max_size=4).map(" ".join)


@given(text)
def test_no_text_of_others_comes_alive(words: str) -> None:
    for inert in (escaped(words), code(words)):
        assert not re.search(r"<[!@#h]|>", inert)
    assert all(escaped(words).count(live) <= 1 for live in "*~`")
    assert "\n" not in escaped(words)
    assert not re.search(r":[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*:|:\+1:|:100:", escaped(words))
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


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ('package a/b v9 --notes "nulls &amp; drift &lt;5%"', 'package a/b v9 --notes "nulls & drift <5%"'),
        ("requests --by <@U02OMAR|omar>", "requests --by @omar"),
        ("requests --by <@U02OMAR>", "requests --by @U02OMAR"),
        ("decline 1 ask <!here> or <!subteam^S01|@ml> in <#C01|ml-ops>", "decline 1 ask @here or @ml in #ml-ops"),
        ("decline 1 see <https://example.com/x>", "decline 1 see https://example.com/x"),
    ],
)
def test_a_line_is_shown_as_it_was_typed(line: str, typed: str) -> None:
    assert as_typed(line) == typed


def test_an_id_in_a_sentence_can_be_copied() -> None:
    assert escaped("Its models: fraud_rules_tree, fraud_xgb.") == "Its models: fraud_rules_tree, fraud_xgb."
    assert escaped("_so_ and _so_") == "ˍsoˍ and ˍsoˍ"
    for said in ("You may not look into design:CHURN: at 12:30:05.", "like 22:00-07:00 Europe/Berlin"):
        assert escaped(said) == said


@pytest.mark.parametrize(
    ("looks_like", "is_", "shown"),
    [
        ("scoring", "sc\u043ering", "`sc[U+043E]ring`"),
        ("design:FRAUD/scoring", "design:FRAUD/\u0455coring", "`design:FRAUD/[U+0455]coring`"),
        ("cop", "\u0441\u043e\u0440", "`[U+0441][U+043E][U+0440]`"),
        ("v1", "v\uff11", "`v[U+FF11]`"),
        ("api-v1", "\u03b1pi-v1", "`[U+03B1]pi-v1`"),
        ("cop", "\u03f2op", "`[U+03F2]op`"),
        ("soon", "s\u03c3on", "`s[U+03C3]on`"),
        ("Three", "Thr\u04bde", "`Thr[U+04BD]e`"),
        ("cobra", "\u1d04obra", "`[U+1D04]obra`"),
        ("v1", "v\u200b1", "`v\ufffd1`"),
        ("v1", "v1\u3164", "`v1\ufffd`"),
        ("v1", "v\u034f1", "`v\ufffd1`"),
    ],
)
def test_an_id_that_looks_like_another_is_shown_for_what_it_is(looks_like: str, is_: str, shown: str) -> None:
    assert code(is_) == shown
    assert code(looks_like) == f"`{looks_like}`"
    assert escaped(f"There is no “x{is_}x”.") != escaped(f"There is no “x{looks_like}x”.")


@pytest.mark.parametrize("word", ["модель", "größe", "模型v2", "עברית", "API-ключ", "naïve_bayes", "Δοκιμή"])
def test_an_id_of_another_script_stays_as_it_is(word: str) -> None:
    assert code(word) == f"`{word}`"


def test_what_people_write_in_their_own_language_stays_as_it_is() -> None:
    said = "Модель обновлена, а признаки — нет: см. отчёт. Έτοιμο. Hazır mı?"
    assert escaped(said) == said
