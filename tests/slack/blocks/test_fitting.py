"""What is too long is shown as far as it fits, and attached whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import ActionsBlock
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.sandbox.workspace.blocks import check_message_blocks
from opsbot.slack.blocks.fitting import fits, fitted, fitting
from opsbot.slack.blocks.messages import Answer, Message, notes, of_lines
from opsbot.slack.blocks.mrkdwn import escaped, plain, split

BUTTONS = ActionsBlock(elements=[ButtonElement(text="Older", action_id="older", value="x")])


def test_what_fits_is_left_as_it_is() -> None:
    said = Answer("headline", (of_lines(["one", "two"], *notes("all of them")),))
    assert fitted(said) == said


def test_what_does_not_fit_goes_along_whole_and_its_buttons_stay() -> None:
    said = fitted(Answer("asked & found", (of_lines([escaped(f"<{n}> & so on") for n in range(2000)], BUTTONS),)))
    [detail], [file] = said.details, said.files
    assert detail.blocks[-1] is BUTTONS
    assert fits(detail.blocks)
    assert isinstance(file.content, bytes)
    text = file.content.decode()
    assert text.startswith("asked & found\n\n<0> & so on\n")
    assert "<1999> & so on" in text
    assert (file.name, file.snippet) == ("answer.txt", "text")


def test_a_line_that_is_cut_is_whole_in_the_file() -> None:
    said = fitted(Answer("asked", (of_lines(["x" * 5000 + "end"]),)))
    assert isinstance(said.files[0].content, bytes)
    assert said.files[0].content.endswith(b"xxend")


@given(st.lists(st.text(max_size=400) | st.just('"\\\n' * 300), max_size=60), st.text(max_size=20_000))
def test_whatever_is_said_slack_takes_it(lines: list[str], words: str) -> None:
    message = fitting(of_lines([escaped(line) or "…" for line in lines], *notes(words), BUTTONS))
    in_one = Answer("x" * 500, (message,)).in_one()
    for said in (message, in_one):
        check_message_blocks([json.loads(json.dumps(block.to_dict())) for block in said.blocks])


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<@U01MAYA> in <#C01MLOPS>", "@U01MAYA in @C01MLOPS"),
        ("made <!date^1^{date}|1970-01-01 00:00 UTC>", "made 1970-01-01 00:00 UTC"),
        ("see <https://dss.test/x|its page>", "see its page"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
    ],
)
def test_markup_is_written_as_people_read_it(markup: str, text: str) -> None:
    assert plain(markup) == text


@given(st.text(), st.integers(2, 50))
def test_a_text_in_parts_is_all_there(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join(parts).replace("\n", "").strip() == text.replace("\n", "").strip()


def test_parts_end_between_lines_where_they_can() -> None:
    assert split("one\ntwo\nthree\n", 9) == ["one\ntwo", "three"]


def test_a_message_says_that_there_is_more() -> None:
    message = fitting(Message("short", of_lines(["x" * 2000] * 20).blocks))
    assert "That isn't all" in json.dumps([block.to_dict() for block in message.blocks])
    assert message.whole.count("x") == 40_000
