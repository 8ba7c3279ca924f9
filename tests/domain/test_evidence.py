"""The evidence of a request: what an auditor can find wrong with a bundle, with the bundle and a head alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.actions.recording import entry, identity
from opsbot.domain.audit import BEFORE_THE_FIRST, OPSBOT, Entry, Head, Record, canonical, digest, link
from opsbot.domain.chain import KnownHead
from opsbot.domain.difference import Difference
from opsbot.domain.evidence import bundle, read, verify_bundle
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Decision, Vote
from opsbot.domain.policies import Policy, as_data
from opsbot.domain.redaction import redacting
from opsbot.domain.writing import body
from tests.builders import ADA, CHANNEL, MAYA, NOON, OMAR, asker, request, wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opsbot.domain.models import PublishRequest

POLICY = Policy("two pairs of eyes", quorum=(("approver", 1), ("owner", 1)))
NO_BUNDLE = ["This isn't a bundle that I can read: “opsbot audit export” writes those."]
DIFFERENCE = Difference("v2", added=("score (STD_PREDICTION)",))
SECRET = "hunter2 in a comment"


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def story() -> tuple[PublishRequest, list[Entry]]:
    """A request that two people approved and the node took, and what else happened meanwhile."""
    asked = request(wanted=wish(reason="fixes *nulls* <now>", policy=POLICY, difference=DIFFERENCE))
    votes = (
        Vote(OMAR, NOON + minutes(2), CHANNEL, ("owner",), SECRET),
        Vote(ADA, NOON + minutes(3), CHANNEL, ("approver", "owner"), "ship it"),
    )
    approved = replace(asked, state=State.APPROVED, votes=votes, decision=Decision(ADA, votes[1].at, "ship it"))
    publishing = replace(approved, state=State.PUBLISHING)
    published = replace(publishing, state=State.PUBLISHED, outcome="It is there.", ended_at=NOON + minutes(5))
    other = Entry(NOON, MAYA, "pause", "done", detail={"reason": "another matter"})
    return published, [
        other,
        entry(asked, asker(MAYA), "publish", "done", NOON, **identity(asked.wish)),
        entry(asked, asker(MAYA), "approve", "refused: you asked for it", NOON + minutes(1), comment="me"),
        _voted(asked, votes[0]),
        other,
        _voted(approved, votes[1]),
        entry(publishing, None, "publishing", "done", NOON + minutes(4), run="r1"),
        entry(published, None, "published", "done", NOON + minutes(5), why="It is there."),
        other,
    ]


def _voted(after: PublishRequest, vote: Vote) -> Entry:
    return entry(after, asker(vote.person), "approve", "done", vote.at, roles=list(vote.roles), comment=vote.comment)


def chained(entries: Iterable[Entry]) -> list[Record]:
    redact = redacting(["hunter2"])
    last, records = BEFORE_THE_FIRST, []
    for seq, each in enumerate(entries, 1):
        text = body(each, seq, redact)
        last = Head(seq, link(last.link, digest(text)))
        records.append(Record(seq, text, last.link))
    return records


REQUEST, ENTRIES = story()
CHAIN = chained(ENTRIES)
HEAD = KnownHead(Head(CHAIN[-1].seq, CHAIN[-1].link), "the head given")


def bundled(of: PublishRequest = REQUEST, chain: list[Record] = CHAIN, policy: Policy | None = POLICY) -> Any:
    before = Head(1, chain[0].link)
    said = as_data(policy) if policy is not None else None
    made = bundle(of, before, chain[1:], policy=said, made_at=NOON + minutes(60), redact=redacting())
    return read(json.dumps(made))


def test_an_honest_bundle_is_proven_by_a_head_from_outside() -> None:
    verdict = verify_bundle(bundled(), [HEAD])
    assert (verdict.faults, verdict.records, verdict.proven_to, verdict.unproven) == ((), 8, 9, 0)


def test_without_a_head_nothing_of_it_is_proven() -> None:
    verdict = verify_bundle(bundled())
    assert (verdict.faults, verdict.proven_to, verdict.unproven) == ((), 0, 8)


def test_what_is_not_about_the_request_is_there_as_digests() -> None:
    items = bundled()["chain"]["records"]
    assert [len(item) == 64 for item in items] == [False, False, False, True, False, False, False, True]
    assert "another matter" not in json.dumps(bundled())


def test_the_summary_is_for_people() -> None:
    said = bundled()["summary"].splitlines()
    assert said[0] == "# Publish request 12: v3 of design:FRAUD/scoring as scoring"
    assert "**published** It is there." in said
    assert r"- Asked by maya (U01MAYA) at 2026-11-02T12:00:00+00:00: fixes \*nulls\* \<now\>" in said
    assert "- ada (U03ADA) as approver, owner at 2026-11-02T12:03:00+00:00 in C01MLOPS: ship it" in said
    assert r"- Added score (STD\_PREDICTION)" in said
    assert "- 2026-11-02T12:01:00+00:00 maya: approve, refused: you asked for it" in said


def test_a_secret_that_the_records_hid_is_hidden_in_the_bundle() -> None:
    made = bundled()
    assert made["request"]["votes"][0]["comment"] == "[secret] in a comment"
    assert "hunter2" not in json.dumps(made)


def _edit(*path: str | int, to: Any) -> Callable[[Any], None]:
    def edit(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        assert data[path[-1]] != to
        data[path[-1]] = to

    return edit


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (_edit("request", "votes", 1, "person", "name", to="omar"), "The request's votes isn't"),
        (_edit("request", "votes", 0, "comment", to="no!"), "The request's votes isn't"),
        (_edit("request", "votes", 0, "roles", to=["approver"]), "The request's votes isn't"),
        (_edit("request", "votes", to=[]), "The request's votes isn't"),
        (_edit("request", "outcome", to="All is well."), "The request's outcome isn't"),
        (_edit("request", "state", to="failed"), "The request's state isn't"),
        (_edit("request", "decision", to=None), "The request's decision isn't"),
        (_edit("request", "difference", to=[]), "The request's difference isn't"),
        (_edit("request", "summary_digest", to="cd" * 32), "The request's summary digest isn't"),
        (_edit("request", "requester", "id", to="U09EVE"), "The request's requester isn't"),
        (_edit("request", "policy", to="cd" * 32), "The policy isn't the one"),
        (_edit("policy", "quorum", to=[]), "The policy isn't the one"),
        (_edit("identities", "U03ADA", to="eve"), "The identities aren't"),
        (_edit("summary", to="# All is well"), "The summary isn't"),
        (_edit("id", to=13), "isn't about request 13"),
        (_edit("chain", "records", 3, to="cd" * 32), "not to the head"),
        (_edit("chain", "before", to="1:" + "cd" * 32), "not to the head"),
        (_edit("chain", "before", to=f"2:{CHAIN[0].link}"), "says that it is record 2"),
        (lambda data: data.update(note="trust me"), "“note” is missing, or nothing"),
        (lambda data: data["request"].update(note="trust me"), "“note” is missing, or nothing"),
        (lambda data: data["request"].pop("reason"), "isn't a bundle that I can read"),
        (lambda data: data.pop("made_at"), "“made_at” is missing, or nothing"),
        (_edit("format", to="something else"), "isn't a bundle that I can read"),
        (_edit("version", to=2), "isn't a bundle that I can read"),
        (_edit("chain", to=None), "isn't a bundle that I can read"),
    ],
)
def test_an_edit_is_found(edit: Callable[[Any], None], fault: str) -> None:
    data = bundled()
    edit(data)
    assert any(fault in each for each in verify_bundle(data).faults), verify_bundle(data).faults


def test_an_edit_with_all_computed_anew_is_found_by_a_head() -> None:
    forged = [*ENTRIES[:3], replace(ENTRIES[3], detail={**ENTRIES[3].detail, "comment": "fine"}), *ENTRIES[4:]]
    votes = (replace(REQUEST.votes[0], comment="fine"), REQUEST.votes[1])
    data = bundled(replace(REQUEST, votes=votes), chained(forged))
    assert verify_bundle(data).faults == ()
    assert verify_bundle(data, [HEAD]).faults == (
        "History was rewritten: the head given has another link for record 9.",
    )


@given(st.integers(0, 7), st.sampled_from(["drop", "twice", "flip"]))
def test_any_record_that_is_dropped_doubled_or_changed_is_found(at: int, how: str) -> None:
    data = bundled()
    items = data["chain"]["records"]
    if how == "flip":
        items[at] = items[at].replace("1", "2")
    else:
        items[at : at + 1] = [] if how == "drop" else [items[at], items[at]]
    assert verify_bundle(data, [HEAD]).faults


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(["request", "policy", "identities", "chain", "summary", "id", "version", "format"]),
)
def test_no_json_whatever_is_taken_for_evidence(value: Any, key: str) -> None:
    data = bundled()
    if value == data[key] or (key == "policy" and value is None):
        return
    assert verify_bundle({**data, key: value}).faults
    assert verify_bundle(value).faults


def test_a_vote_whose_record_is_hidden_behind_its_digest_is_missed() -> None:
    data = bundled()
    items = data["chain"]["records"]
    items[2] = digest(items[2])
    assert any("votes" in each for each in verify_bundle(data, [HEAD]).faults)


def test_an_approval_without_its_quorum_is_found() -> None:
    lonely = [*ENTRIES[:3], *ENTRIES[5:]]
    data = bundled(replace(REQUEST, votes=REQUEST.votes[1:]), chained(lonely))
    assert verify_bundle(data).faults == (
        "The request is published, but its votes don't fill the policy's quorum: 1 × owner is missing.",
    )


def test_without_the_policy_the_rest_can_be_checked() -> None:
    assert verify_bundle(bundled(policy=None), [HEAD]).faults == ()


def test_a_head_that_the_bundle_does_not_reach_asks_for_another_bundle() -> None:
    later = KnownHead(Head(12, "ab" * 32), "the head given")
    assert verify_bundle(bundled(), [later]).faults == (
        "Record 12, which the head given is of, isn't among records 2 to 9: export up to that head.",
    )


def test_a_head_on_the_way_proves_the_records_up_to_it() -> None:
    midway = KnownHead(Head(5, CHAIN[4].link), "the head given")
    verdict = verify_bundle(bundled(), [midway])
    assert (verdict.faults, verdict.proven_to, verdict.unproven) == ((), 5, 4)


def test_a_request_without_a_record_of_its_asking_is_said_so() -> None:
    assert "The record of the asking isn't there." in verify_bundle(bundled(chain=chained(ENTRIES[:1] * 3))).faults


ENDED = [
    (State.DECLINED, "decline", OMAR, "too early", ""),
    (State.CANCELLED, "cancel", MAYA, "changed my mind", ""),
    (State.EXPIRED, "expired", OPSBOT, "", "Nobody decided in time."),
    (State.STALE, "stale", OPSBOT, "", "The policy was changed."),
]


@pytest.mark.parametrize(("state", "what", "who", "reason", "why"), ENDED)
def test_requests_that_ended_otherwise_have_their_evidence(
    state: State, what: str, who: Any, reason: str, why: str
) -> None:
    asked = request()
    said = Decision(who, NOON + minutes(9), reason) if reason else None
    ended = replace(asked, state=state, outcome=why, decision=said)
    detail = {"reason": reason} if reason else {"why": why}
    entries = [
        ENTRIES[0],
        entry(asked, asker(MAYA), "publish", "done", NOON, **identity(asked.wish)),
        entry(ended, asker(who) if reason else None, what, "done", NOON + minutes(9), **detail),
    ]
    data = bundled(ended, chained(entries), None)
    assert verify_bundle(data).faults == ()
    assert "## Difference" in data["summary"]


def test_a_broken_glass_and_its_review_have_their_evidence() -> None:
    asked = request(wanted=wish(policy=POLICY, break_glass=True))
    approved = replace(asked, state=State.APPROVED, decision=Decision(MAYA, NOON, "The glass is broken."))
    published = replace(approved, state=State.PUBLISHED, outcome="It is there.")
    reviewed = replace(published, review=Decision(OMAR, NOON + minutes(9), "was needed"))
    entries = [
        ENTRIES[0],
        entry(asked, asker(MAYA), "publish", "done", NOON, **identity(asked.wish)),
        entry(approved, None, "approved", "done", NOON, reason="The glass is broken."),
        entry(published, None, "published", "done", NOON + minutes(5), why="It is there."),
        entry(published, None, "something new", "done", NOON + minutes(6)),
        entry(reviewed, asker(OMAR), "review", "done", NOON + minutes(9), comment="was needed"),
    ]
    data = bundled(reviewed, chained(entries))
    assert verify_bundle(data).faults == ()
    data["request"]["break_glass"] = False
    assert "The request's break glass isn't what the records say." in verify_bundle(data).faults


@pytest.mark.parametrize("text", ["", "{", '{"id": 1, "id": 2}', "[" * 100_000])
def test_a_file_that_not_everybody_reads_alike_is_no_bundle(text: str) -> None:
    assert [*verify_bundle(read(text)).in_sentences()] == NO_BUNDLE


def test_a_policy_is_checked_as_it_was_written() -> None:
    data = bundled()
    assert digest(canonical(data["policy"])) == POLICY.digest
