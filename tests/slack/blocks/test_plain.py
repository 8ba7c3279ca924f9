"""Answers as people read them where there is no Slack: the words are Slack's, and no character is obeyed."""

from __future__ import annotations

import unicodedata
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from slack_sdk.models.blocks import (
    ActionsBlock,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    InputBlock,
    SectionBlock,
)
from slack_sdk.models.blocks.basic_components import MarkdownTextObject, PlainTextObject
from slack_sdk.models.blocks.block_elements import ButtonElement, ImageElement, PlainTextInputElement

from opsbot.domain.commands import ListPackages
from opsbot.domain.models import Asker, Place
from opsbot.domain.results import PackagesListed, Result
from opsbot.errors import CommandError
from opsbot.slack.blocks.messages import Answer, Message, mrkdwn, notes
from opsbot.slack.blocks.mrkdwn import code, date, escaped
from opsbot.slack.blocks.plain import Kind, Piece, Reader
from opsbot.slack.blocks.results import answer, apology
from tests.builders import MAYA, NOON, OMAR, SCORING, asker, package
from tests.slack.blocks.anything import many, results

NAMES = {MAYA.id: "maya", OMAR.id: "omar"}
BERLIN = timezone(timedelta(hours=1), "CET")
READER = Reader(lambda user: NAMES.get(user, user), "/apid", "opsbot ask", BERLIN)


def pieces(text: str, reader: Reader = READER) -> list[Piece]:
    (line,) = reader.lines(Answer(text))
    return list(line)


def screen(said: Answer | None, reader: Reader = READER) -> str:
    assert said is not None
    return "\n".join("".join(piece.text for piece in line) for line in reader.lines(said))


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("just words", [Piece("just words")]),
        ("*12* · `v3`", [Piece("12", strong=True), Piece(" · "), Piece("v3", Kind.CODE)]),
        ("*`v3`* is new", [Piece("v3", Kind.CODE, strong=True), Piece(" is new")]),
        ("<@U01MAYA> and <@U9>", [Piece("@maya", Kind.PERSON), Piece(" and "), Piece("@U9", Kind.PERSON)]),
        ("see <#C01MLOPS> or <#C2|ml-ops>", ["see ", Piece("#C01MLOPS", Kind.CODE), " or ", Piece("#ml-ops", Kind.CODE)]),
        (":no_entry: no", [Piece(":no_entry:", Kind.EMOJI), Piece(" no")]),
        ("at 12:30:45", [Piece("at 12"), Piece(":30:", Kind.EMOJI), Piece("45")]),
        (f"made {date(NOON)}", ["made ", "2026-11-02 13:00 CET"]),
        ("<!date^999999999999999^{time}|long &lt;ago>", ["long <ago"]),
        ("<!here> <!channel|everybody>", ["@here", " ", "everybody"]),
        ("<https://x.test/a?b=1&amp;c=2>", ["https://x.test/a?b=1&c=2"]),
        ("<https://x.test|home>", ["home (https://x.test)"]),
        ("a &lt;b&gt; &amp;amp; `&lt;`", [Piece("a <b> &amp; "), Piece("<", Kind.CODE)]),
        ("2 * 3 * 4, a*b*c, *", [Piece("2 * 3 * 4, a*b*c, *")]),
        ("*Policy* `x`, for `*`", [Piece("Policy", strong=True), " ", Piece("x", Kind.CODE), ", for ", Piece("*", Kind.CODE)]),
        ("try `/apid help`", ["try ", Piece('opsbot ask "help"', Kind.COMMAND)]),
        ("`/apid pause --reason \"it's $5\"`", [Piece("opsbot ask 'pause --reason \"it'\"'\"'s $5\"'", Kind.COMMAND)]),
        ("`/apid`", [Piece("/apid", Kind.CODE)]),
    ],
)  # fmt: skip
def test_the_markup_that_opsbot_writes_is_read(marked: str, read: list[Piece | str]) -> None:
    assert pieces(marked) == [Piece(each) if isinstance(each, str) else each for each in read]


def test_every_kind_of_block_is_read_and_only_page_buttons_are_left_of_the_buttons() -> None:
    blocks = (
        HeaderBlock(text="Packages"),
        SectionBlock(text=mrkdwn("*v3*"), fields=[MarkdownTextObject(text="by `ada`")]),
        *notes("`not code`\n\n*as typed* &amp;"),
        DividerBlock(),
        ContextBlock(elements=[PlainTextObject(text="small"), ImageElement(image_url="https://x.test", alt_text="a dot")]),
        ImageBlock(image_url="https://x.test/a.png", alt_text="a timeline"),
        InputBlock(label="Why", element=PlainTextInputElement()),
        ActionsBlock(
            elements=[
                ButtonElement(text="Approve", action_id="approve_request", value="1"),
                ButtonElement(text="Older", action_id="turn_page:older", value="packages design:FRAUD/scoring --page 2"),
            ]
        ),
    )  # fmt: skip
    said = Answer("Look", (Message("in other words", blocks), Message("*no* blocks")))
    assert screen(said).split("\n") == [
        "Look",
        "  Packages",
        "v3",
        "by ada",
        "Release notes",
        "  `not code`",
        "  ",
        "  *as typed* &amp;",
        "",
        "  small",
        "  a dot",
        "  a timeline",
        'Older: opsbot ask "packages design:FRAUD/scoring --page 2"',
        "no blocks",
    ]


def test_a_page_of_packages_looks_so() -> None:
    found = tuple(package(f"v{number}") for number in range(23, 0, -1))
    result = PackagesListed(ListPackages(SCORING, 3), found)
    assert screen(answer(result, asker(), "/apid")) == (
        "@maya asked for the packages of design:FRAUD/scoring: 23 packages, the newest is v23.\n"
        "v3 · packaged 2026-11-02 13:00 CET by the node's login maya\n"
        "v2 · packaged 2026-11-02 13:00 CET by the node's login maya\n"
        "v1 · packaged 2026-11-02 13:00 CET by the node's login maya\n"
        "Page 3 of 3\n"
        'Newer: opsbot ask "packages design:FRAUD/scoring --page 2"'
    )


def test_an_apology_says_what_to_type_in_a_shell() -> None:
    error = CommandError("VERSION is missing.", 'package FRAUD/scoring v4 --notes "retrained on October"')
    assert screen(apology(error, "/apid")) == (
        ":warning: VERSION is missing.\n"
        "Type for example: opsbot ask 'package FRAUD/scoring v4 --notes \"retrained on October\"'"
    )


ANSI = "a\x1b[31mred\x1b]0;title\x07\x9b2J\r\x08\x7f\u202eb"


@pytest.mark.parametrize(
    "said",
    [
        Answer(escaped(ANSI)),
        Answer(code(ANSI)),
        Answer(ANSI),  # even what nobody has made inert before
        Answer(f"<#C1|{ANSI}> <https://x.test/{ANSI}|{ANSI}> <!{ANSI}>"),
        Answer("", (Message("", notes(ANSI)),)),
        Answer("<@U1>"),
        Answer(f"`/apid {ANSI}`"),
    ],
)
def test_no_character_of_other_people_is_obeyed_by_a_terminal(said: Answer) -> None:
    reader = Reader(lambda _: ANSI, "/apid", "opsbot ask", UTC)
    shown = screen(said, reader)
    assert "red" in shown
    assert "\N{REPLACEMENT CHARACTER}[31mred" in shown
    assert is_inert(shown)


@many
@given(results)
def test_no_answer_holds_a_character_that_is_obeyed_or_a_line_that_breaks(result: Result) -> None:
    said = answer(result, Asker(MAYA, Place("C9", terminal="maya")), "/apid", private=True)
    assert said is not None
    for line in READER.lines(said):
        assert all("\n" not in piece.text and is_inert(piece.text) for piece in line)


def is_inert(text: str) -> bool:
    joining = "\n\t\u200c\u200d"
    return all(each in joining or unicodedata.category(each) not in {"Cc", "Cf", "Zl", "Zp"} for each in text)
