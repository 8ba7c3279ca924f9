"""Every result within Slack's limits, whatever the data, and nobody's words alive."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings

from opsbot.domain import watching
from opsbot.domain.audit import Entry, Head
from opsbot.domain.authorization import Grant, Permission
from opsbot.domain.changes import ChangeState, NodeChange
from opsbot.domain.commands import AddEndpoint, Defaults, DeletePackage, ShowAudit
from opsbot.domain.difference import Difference
from opsbot.domain.figures import Figures, Span
from opsbot.domain.homes import Choice, Few, HomeShown
from opsbot.domain.lifecycle import State
from opsbot.domain.models import HOME, EndpointType, Pause, Place, PublishRequest
from opsbot.domain.pace import Digest
from opsbot.domain.policies import DEFAULT_POLICY
from opsbot.domain.references import ServiceRef
from opsbot.domain.results import AuditShown, Decided, PublishRequested, Refused, Result
from opsbot.domain.watching import News, Topic, Watch
from opsbot.errors import CommandError
from opsbot.grammar import parse
from opsbot.sandbox.workspace.blocks import check_message_blocks
from opsbot.slack.blocks import changes, told
from opsbot.slack.blocks.cards import Around, card
from opsbot.slack.blocks.fitting import fitted, fitting
from opsbot.slack.blocks.home import home_view
from opsbot.slack.blocks.lookalikes import told_apart
from opsbot.slack.blocks.messages import spoken
from opsbot.slack.blocks.mrkdwn import cut, plain
from opsbot.slack.blocks.results import answer, apology
from opsbot.slack.blocks.watches import trial, trial_ended
from opsbot.slack.sending.news import held_back, many_packaged, worded
from tests.builders import ADA, CARD, MAYA, NOON, OMAR, SCORING, asker, decision, request, vote, wish
from tests.slack.blocks.anything import (
    all_changes,
    all_requests,
    arounds,
    covered,
    deletions,
    differences,
    homes,
    many,
    notes,
    results,
    watches,
    words,
)

if TYPE_CHECKING:
    from opsbot.slack.blocks.messages import Message

AROUND = Around(DEFAULT_POLICY, "<@U1>")


def test_no_result_is_forgotten_here() -> None:
    assert covered == set(get_args(Result))


@many
@given(results)
def test_every_result_is_within_slacks_limits_and_inert(result: Result) -> None:
    said = answer(result, asker(channel="C9"), "/apid")
    if said is not None:
        said = fitted(said)
        for message in (said.in_one(), *said.details):
            check(message)
            check_message_blocks([block.to_dict() for block in message.blocks])


@many
@given(results)
def test_no_result_shows_an_id_as_another(result: Result) -> None:
    said = answer(result, asker(channel="C9"), "/apid")
    for message in (said.in_one(), *said.details) if said is not None else ():
        for text in _texts([block.to_dict() for block in message.blocks]):
            assert "\u200b" not in text["text"]
            assert "sc\u043ering" not in text["text"] or text["type"] == "plain_text"  # somebody's own words


@many
@given(all_requests, arounds)
def test_every_card_and_whatever_is_told_of_it_is_too(asked: PublishRequest, around: Around) -> None:
    for message in (
        fitting(card(asked, around)),
        told.outcome(asked),
        told.voted(asked, "U01MAYA", around.policy),
        told.held(asked),
        told.reminder(asked, "<@U1>"),
        told.review(asked),
    ):
        check(message)


@settings(many, max_examples=60)
@given(homes)
def test_every_home_is_too(home: HomeShown) -> None:
    view = home_view(home, "/apid").to_dict()
    assert len(json.dumps(view)) < 250_000  # view_too_large
    check_blocks(view["blocks"], most=100)


def test_the_longest_home_is_within_slacks_limits() -> None:
    named, told_so = ("y" * 2000,) * 30, ("z" * 2000,) * 30
    long = Difference("x" * 300, named, named, named, ("API_KEYS", "PUBLIC"), told_so)
    asked = request(wanted=wish(reason="é" * 5000, difference=long, ref=ServiceRef("n", "p" * 200, "s" * 200)))
    over = request(state=State.FAILED, outcome="w" * 5000)
    verbs = frozenset({"approve", "decline", "cancel"})
    pause = Pause(1, "*", "r" * 5000, MAYA, NOON)
    home = HomeShown(
        MAYA,
        Few((Choice(asked, (("approver", 1),), verbs),) * 8, 99),
        Few((request(state=State.UNKNOWN),) * 5, 99),
        Few((Choice(over),) * 10, 99),
        Few((over,) * 5, 99),
        (pause,) * 9,
        ((Grant("g" * 200, services=("q" * 600,) * 99), tuple(Permission)),) * 99,
        "p" * 5000,
        (Watch(1, "C1", "q" * 600, frozenset({Topic.AUTH}), MAYA, NOON, "s" * 900),) * 99,
    )
    view = home_view(home, "/apid").to_dict()
    assert len(json.dumps(view)) < 250_000
    check_blocks(view["blocks"], most=100)


@many
@given(all_changes, words, differences)
def test_whatever_is_told_of_a_change_is_too(change: NodeChange, why_here: str, new: Difference) -> None:
    span = Span(Digest.WEEKLY, why_here or "*", NOON, NOON)
    check(held_back([], [Figures(span)]))
    check(changes.shown(change, "/apid"))
    check(changes.shown(change, "/apid", why_here))
    check(changes.outcome(change, "/apid"))
    check(changes.reply(change, "/apid"))
    for event in watching.of_change(change, NOON):
        check(worded(News(event, change=change, difference=new)))
        check(many_packaged([replace(event, version=f"{event.version}{number}") for number in range(99)]))
        check(many_packaged([replace(event, service=replace(event.service, service=f"s{n}")) for n in range(99)]))
        check(held_back([replace(event, topic=topic, detail=("x" * 999,)) for topic in Topic] * 9))
        check(held_back([event], [Figures(span, 1, 2, 3, 4, 5, 6, 7, NOON, NOON - NOON)] * 99))
        check(worded(News(replace(event, detail=("x" * 999,) * 99), CARD)))


@many
@given(all_requests)
def test_whatever_is_told_of_a_request_to_who_watches_is_too(request: PublishRequest) -> None:
    for event in watching.of_request(request, NOON):
        check(worded(News(event, request=request)))
        check(worded(News(event, request=replace(request, state=State.STALE)), "https://slack.test/p1"))


@many
@given(watches, notes)
def test_whatever_is_said_of_a_test_is_too(watch: Watch, why: str) -> None:
    check(trial(watch, "U1", "/apid"))
    check(trial_ended(watch, why, arrived=False))
    check(trial_ended(watch, "https://slack.test/p1", arrived=True))


@many
@given(deletions)
def test_the_line_on_the_button_is_the_deletion_confirmed(command: DeletePackage) -> None:
    typed = parse(changes.confirming(command), Defaults(node=None))
    assert typed.command == replace(command, confirmed=True)


def test_all_who_approved_are_named_in_their_order_wherever_the_end_is_told() -> None:
    done = request(
        12, State.PUBLISHED, decision=decision(ADA), votes=(vote(OMAR), vote(ADA)), outcome="It is on scoring."
    )
    both = "by <@U02OMAR> and <@U03ADA>"
    assert f"Approved {both} <!date^" in spoken(told.outcome(done))
    assert f"Approved {both} <!date^" in spoken(card(done, Around(DEFAULT_POLICY, "nobody")))
    approved = replace(done, state=State.APPROVED, outcome="")
    event = watching.of_request(approved, NOON)[0]
    assert f"Publishing `v3` of `design:FRAUD/scoring` is approved {both}" in spoken(
        worded(News(event, request=approved))
    )
    said = answer(Decided(approved, ()), asker(ADA, "C9"), "/apid")
    assert said is not None
    assert said.headline == "<@U02OMAR> and <@U03ADA> approved request 12: `v3` of `design:FRAUD/scoring`."


@pytest.mark.parametrize("state", ChangeState)
def test_what_became_of_a_change_is_said_in_its_words(state: ChangeState) -> None:
    change = NodeChange(
        1,
        AddEndpoint(SCORING, "effect", EndpointType.CAUSAL, "uplift", compute_propensity=True),
        MAYA,
        Place("C1"),
        NOON,
        state,
        outcome="Because." if state in {ChangeState.FAILED, ChangeState.UNKNOWN} else "",
        seconds=2.04,
    )
    what = "endpoint `effect` of `design:FRAUD/scoring`"
    under_way = ":hourglass_flowing_sand: Adding endpoint effect of design:FRAUD/scoring for maya"
    assert (
        changes.shown(change, "/apid").text
        == {
            ChangeState.ASKED: under_way,
            ChangeState.DOING: under_way,
            ChangeState.DONE: f":heavy_plus_sign: <@U01MAYA> added {what} (causal with the model `uplift`, with propensity); "
            "the node took 2.0 s.",
            ChangeState.FAILED: f":x: <@U01MAYA>: {what} was not added. Because.",
            ChangeState.UNKNOWN: f":grey_question: <@U01MAYA>: whether {what} was added can't be said yet. Because.",
        }[state]
    )


def test_of_why_a_card_is_not_posted_nothing_is_live_but_the_channel() -> None:
    said = told.card_refused(request(), "I'm not in <#C01ML>: invite me <there>, <!here>.", "/apid").text
    assert "I'm not in <#C01ML>: invite me &lt;there&gt;, &lt;!here&gt;." in said


@pytest.mark.parametrize("reason", ["Publishing is paused by ada: an incident", "Publishing is frozen: weekend."])
def test_why_a_request_waits_is_a_sentence_before_the_next(reason: str) -> None:
    said = told.held(replace(request(), held=reason, try_at=NOON)).text
    assert f"{reason.rstrip('.')}. I try again" in said


@many
@given(notes, notes)
def test_every_apology_is_too(problem: str, suggestion: str) -> None:
    check(apology(CommandError(problem, suggestion), "/apid").in_one())
    check(apology(CommandError(problem), "/apid", instead=suggestion).in_one())


def test_what_was_meant_is_shown_as_it_was_typed_and_done_as_slack_told_it() -> None:
    line = 'package FRAUD/scoring v9 --notes "a &amp; b"'
    (mended,) = apology(CommandError("I don't know “pakage”."), "/apid", instead=line).details
    (button,) = mended.blocks[0].to_dict()["elements"]
    assert (button["text"]["text"], button["value"]) == ('/apid package FRAUD/scoring v9 --notes "a & b"', line)


@pytest.mark.parametrize("text", ["&" * 2900, "<@U1>" * 900, "a" * 5000, "x &amp;" * 600])
def test_what_is_cut_is_never_cut_inside_an_entity(text: str) -> None:
    kept = cut(text, 3000)
    assert len(kept) <= 3000
    assert kept.count("<") == kept.count(">")
    assert re.fullmatch(r"(?:[^&]|&amp;)*…", kept) or "&amp;" not in text


def test_who_may_not_is_told_whom_to_ask() -> None:
    said = answer(Refused("You may not.", (frozenset({"U1"}), frozenset({"@ops"}))), asker(), "/apid")
    assert said is not None
    assert said.headline == ":no_entry: You may not. Ask <@U1> or `@ops` for it."


def test_slack_adds_nothing_of_its_own_to_our_markup() -> None:
    said = answer(Refused("see https://x.test and #general"), asker(), "/apid")
    assert said is not None
    for block in (*said.in_one().blocks, *card(request(), AROUND).blocks):
        assert all(text.get("verbatim") is True for text in _texts(block.to_dict()) if text["type"] == "mrkdwn")


def test_what_was_decided_in_the_home_is_told_so() -> None:
    done = Entry(NOON, MAYA, "approve", "done", where=HOME, request=12)
    said = answer(AuditShown(ShowAudit(), ((Head(1, "a" * 64), done),), 1), asker(), "/apid")
    assert said is not None
    assert "approve request 12 in their Home" in said.details[0].text


def test_the_card_in_plain_sight_is_the_answer() -> None:
    assert answer(PublishRequested(request()), asker(channel=CARD.channel), "/apid") is None
    assert answer(PublishRequested(request()), asker(channel="C9"), "/apid") is not None


def test_in_its_own_thread_a_decision_is_told_by_its_outcome_alone() -> None:
    result = Decided(request(state=State.DECLINED, decision=decision()))
    assert answer(result, asker(channel=CARD.channel, thread=CARD.ts), "/apid") is None
    assert answer(result, asker(channel=CARD.channel, thread="7.7"), "/apid") is not None


@pytest.mark.parametrize("state", State)
def test_only_what_waits_has_buttons(state: State) -> None:
    kinds = [block.to_dict()["type"] for block in card(request(state=state, decision=decision()), AROUND).blocks]
    assert ("actions" in kinds) is (state is State.PENDING)


def check(message: Message) -> None:
    check_blocks([block.to_dict() for block in message.blocks])  # slack_sdk's own validators run here
    assert message.text
    said = spoken(message)
    assert len(said) <= 4000
    _check_inert(said)
    _check_says_the_same(said, message)


def check_blocks(blocks: list[dict[str, Any]], most: int = 50) -> None:
    assert len(blocks) <= most
    assert all(1 <= len(block["elements"]) <= 25 for block in blocks if block["type"] in {"actions", "context"})
    for text in _texts(blocks):
        assert 1 <= len(text["text"]) <= 3000
        if text["type"] == "mrkdwn":
            _check_inert(text["text"])


def _check_says_the_same(said: str, message: Message) -> None:
    """Whatever the blocks say is in the text that stands for them, unless Slack takes no more of it."""
    heard = _letters(plain(said))
    for block in (each.to_dict() for each in message.blocks):
        for text in _texts(block) if block["type"] != "actions" else ():
            shown = plain(text["text"]) if text["type"] == "mrkdwn" else text["text"]
            assert _letters(told_apart(shown)) in heard or said.endswith("…"), shown


def _letters(text: str) -> str:
    """What is left of a text where markup that isn't live, and what stands for it, is taken out."""
    return "".join(each for each in text if each.isalnum() and each not in "ˋˍ")


def _check_inert(text: str) -> None:
    """Only what we write ourselves is live: mentions of known ids, channels and dates."""
    for live in re.findall(r"<[^>]*>", text):
        assert re.fullmatch(
            r"<@U(01MAYA|1|02OMAR)>|<#C[0-9A-Z]+>|<!date\^\d+\^[^|>]*\|[^>]*UTC>|<https://dss\.test/x%7Cy&lt;z&gt;\|[^<>]*>|<https://slack\.test/p1\|[^<>]*>",
            live,
        ), live


def _texts(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [text for each in node for text in _texts(each)]
    if not isinstance(node, dict):
        return []
    found = [node] if node.get("type") in {"mrkdwn", "plain_text"} else []
    return found + [text for value in node.values() for text in _texts(value)]
