"""Forms stay within what Slack takes, whatever stands in their fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.policies import BreakGlass, Policy
from opsbot.grammar import forms, manual
from opsbot.grammar.fields import Field, Form, Kind
from opsbot.sandbox.workspace.webapi.views import read_view
from opsbot.slack.forms.following import left_out
from opsbot.slack.forms.payloads import FIELD, Memory
from opsbot.slack.forms.views import GLASS, depends, form_view, meaning_of, notice_view, option, plain_option

if TYPE_CHECKING:
    from opsbot.domain.results import VerbHelp

LONG = "design:" + "P" * 200 + "/" + "s" * 200
TEXTS = st.one_of(
    st.text(max_size=200), st.sampled_from(["<!channel>", "\u202egnp.exe", "x" * 5000, "🧪" * 200, LONG, "7"])
)


def shown(memory: Memory, values: dict[str, str], verbs: tuple[VerbHelp, ...] = (), remark: str = "") -> dict[str, Any]:
    """The form as Slack would take it; raises where it wouldn't."""
    return read_view(form_view(memory, values, verbs, remark).to_dict(), "modal")


@pytest.mark.parametrize("verb", list(forms()))
@given(text=TEXTS, revision=st.integers(0, 99_999))
def test_slack_takes_every_form_whatever_is_in_it(verb: str, text: str, revision: int) -> None:
    memory = Memory(verb=verb, channel="C1", revision=revision, picking=revision % 2 == 0)
    values = {field.name: text for field in forms()[verb].fields}
    view = shown(memory, values, manual(), text)
    assert Memory.model_validate_json(view["private_metadata"]) == memory


def test_what_is_too_long_to_be_chosen_is_an_input_so_that_nothing_typed_is_lost() -> None:
    view = shown(Memory(verb="service", channel="C1", service=LONG), {"service": LONG})
    element = next(block["element"] for block in view["blocks"] if block["type"] == "input")
    assert (element["type"], element["initial_value"], element["action_id"]) == (
        "plain_text_input",
        LONG,
        f"{FIELD}service",
    )
    assert option(LONG) is None


@given(value=st.text(min_size=1, max_size=150), note=st.text(max_size=100))
def test_an_option_is_the_same_however_it_is_made(value: str, note: str) -> None:
    made, plain = option(value, note), plain_option(value, note)
    assert made is not None
    assert made.to_dict() == plain


def test_long_names_are_cut_in_the_middle() -> None:
    made = option("design:" + "P" * 60 + "/" + "s" * 60)
    assert made is not None
    text = made.to_dict()["text"]["text"]
    assert len(text) <= 75
    assert text.startswith("design:PP")
    assert text.endswith("ss")


def test_only_what_depends_on_the_service_gets_a_new_block_when_another_is_chosen() -> None:
    before, after = (
        {
            block["element"]["action_id"].removeprefix(FIELD): block["block_id"]
            for block in shown(Memory(verb="publish", channel="C1", revision=revision), {})["blocks"]
            if block["type"] == "input"
        }
        for revision in (1, 2)
    )
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {field.name for field in forms()["publish"].fields if depends(forms()["publish"], field)}
    assert changed == {"version", "published_service"}


def test_where_no_channel_is_known_the_form_asks_for_it() -> None:
    for channel, asked in (("C1", False), ("", True)):
        view = shown(Memory(verb="whoami", channel=channel), {})
        assert any(block["block_id"] == "conversation" for block in view["blocks"]) is asked


def test_what_is_wrong_stands_below_its_field_and_what_is_no_field_s_above_them_all() -> None:
    wrong = {"version": "There is one already.", "": "You may not do that."}
    blocks = form_view(Memory(verb="package", channel="C1"), {}, wrong=wrong).to_dict()["blocks"]
    texts = [json.dumps(block, ensure_ascii=False) for block in blocks]
    at = next(number for number, text in enumerate(texts) if f"{FIELD}version" in text)
    assert "⚠ There is one already." in texts[at + 1]
    assert "⚠ You may not do that." in texts[1]


def test_a_box_to_tick_says_what_it_does() -> None:
    flags = [field for form in forms().values() for field in form.fields if field.kind is Kind.FLAG]
    for flag in flags:
        meaning, _ = meaning_of(flag)
        assert 5 < len(meaning) <= 75, flag
        assert not meaning.endswith("…"), flag
    glass = next(flag for flag in flags if flag.name == "break_glass")
    assert meaning_of(glass) == (
        "Without approvals, where the policy lets you",
        "Needs a reason, and another person's review afterwards.",
    )


@pytest.mark.parametrize(
    ("service", "asked_for", "is_there"),
    [
        ("", False, True),
        ("design:FRAUD/x", False, True),
        ("design:CHURN/x", False, False),
        ("design:CHURN/x", True, True),
    ],
)
def test_the_glass_is_offered_where_a_policy_lets_it_be_broken(service: str, asked_for: bool, is_there: bool) -> None:  # noqa: FBT001 - parametrized
    policies = [Policy("p", ("design:FRAUD/*",), break_glass=BreakGlass(("admin",))), Policy("rest")]
    memory = Memory(verb="publish", channel="C1", service=service)
    without = left_out(memory, {GLASS: "on"} if asked_for else {}, policies)
    view = form_view(memory, {}, without=without).to_dict()
    assert (f"{FIELD}break_glass" in json.dumps(view)) is is_there
    assert f"{FIELD}break_glass" not in json.dumps(
        form_view(memory, {}, without=left_out(memory, {}, policies[1:])).to_dict()
    )


def test_no_form_has_two_buttons_of_one_name() -> None:
    for verb in forms():
        view = form_view(Memory(verb=verb, channel="C1"), {}).to_dict()
        assert view["submit"]["text"] != view["close"]["text"]


def test_a_notice_has_nothing_to_send() -> None:
    assert read_view(notice_view("package", "x" * 5000).to_dict(), "modal").get("submit") is None


def test_a_form_without_a_service_has_nothing_that_depends_on_one() -> None:
    lone = Field("version", "Version", Kind.VERSION)
    assert not depends(Form("x", "", (lone,)), lone)
