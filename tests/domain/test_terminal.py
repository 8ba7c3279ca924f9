from __future__ import annotations

from typing import get_args

import pytest

from opsbot.domain.authorization import AccessRules, Membership
from opsbot.domain.commands import (
    AddEndpoint,
    Approve,
    Cancel,
    Change,
    CreatePackage,
    CreateService,
    Decline,
    DeletePackage,
    ListPackages,
    Pause,
    RemoveEndpoint,
    RequestPublish,
    Resume,
    Review,
    Settle,
    TryWatches,
    Unwatch,
    WatchServices,
)
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Asker, EndpointType, Place
from opsbot.domain.policies import DEFAULT_POLICY, BreakGlass, Policy
from opsbot.domain.policy import objection, objection_to_asking, objection_to_break_glass
from opsbot.domain.terminal import GLASS_IN_SLACK, TerminalRules, objection_at_the_door, unheard
from tests.builders import ADA, MAYA, OMAR, SCORING, TEAM, asker, grant, request, wish

OPEN = TerminalRules(changes=True, people={MAYA.id: "maya", OMAR.id: "oh"})
PUBLISH = RequestPublish(SCORING, "v3")


def at_terminal(login: str = "maya") -> Asker:
    return Asker(MAYA, Place("", terminal=login))


def test_the_terminal_reads_whoever_sits_there() -> None:
    assert objection_at_the_door(ListPackages(SCORING), at_terminal("who"), TerminalRules()) is None


def test_it_changes_nothing_unless_it_is_set_to() -> None:
    shut = TerminalRules(changes=False, people=OPEN.people)
    assert "set “changes = true” in [terminal]" in (objection_at_the_door(PUBLISH, at_terminal(), shut) or "")
    assert objection_at_the_door(PUBLISH, at_terminal(), OPEN) is None


@pytest.mark.parametrize("login", ["oh", "root", "Maya"])
def test_nobody_changes_anything_in_anothers_name(login: str) -> None:
    said = objection_at_the_door(PUBLISH, at_terminal(login), OPEN)
    assert said == (
        f"You are “{login}” here, and [terminal.people] doesn't say that this is U01MAYA: "
        "in the name of others nothing is changed."
    )


def test_who_comes_by_slack_passes_no_such_door() -> None:
    assert objection_at_the_door(PUBLISH, asker(MAYA), TerminalRules()) is None


def test_a_login_tells_whose_it_is() -> None:
    assert (OPEN.known("oh"), OPEN.known("root")) == (OMAR.id, None)


def test_one_may_ask_and_hold_back_but_let_nothing_go_on() -> None:
    designing = (
        CreateService(SCORING),
        AddEndpoint(SCORING, "a", EndpointType.CAUSAL, "m"),
        RemoveEndpoint(SCORING, "a"),
    )
    packaging = (CreatePackage(SCORING, "v9"), DeletePackage(SCORING, "v9"))
    watching = (WatchServices(SCORING), Unwatch(SCORING), TryWatches(1))
    heard = (*designing, *packaging, *watching, PUBLISH, Decline(1, "no"), Cancel(1), Pause("drift"))
    insisting = DeletePackage(SCORING, "v9", force=True, confirmed=True)
    not_heard = (insisting, Approve(1), Settle(1, published=True, reason="so"), Review(1, "so"), Resume())
    assert {type(each) for each in (*heard, *not_heard)} == set(get_args(Change))
    assert [unheard(each) for each in heard] == [None] * len(heard)
    assert all((unheard(each) or "").endswith(".") for each in not_heard)


def test_a_yes_from_the_terminal_does_not_count() -> None:
    rules = AccessRules((*TEAM, grant("admin", ADA)))
    standing = rules.standing(Asker(OMAR, Place("C01MLOPS", terminal="oh")), Membership())
    said = objection(Approve(12), request(), OMAR, standing, DEFAULT_POLICY)
    assert said == "Approve in Slack: a vote from the terminal doesn't count towards a quorum."
    assert objection(Decline(12, "no"), request(), OMAR, standing, DEFAULT_POLICY) is None
    unknown = request(state=State.UNKNOWN)
    settled = objection(Settle(12, published=True, reason="so"), unknown, OMAR, standing, DEFAULT_POLICY)
    assert (settled or "").startswith("Settle it in Slack")


def test_the_glass_is_broken_in_slack() -> None:
    policy = Policy("glass", break_glass=BreakGlass(("publisher",)))
    wanted = wish(policy=policy, reason="it burns")
    here, there = (AccessRules(TEAM).standing(who, Membership()) for who in (at_terminal(), asker(MAYA)))
    assert objection_to_break_glass(wanted, here, policy) == GLASS_IN_SLACK
    assert objection_to_break_glass(wanted, there, policy) is None


def test_a_card_needs_a_channel() -> None:
    assert "name one with --channel" in (objection_to_asking(wish(card_channel=""), DEFAULT_POLICY) or "")
    assert objection_to_asking(wish(), DEFAULT_POLICY) is None
