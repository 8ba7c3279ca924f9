"""Whatever people, time and the node do, in whatever order: nothing is published that may not be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.publishing import run_of
from opsbot.actions.sweeping import sweep
from opsbot.domain.authorization import BUILT_IN_ROLES, AccessRules, Grant
from opsbot.domain.commands import (
    Approve,
    Cancel,
    Change,
    Decline,
    Defaults,
    Pause,
    RequestPublish,
    Resume,
    Review,
    Settle,
)
from opsbot.domain.freezes import Freeze
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Asker, Person, Place
from opsbot.domain.policies import BreakGlass, Policy
from opsbot.domain.results import PublishRequested, Refused
from opsbot.domain.rules import Rules
from opsbot.domain.terminal import TerminalRules
from opsbot.errors import OpsbotError
from opsbot.grammar import parse
from opsbot.slack.forms.reasons import Submission
from tests.actions.doing import carry_out
from tests.builders import CHANNEL, NOON, SCORING, asker
from tests.fake_nodes import FakeDesigner
from tests.fakes import Scene

PEOPLE = [Person(f"U{number}", name) for number, name in enumerate(("ann", "bob", "cy", "dee"))]
ROLES = ("approver", "owner", "publisher", "admin")
FROZEN = Freeze(datetime(2026, 11, 3, 12, 0), datetime(2026, 11, 3, 18, 0))  # noqa: DTZ001 - a local time is meant
POLICIES = (
    Policy("two", quorum=(("approver", 1), ("owner", 1)), expires_after=timedelta(days=2), freezes=(FROZEN,)),
    Policy("one", quorum=(("approver", 1),), identity="digest", freezes=(FROZEN,)),
    Policy("glass", quorum=(("owner", 2),), break_glass=BreakGlass(("publisher",)), freezes=(FROZEN,)),
)
TERMINAL = TerminalRules(changes=True, people={person.id: person.name for person in PEOPLE})
people = st.sampled_from(PEOPLE)


class WatchedDesigner(FakeDesigner):
    """Asks, when it is told to publish, whether it may be."""

    machine: Approvals

    def publish(self, ref: Any, version: str, published_service: str) -> None:
        self.machine.judge(published_service)
        super().publish(ref, version, published_service)


class Approvals(RuleBasedStateMachine):
    """People with changing roles ask, approve, decline, cancel, pause; time passes; packages and policies change."""

    def __init__(self) -> None:
        super().__init__()
        self.held = {(person.id, role) for person in PEOPLE for role in ROLES[:3]} | {("U3", "admin")}
        self.scene = Scene(Rules(("design",), terminal=TERMINAL), WatchedDesigner())
        self.scene.designer.machine = self  # type: ignore[attr-defined]  # it is the watched one
        self.scene.policies.policies = POLICIES[:1]
        self.grant()
        self.turned_away = 0
        self.made = 0

    # what people do

    @rule(who=people, there=st.sampled_from("abcdef"), urgent=st.booleans())
    def ask(self, who: Person, there: str, urgent: bool) -> None:  # noqa: FBT001 - hypothesis calls it so
        self.do(RequestPublish(SCORING, "v3", there, "it is due", break_glass=urgent), who)

    @rule(who=people, newest=st.integers(0, 1), door=st.sampled_from(["button", "typed", "mention", "form"]))
    def approve(self, who: Person, newest: int, door: str) -> None:
        self.approve_by(who, self.request(newest), door)

    @rule(newest=st.integers(0, 1))
    def everybody_approves(self, newest: int) -> None:
        number = self.request(newest)
        for who, door in zip(PEOPLE, ("button", "typed", "mention", "form"), strict=True):
            self.approve_by(who, number, door)

    def request(self, newest: int) -> int:
        """The number of one that waits, else one that perhaps isn't there."""
        waiting = self.scene.requests.in_states(frozenset({State.PENDING}))
        return waiting[-1 - newest].id if newest < len(waiting) else 1

    def approve_by(self, who: Person, number: int, door: str) -> None:
        match door:
            case "typed" | "mention":
                in_thread = number if door == "mention" else None
                text = "approve" if door == "mention" else f"approve {number}"
                self.do(parse(text, Defaults("design", None, in_thread)).command, who)
            case "form":
                self.do(submitted(number), who)
            case _:
                self.do(Approve(number), who)

    @rule(who=people, newest=st.integers(0, 1), kind=st.sampled_from([Decline, Cancel]))
    def end(self, who: Person, newest: int, kind: type[Decline | Cancel]) -> None:
        self.do(kind(self.request(newest), "no"), who)

    @rule(who=people, published=st.booleans(), number=st.integers(1, 4))
    def settle(self, who: Person, published: bool, number: int) -> None:  # noqa: FBT001 - as above
        self.do(Settle(number, published, "I looked"), who)

    @rule(who=people, stop=st.booleans())
    def pause(self, who: Person, stop: bool) -> None:  # noqa: FBT001 - as above
        self.do(Pause("drift") if stop else Resume(), who)

    @rule(
        who=people,
        other=st.none() | people,
        newest=st.integers(0, 1),
        verb=st.sampled_from(
            ["approve", "settle", "review", "glass", "resume", "publish", "decline", "cancel", "pause"]
        ),
    )
    def type_in_a_terminal(self, who: Person, other: Person | None, newest: int, verb: str) -> None:
        """Ask and hold back there, if it is nobody other who sits there; nothing else has any effect."""
        sitting = other or who
        if verb == "glass":
            self.policy_changes(POLICIES[2])
        before = self.what_is()
        self.do(typed(verb, self.request(newest)), who, Place(CHANNEL, terminal=sitting.name))
        if who is not sitting or verb in {"approve", "settle", "review", "glass", "resume"}:
            assert self.what_is() == before, verb

    def what_is(self) -> Any:
        return self.scene.requests.in_states(frozenset(State)), self.scene.pauses.active()

    # what happens

    @rule(hours=st.sampled_from([1, 5, 19]))
    def time_passes(self, hours: int) -> None:
        self.scene.now += timedelta(hours=hours)

    @rule()
    def package_is_made_again(self) -> None:
        self.made += 1
        self.scene.designer.make_again("v3", later=NOON + timedelta(seconds=self.made))

    @rule()
    def archive_is_another(self) -> None:
        self.made += 1
        self.scene.designer.archives["v3"] = f"another {self.made}"

    @rule(policy=st.sampled_from(POLICIES))
    def policy_changes(self, policy: Policy) -> None:
        self.scene.policies.policies = (policy,)

    @rule(who=people, role=st.sampled_from(ROLES))
    def role_changes(self, who: Person, role: str) -> None:
        self.held ^= {(who.id, role)}
        self.grant()

    @rule(version=st.booleans())
    def node_loses_answers(self, version: bool) -> None:  # noqa: FBT001 - as above
        self.scene.designer.publish_arrives = version

    @rule()
    def sweeps(self) -> None:
        sweep(self.scene.world)

    @precondition(lambda self: self.scene.requests.in_states(frozenset({State.APPROVED})))
    @rule()
    def runs_go_on(self) -> None:
        self.run_all()

    @rule(
        who=people,
        there=st.sampled_from("uvwxyz"),
        meanwhile=st.sampled_from(["nothing", "time", "roles", "package", "archive", "policy", "pause"]),
    )
    def all_at_once(self, who: Person, there: str, meanwhile: str) -> None:
        """Ask, approve and run, with one thing in between at most: where it is nothing, it has to work."""
        self.ask(who, there, False)  # noqa: FBT003 - as above
        self.everybody_approves(0)
        match meanwhile:
            case "time":
                self.time_passes(60)
            case "roles":
                self.held -= {(person.id, role) for person in PEOPLE[:3] for role in ("approver", "owner")}
                self.grant()
            case "package":
                self.package_is_made_again()
            case "archive":
                self.archive_is_another()
            case "policy":
                self.policy_changes(POLICIES[self.scene.policies.policies == POLICIES[:1]])
            case "pause":
                self.do(Pause("drift"), PEOPLE[3])
            case _:
                pass
        self.run_all()
        if meanwhile == "roles":
            self.held |= {(person.id, role) for person in PEOPLE for role in ROLES[:3]}
            self.grant()

    def run_all(self) -> None:
        for request in self.scene.requests.in_states(frozenset({State.APPROVED})):
            carry_out(self.scene, request.id)

    # what must be true

    @invariant()
    def every_refused_try_is_in_the_audit(self) -> None:
        kept = [each for each in self.scene.entries if each.outcome.startswith(("refused:", "failed:"))]
        assert len(kept) == self.turned_away

    @invariant()
    def the_node_is_asked_once_for_each_request(self) -> None:
        asked = [each for each in self.scene.requests.in_states(frozenset(State)) if each.posted_at is not None]
        assert len(self.scene.designer.publishes) == len(asked)

    def judge(self, target: str) -> None:
        """Say, by other means than the bot's own, whether this may be published now."""
        request = next(
            each
            for each in self.scene.requests.in_states(frozenset({State.PUBLISHING}))
            if each.wish.published_service == target
        )
        assert run_of(request) == request.claimed_by
        wish, policy = request.wish, self.scene.policies.policies[0]
        now = self.scene.designer.made[SCORING][0]
        assert wish.package.created_on == now.created_on, "another package"
        if policy.identity == "digest":
            assert wish.archive_digest == self.scene.designer.archives.get("v3", "archive of v3"), "another archive"
        assert wish.policy == policy.digest, "another policy"
        assert wish.expires_at is not None
        assert self.scene.now < wish.expires_at, "expired"
        assert not self.scene.pauses.active(), "paused"
        if wish.break_glass:
            return
        noon = self.scene.now.replace(tzinfo=None)
        assert not datetime(2026, 11, 3, 12, 0) <= noon < datetime(2026, 11, 3, 18, 0), "frozen"  # noqa: DTZ001 - as above
        assert self.is_filled([vote.person for vote in request.votes], policy, wish.requester), "under quorum"

    def is_filled(self, voters: list[Person], policy: Policy, requester: Person) -> bool:
        wanted = [role for role, count in policy.quorum for _ in range(count)]
        counting = [who for who in voters if who != requester]
        return any(
            all((who.id, role) in self.held for who, role in zip(some, wanted, strict=True))
            for some in permutations(counting, len(wanted))
        )

    def do(self, command: Any, who: Person, place: Place | None = None) -> None:
        try:
            result = Dispatcher(self.scene.world).do(command, Asker(who, place) if place is not None else asker(who))
        except OpsbotError:
            self.turned_away += 1
        else:
            self.turned_away += isinstance(result, Refused)
            assert not isinstance(result, PublishRequested) or result.request.id

    def grant(self) -> None:
        roles = {**BUILT_IN_ROLES, "owner": BUILT_IN_ROLES["approver"]}
        grants = tuple(Grant(role, frozenset({person})) for person, role in sorted(self.held))
        self.scene.rules = replace(self.scene.rules, access=AccessRules(grants, roles))


def submitted(number: int) -> Any:
    metadata = json.dumps({"request": number, "channel": "C01MLOPS", "thread": None})
    view = {"callback_id": "approve_form", "private_metadata": metadata, "state": {"values": {}}}
    return Submission.model_validate({"user": {"id": "U0"}, "view": view}).command


def typed(verb: str, number: int) -> Change:
    commands: dict[str, Change] = {
        "approve": Approve(number),
        "settle": Settle(number, published=True, reason="I looked"),
        "review": Review(number, "all is well"),
        "glass": RequestPublish(SCORING, "v3", "g", "it burns", break_glass=True),
        "resume": Resume(),
        "publish": RequestPublish(SCORING, "v3", "t", "it is due"),
        "decline": Decline(number, "no"),
        "cancel": Cancel(number, "no"),
        "pause": Pause("drift"),
    }
    return commands[verb]


TestApprovals = Approvals.TestCase
TestApprovals.settings = settings(max_examples=250, stateful_step_count=50, deadline=None)


def test_what_is_typed_in_a_terminal_is_heard_where_it_may_be() -> None:
    machine = Approvals()
    machine.type_in_a_terminal(PEOPLE[0], None, 0, "publish")
    assert len(machine.scene.requests.in_states(frozenset({State.PENDING}))) == 1
    machine.type_in_a_terminal(PEOPLE[1], None, 0, "decline")
    assert len(machine.scene.requests.in_states(frozenset({State.DECLINED}))) == 1


def test_the_judge_can_say_no() -> None:
    machine = Approvals()
    assert not machine.is_filled([PEOPLE[0], PEOPLE[1]], POLICIES[0], PEOPLE[1])
    assert machine.is_filled([PEOPLE[0], PEOPLE[1]], POLICIES[0], PEOPLE[2])
