"""Changes of a node, whatever they are: made once, told where they were asked for, and never taken for another's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions import changing
from opsbot.actions.node_calls import call, caution
from opsbot.actions.sweeping import sweep
from opsbot.domain.changes import ChangeState
from opsbot.domain.commands import AddEndpoint, CreatePackage, CreateService, DeletePackage, RemoveEndpoint
from opsbot.domain.deliveries import Kind
from opsbot.domain.models import Endpoint, EndpointType, MessageRef
from opsbot.domain.references import ServiceRef
from opsbot.domain.results import ChangeBegun, Refused
from opsbot.domain.watching import Topic
from opsbot.errors import ConflictError, DSSError, DSSRefusedError, DSSReply, DSSUnavailableError, DSSUnreadableError
from tests.actions.doing import do, made, make
from tests.builders import ADA, CHANNEL, MAYA, NOON, OMAR, SCORING, TEAM, VIC, grant, rules
from tests.fakes import Scene

if TYPE_CHECKING:
    from opsbot.domain.commands import ChangeNode

LIMITS = ServiceRef("design", "FRAUD", "limits")
PACKAGE = CreatePackage(SCORING, "v4", "retrained")
ADD = AddEndpoint(SCORING, "score_eu", EndpointType.PREDICTION, "fraud_xgb")
DELETE = DeletePackage(SCORING, "v3", confirmed=True)
EVERY: tuple[ChangeNode, ...] = (CreateService(LIMITS), ADD, RemoveEndpoint(SCORING, "score"), PACKAGE, DELETE)
CALLS = {
    "create": "create_service",
    "add-endpoint": "add_endpoint",
    "remove-endpoint": "remove_endpoint",
    "package": "create_package",
    "delete": "delete_package",
}
TEAM_OF_DESIGN = rules(*TEAM, grant("designer", MAYA), grant("packager", OMAR), grant("admin", ADA))

every = pytest.mark.parametrize("command", EVERY, ids=lambda command: command.verb)


@pytest.fixture
def scene() -> Scene:
    return Scene(TEAM_OF_DESIGN)


def begun(scene: Scene, command: ChangeNode = PACKAGE) -> int:
    result = do(scene, command)
    assert isinstance(result, ChangeBegun)
    return result.change.id


@every
def test_a_change_is_made_once_audited_and_told_where_it_was_asked_for(scene: Scene, command: ChangeNode) -> None:
    number = begun(scene, command)
    assert scene.durable.changed == [number]
    assert make(scene, number).state is ChangeState.DONE
    assert scene.designer.asked == [CALLS[command.verb]]
    told = [(each.kind, each.channel, each.change) for each in scene.messages]
    assert told == [(kind, CHANNEL, number) for kind in (Kind.CHANGE, Kind.REPAINT, Kind.CHANGE_ENDED)]
    assert [each.what for each in scene.entries] == [command.verb, f"{command.verb} done"]
    assert {each.service for each in scene.entries} == {command.service}


@every
def test_who_asks_privately_is_told_alone(scene: Scene, command: ChangeNode) -> None:
    made(scene, replace(command, private=True))
    assert [each.kind for each in scene.messages] == [Kind.CHANGE_ENDED]


@every
def test_steps_that_are_done_again_change_the_node_once(scene: Scene, command: ChangeNode) -> None:
    number = begun(scene, command)
    assert changing.begin(number, "run", scene.world)
    assert changing.begin(number, "run", scene.world)
    assert not changing.begin(number, "another run", scene.world)
    changing.post(number, "run", scene.world)
    ended = changing.post(number, "run", scene.world)  # as after a crash: it looks
    assert ended.state is ChangeState.DONE
    changing.settle(ended, scene.world)
    changing.settle(ended, scene.world)
    assert scene.designer.asked == [CALLS[command.verb]]
    assert [each.kind for each in scene.messages] == [Kind.CHANGE, Kind.REPAINT, Kind.CHANGE_ENDED]
    assert not changing.begin(number, "run", scene.world)


@every
def test_a_lost_answer_is_looked_up(scene: Scene, command: ChangeNode) -> None:
    scene.designer.loses_answers = True
    assert made(scene, command).state is ChangeState.DONE
    assert scene.designer.asked == [CALLS[command.verb]]


@every
def test_silence_is_unknown_until_it_is_seen_to_be_done(scene: Scene, command: ChangeNode) -> None:
    scene.designer.fails[CALLS[command.verb]] = DSSUnavailableError("No answer.")
    unknown = made(scene, command)
    assert unknown.state is ChangeState.UNKNOWN
    assert "No answer. It isn't so yet" in unknown.outcome
    sweep(scene.world)
    assert scene.changes.get(unknown.id).state is ChangeState.UNKNOWN
    scene.designer.fails.clear()
    call(command, scene.designer)
    scene.now += timedelta(minutes=1)
    sweep(scene.world)
    done = scene.changes.get(unknown.id)
    cautious = caution(command, scene.designer)
    said = " ".join(filter(None, ("It was so when I looked later.", cautious)))
    assert (done.state, done.outcome) == (ChangeState.DONE, said)
    assert [each.text for each in scene.messages if each.kind is Kind.CHANGE_ENDED] == ["unknown", "done"]


@every
def test_what_is_not_seen_within_the_hour_is_taken_for_failed(scene: Scene, command: ChangeNode) -> None:
    scene.designer.fails[CALLS[command.verb]] = DSSUnavailableError("No answer.")
    number = made(scene, command).id
    scene.now += timedelta(minutes=61)
    sweep(scene.world)
    ended = scene.changes.get(number)
    assert ended.state is ChangeState.FAILED
    assert "an hour later" in ended.outcome


@every
def test_what_was_asked_for_again_is_not_taken_for_the_first(scene: Scene, command: ChangeNode) -> None:
    scene.designer.fails[CALLS[command.verb]] = DSSUnavailableError("No answer.")
    first = made(scene, command).id
    scene.designer.fails.clear()
    assert made(scene, command).state is ChangeState.DONE
    scene.now += timedelta(minutes=1)
    sweep(scene.world)
    assert scene.changes.get(first).state is ChangeState.FAILED
    assert scene.designer.asked == [CALLS[command.verb]]


UNDONE_BY: tuple[tuple[ChangeNode, ChangeNode], ...] = (
    (PACKAGE, replace(DELETE, version="v4")),
    (DELETE, replace(PACKAGE, version="v3")),
    (ADD, RemoveEndpoint(SCORING, "score_eu")),
    (RemoveEndpoint(SCORING, "score"), replace(ADD, endpoint="score")),
)


@pytest.mark.parametrize(("command", "undoing"), UNDONE_BY, ids=lambda command: command.verb)
def test_what_was_made_late_is_seen_before_it_is_undone(scene: Scene, command: ChangeNode, undoing: ChangeNode) -> None:
    scene.designer.fails[CALLS[command.verb]] = DSSUnavailableError("No answer.")
    first = made(scene, command).id
    sweep(scene.world)  # from here on the next look is only due later
    scene.designer.fails.clear()
    call(command, scene.designer)
    assert made(scene, undoing).state is ChangeState.DONE
    assert scene.changes.get(first).state is ChangeState.DONE
    sweep(scene.world)
    assert scene.changes.get(first).state is ChangeState.DONE


@every
def test_a_repeat_that_came_while_the_node_was_at_it_ends_nothing(scene: Scene, command: ChangeNode) -> None:
    scene.designer.fails[CALLS[command.verb]] = DSSUnavailableError("No answer.")
    first = made(scene, command).id
    scene.designer.fails[CALLS[command.verb]] = DSSRefusedError("Somebody is at it.")
    again = begun(scene, command)
    sweep(scene.world)
    assert scene.changes.get(first).state is ChangeState.UNKNOWN
    assert make(scene, again).state is ChangeState.FAILED
    scene.designer.fails.clear()
    call(command, scene.designer)
    scene.now += timedelta(minutes=1)
    sweep(scene.world)
    assert scene.changes.get(first).state is ChangeState.DONE


def test_the_end_of_a_repeat_is_waited_for(scene: Scene) -> None:
    scene.designer.fails["create_package"] = DSSUnavailableError("No answer.")
    first = made(scene, PACKAGE).id
    scene.designer.fails.clear()
    again = begun(scene)
    assert changing.begin(again, "run", scene.world)
    ended = changing.post(again, "run", scene.world)
    scene.now += timedelta(minutes=1)
    sweep(scene.world)  # the package is there, but isn't of the first one's making
    assert scene.changes.get(first).state is ChangeState.UNKNOWN
    changing.settle(ended, scene.world)
    sweep(scene.world)
    assert scene.changes.get(first).state is ChangeState.FAILED


@every
def test_what_somebody_else_did_before_it_was_begun_is_not_taken_for_ours(scene: Scene, command: ChangeNode) -> None:
    number = begun(scene, command)
    call(command, scene.designer)
    ended = make(scene, number)
    assert ended.state is ChangeState.FAILED
    assert "by somebody else's doing" in ended.outcome
    assert len(scene.designer.asked) == 1


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (DSSUnreadableError("A login page came."), "A login page came."),
        (DSSError("The node answered 500."), "The node answered 500."),
        (ConflictError("It is taken."), "It is taken."),
        (DSSUnavailableError("No way.", DSSReply("POST", "/x", sent=False)), "Nothing was changed: No way."),
        (DSSUnavailableError("No answer.", DSSReply("GET", "/x")), "Nothing was changed: No answer."),
    ],
)
def test_a_no_is_a_failure_that_says_why(scene: Scene, error: DSSError, says: str) -> None:
    scene.designer.fails["create_package"] = error
    failed = made(scene, PACKAGE)
    assert (failed.state, failed.outcome) == (ChangeState.FAILED, says)


def test_an_answer_that_is_no_answer_is_looked_up_too(scene: Scene) -> None:
    number = begun(scene)
    changing.begin(number, "run", scene.world)
    scene.designer.create_package(SCORING, "v4", "")
    scene.designer.fails["create_package"] = DSSUnreadableError("A login page came, and the package, too.")
    assert changing.post(number, "run", scene.world).state is ChangeState.DONE


def test_a_conflict_is_never_taken_for_our_own_doing(scene: Scene) -> None:
    number = begun(scene)
    changing.begin(number, "run", scene.world)
    scene.designer.create_package(SCORING, "v4", "")  # by somebody in the node's own page
    assert changing.post(number, "run", scene.world).state is ChangeState.FAILED


def test_a_node_that_can_not_be_looked_at_is_not_called(scene: Scene) -> None:
    number = begun(scene)
    scene.designer.fails["packages"] = DSSUnavailableError("No answer.")
    ended = make(scene, number)
    assert (ended.state, ended.outcome) == (ChangeState.FAILED, "Nothing was sent: No answer.")
    assert scene.designer.asked == []


def test_a_crash_that_nobody_thought_of_leaves_nobody_waiting(scene: Scene) -> None:
    first, second = begun(scene), begun(scene, ADD)
    changing.begin(first, "run", scene.world)
    changing.post(first, "run", scene.world)
    for number in (first, second):
        changing.give_up(number, "ABC123", scene.world)
        changing.give_up(number, "ABC123", scene.world)
    assert scene.changes.get(first).state is ChangeState.UNKNOWN
    assert scene.changes.get(second).state is ChangeState.FAILED
    assert "incident ABC123" in scene.changes.get(second).outcome


def test_a_crash_between_asking_and_beginning_is_made_good_by_the_sweep(scene: Scene) -> None:
    number = begun(scene)
    scene.durable.changed.clear()
    sweep(scene.world)
    assert scene.durable.changed == [number]


def test_while_the_node_is_at_it_progress_is_shown_in_the_message(scene: Scene) -> None:
    number = begun(scene)
    scene.changes.remember_message(number, MessageRef(CHANNEL, "5.0"))
    assert make(scene, number).message == MessageRef(CHANNEL, "5.0")
    assert scene.progress.told == ["Packaging v4 of design:FRAUD/scoring for maya"]
    assert scene.progress.going_on == 0


def test_a_package_that_was_made_is_an_event_and_its_setup_is_kept(scene: Scene) -> None:
    done = made(scene, PACKAGE)
    assert done.package is not None
    assert done.package.release_notes == "retrained"
    assert scene.snapshots.find(SCORING, "v4", done.package.created_on) is not None
    (event,) = scene.keeping.events.values()
    assert (event.topic, event.version, event.packaged_on) == (Topic.PACKAGED, "v4", done.package.created_on)
    assert (event.change, event.who) == (done.id, MAYA.id)


def test_a_package_that_was_deleted_is_an_event_that_says_which_one_it_was(scene: Scene) -> None:
    (before,) = scene.designer.made[SCORING]
    made(scene, DeletePackage(SCORING, "v3", confirmed=True))
    (event,) = scene.keeping.events.values()
    assert (event.topic, event.version, event.packaged_on) == (Topic.DELETED, "v3", before.created_on)


def test_who_wants_the_same_hears_of_the_first(scene: Scene) -> None:
    first = begun(scene)
    again = do(scene, replace(PACKAGE, release_notes="other words"), OMAR)
    assert isinstance(again, ChangeBegun)
    assert (again.change.id, again.was_begun) == (first, True)


@pytest.mark.parametrize(
    "other", [replace(ADD, model="tree"), RemoveEndpoint(SCORING, "score"), replace(ADD, endpoint="score_us")]
)
def test_the_settings_of_a_service_are_changed_by_one_at_a_time(scene: Scene, other: ChangeNode) -> None:
    first = begun(scene, ADD)
    with pytest.raises(ConflictError, match="I'm adding endpoint score_eu of design:FRAUD/scoring for maya just now"):
        do(scene, other)
    make(scene, first)
    if not (isinstance(other, AddEndpoint) and other.endpoint == ADD.endpoint):
        assert made(scene, other).state is ChangeState.DONE


@every
def test_who_may_not_changes_nothing(scene: Scene, command: ChangeNode) -> None:
    assert isinstance(do(scene, command, VIC), Refused)
    assert scene.durable.changed == []
    assert [(each.what, each.outcome[:8]) for each in scene.entries] == [(command.verb, "refused:")]


def test_an_endpoint_with_that_id_but_another_model_is_not_ours(scene: Scene) -> None:
    scene.designer.fails["add_endpoint"] = DSSUnavailableError("No answer.")
    number = begun(scene, ADD)
    changing.begin(number, "run", scene.world)
    known = scene.designer.known[SCORING]
    scene.designer.known[SCORING] = replace(
        known, endpoints=(*known.endpoints, Endpoint("score_eu", "STD_PREDICTION", "tree"))
    )
    assert changing.post(number, "run", scene.world).state is ChangeState.UNKNOWN


def test_what_was_wished_is_in_the_audit(scene: Scene) -> None:
    made(scene, ADD)
    assert scene.entries[0].detail["endpoint"] == "score_eu"
    assert scene.entries[0].detail["type"] == "prediction"
    assert scene.entries[0].detail["model"] == "fraud_xgb"
    assert scene.entries[0].at == NOON
