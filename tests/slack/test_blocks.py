"""Every result within Slack's limits, whatever the data, and nobody's words alive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsbot.domain.audit import Entry, Head
from opsbot.domain.authorization import Grant, Permission
from opsbot.domain.commands import (
    DownloadPackage,
    Explain,
    ListPackages,
    ListRequests,
    ListServices,
    ShowAudit,
    ShowHistory,
)
from opsbot.domain.difference import Difference
from opsbot.domain.files import Archive, Attachment
from opsbot.domain.lifecycle import PackagingState, State
from opsbot.domain.models import (
    Endpoint,
    Package,
    PackageSummary,
    Packaging,
    Pause,
    Person,
    PublishRequest,
    Service,
    Vote,
    Wish,
)
from opsbot.domain.policies import DEFAULT_POLICY, BreakGlass, Policy
from opsbot.domain.references import ProjectRef, ServiceRef
from opsbot.domain.results import (
    AccessShown,
    ArchiveFetched,
    ArchiveNotFetched,
    AuditShown,
    Decided,
    Explained,
    HelpShown,
    HistoryShown,
    PackagesListed,
    PackagingBegun,
    Paused,
    PublishRequested,
    Refused,
    RequestsListed,
    Result,
    Resumed,
    Reviewed,
    RoleHolders,
    ServiceShown,
    ServicesListed,
    SettingsShown,
    Settled,
    SummaryShown,
    TimelineDrawn,
)
from opsbot.domain.timeline import Timeline
from opsbot.errors import CommandError
from opsbot.grammar import manual
from opsbot.sandbox.workspace.blocks import check_message_blocks
from opsbot.slack import told
from opsbot.slack.blocks import answer, apology
from opsbot.slack.cards import Around, card
from opsbot.slack.fitting import fitted, fitting
from opsbot.slack.mrkdwn import cut
from tests.builders import CARD, NOON, SCORING, asker, decision, request

if TYPE_CHECKING:
    from opsbot.slack.messages import Message

NASTY = st.sampled_from(
    ["<!channel>", "<@U012AB3CD>", "<https://x.test|a>", "`a`", "*b*", "עברית", "🚀" * 40, "x" * 2000]
)
words = st.text(max_size=40) | NASTY
notes = words | st.just("é" * 5000)
valid = st.from_regex(r"[A-Za-z0-9_]{1,200}", fullmatch=True)
refs = st.builds(ServiceRef, st.just("design"), words, words)
endpoints = st.lists(st.builds(Endpoint, words, words), max_size=12).map(tuple)
services = st.builds(Service, refs, words, words, endpoints)
packages = st.builds(Package, words, st.none() | st.just(NOON), st.none() | words, notes)
people = st.builds(Person, st.just("U01MAYA"), words)
lines = st.lists(words, max_size=30).map(tuple)
differences = st.builds(
    Difference, st.none() | words, lines, lines, lines, st.none() | st.tuples(st.none() | words, words), lines
)
wishes = st.builds(
    Wish,
    refs,
    packages,
    words,
    people,
    notes,
    st.just("C1"),
    st.just(NOON),
    st.just("C1"),
    st.just("d" * 64),
    words,
    packager=st.none() | people,
    expires_at=st.none() | st.just(NOON),
    break_glass=st.booleans(),
    difference=st.none() | differences,
)
roles = st.lists(words, max_size=4).map(tuple)
votes = st.lists(st.builds(Vote, people, st.just(NOON), st.just("C1"), roles, notes), max_size=15).map(tuple)
decisions = st.none() | st.builds(decision, people, notes)
all_requests = st.builds(
    PublishRequest,
    st.integers(1, 10**9),
    wishes,
    st.sampled_from(State),
    votes=votes,
    decision=decisions,
    outcome=notes,
    card=st.none() | st.just(CARD),
    held=words,
    try_at=st.none() | st.just(NOON),
    review_due=st.none() | st.just(NOON),
    review=decisions,
    head=st.none() | st.builds(Head, st.integers(1, 10**12), st.just("a" * 64)),
)
all_pauses = st.builds(Pause, st.just(1), st.sampled_from(["*", "design:FRAUD/scoring"]), notes, people, st.just(NOON))
quorums = st.lists(st.tuples(words, st.integers(1, 20)), max_size=5).map(tuple)
policies = st.builds(
    Policy,
    words,
    quorum=quorums,
    identity=st.sampled_from(["summary", "digest"]),
    break_glass=st.none() | st.builds(BreakGlass, roles),
)
arounds = st.builds(Around, policies, st.just("<@U1>"), st.lists(all_pauses, max_size=5).map(tuple))
packagings = st.builds(
    Packaging,
    st.just(1),
    refs,
    words,
    notes,
    people,
    st.just("C1"),
    st.booleans(),
    st.just(NOON),
    st.sampled_from(PackagingState),
    notes,
)
entries = st.builds(
    Entry, st.just(NOON), people, words, st.just("done") | notes, service=st.none() | st.just(SCORING), version=words
)
records = st.lists(st.tuples(st.builds(Head, st.integers(1, 99), st.just("a" * 64)), entries), max_size=10).map(tuple)
holders = st.builds(
    RoleHolders,
    words,
    st.integers(1, 9),
    st.integers(0, 9),
    st.lists(st.just("U1"), max_size=30).map(tuple),
    st.lists(words, max_size=5).map(tuple),
)
pages = st.integers(1, 40)
files = st.builds(Attachment, words, words, st.binary(), words)
downloads = st.builds(DownloadPackage, refs, words)
archives = st.builds(Archive, st.integers(0, 10**12), st.just("a" * 64), st.just("b" * 64))
timelines = st.builds(Timeline, refs, st.just(()), st.just(()), st.just(NOON))
grants = st.builds(Grant, words, services=st.lists(words, min_size=1, max_size=5).map(tuple))
results: st.SearchStrategy[Result] = st.one_of(
    st.builds(HelpShown, st.just(manual()), st.none() | st.just("publish")),
    st.builds(
        AccessShown, people, st.lists(st.tuples(grants, st.just((Permission.READ,))), max_size=30).map(tuple), words
    ),
    st.builds(
        ServicesListed,
        st.builds(ListServices, st.builds(ProjectRef, st.just("design"), valid), pages),
        st.lists(services, max_size=30).map(tuple),
    ),
    st.builds(ServiceShown, services, st.lists(packages, max_size=30).map(tuple), st.none() | st.frozensets(words)),
    st.builds(
        PackagesListed,
        st.builds(ListPackages, st.builds(ServiceRef, st.just("design"), valid, valid), pages),
        st.lists(packages, max_size=30).map(tuple),
    ),
    st.builds(SummaryShown, refs, st.builds(PackageSummary, packages, endpoints)),
    st.builds(SettingsShown, refs, files),
    st.builds(ArchiveFetched, downloads, archives, files, st.floats(0, 9999), st.none() | st.just(CARD)),
    st.builds(ArchiveNotFetched, downloads, notes, st.just("https://dss.test/x|y<z>"), st.none() | st.just(CARD)),
    st.builds(TimelineDrawn, timelines, st.none() | files),
    st.builds(PackagingBegun, packagings, st.booleans()),
    st.builds(PublishRequested, all_requests, quorums, st.booleans()),
    st.builds(
        Explained,
        st.builds(Explain, refs, st.none() | words),
        policies,
        st.none() | all_requests,
        st.lists(holders, max_size=5).map(tuple),
        lines,
        lines,
    ),
    st.builds(Settled, all_requests),
    st.builds(Reviewed, all_requests),
    st.builds(Paused, all_pauses, st.integers(0, 99)),
    st.builds(Resumed, st.lists(all_pauses, min_size=1, max_size=5).map(tuple)),
    st.builds(HistoryShown, st.builds(ShowHistory, st.just(SCORING), pages), records, st.integers(0, 400)),
    st.builds(AuditShown, st.builds(ShowAudit, page=pages), records, st.integers(0, 400)),
    st.builds(
        RequestsListed,
        st.builds(ListRequests, page=pages),
        st.lists(all_requests, max_size=10).map(tuple),
        st.integers(0, 400),
    ),
    st.builds(Decided, all_requests, quorums),
    st.builds(Refused, words),
)
AROUND = Around(DEFAULT_POLICY, "<@U1>")
many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


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


@many
@given(packagings)
def test_whatever_is_told_of_a_packaging_is_too(made: Packaging) -> None:
    check(told.packaging(made, "/apid"))
    check(told.packaged(made))


@many
@given(notes, notes)
def test_every_apology_is_too(problem: str, suggestion: str) -> None:
    check(apology(CommandError(problem, suggestion), "/apid").in_one())


@pytest.mark.parametrize("text", ["&" * 2900, "<@U1>" * 900, "a" * 5000, "x &amp;" * 600])
def test_what_is_cut_is_never_cut_inside_an_entity(text: str) -> None:
    kept = cut(text, 3000)
    assert len(kept) <= 3000
    assert kept.count("<") == kept.count(">")
    assert re.fullmatch(r"(?:[^&]|&amp;)*…", kept) or "&amp;" not in text


def test_slack_adds_nothing_of_its_own_to_our_markup() -> None:
    said = answer(Refused("see https://x.test and #general"), asker(), "/apid")
    assert said is not None
    for block in (*said.in_one().blocks, *card(request(), AROUND).blocks):
        assert all(text.get("verbatim") is True for text in _texts(block.to_dict()) if text["type"] == "mrkdwn")


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
    blocks = [block.to_dict() for block in message.blocks]  # slack_sdk's own validators run here
    assert message.text
    assert len(message.text) <= 4000
    assert len(blocks) <= 50
    assert all(1 <= len(block["elements"]) <= 25 for block in blocks if block["type"] in {"actions", "context"})
    for text in _texts(blocks):
        assert 1 <= len(text["text"]) <= 3000
        if text["type"] == "mrkdwn":
            _check_inert(text["text"])
    _check_inert(message.text)


def _check_inert(text: str) -> None:
    """Only what we write ourselves is live: mentions of known ids, channels and dates."""
    for live in re.findall(r"<[^>]*>", text):
        assert re.fullmatch(
            r"<@U(01MAYA|1|02OMAR)>|<#C[0-9A-Z]+>|<!date\^\d+\^[^|>]*\|[^>]*UTC>|<https://dss\.test/x%7Cy&lt;z&gt;\|[^<>]*>",
            live,
        ), live


def _texts(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [text for each in node for text in _texts(each)]
    if not isinstance(node, dict):
        return []
    found = [node] if node.get("type") in {"mrkdwn", "plain_text"} else []
    return found + [text for value in node.values() for text in _texts(value)]
