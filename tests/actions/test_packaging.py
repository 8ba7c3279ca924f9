from __future__ import annotations

import pytest

from opsbot.actions.packaging import begin_packaging, look_for_package, post_packaging, settle_packaging
from opsbot.domain.commands import CreatePackage
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import PackagingState
from opsbot.domain.results import PackagingBegun, Refused
from opsbot.domain.rules import ChannelRules, Rules
from opsbot.errors import ConflictError, DSSUnavailableError, DSSUnreadableError
from tests.actions.doing import do, make
from tests.builders import CHANNEL, OMAR, SCORING, TEAM, VIC, grant, rules
from tests.fakes import Scene

PACKAGE = CreatePackage(SCORING, "v4", "retrained")


def announcing(channels: dict[str, ChannelRules]) -> Scene:
    return Scene(Rules(("design",), rules(*TEAM).access, (), channels))


def begun(scene: Scene) -> int:
    result = do(scene, PACKAGE)
    assert isinstance(result, PackagingBegun)
    return result.packaging.id


def test_a_package_is_made_and_told_where_it_was_asked_and_where_it_is_wanted() -> None:
    channels = {"C7": ChannelRules(announce=("design:FRAUD/*",)), "C8": ChannelRules(announce=("design:CHURN/*",))}
    scene = announcing(channels)
    number = begun(scene)
    assert scene.durable.packaged == [number]
    make(scene, number)
    made = scene.packagings.get(number)
    assert made.state is PackagingState.MADE
    assert made.package is not None
    assert made.package.release_notes == "retrained"
    assert [each.version for each in scene.designer.made[SCORING]] == ["v3", "v4"]
    assert [(each.kind, each.channel) for each in scene.messages] == [(Kind.PACKAGING, CHANNEL), (Kind.PACKAGED, "C7")]
    assert [each.what for each in scene.entries] == ["package", "packaging made"]


def test_the_channel_where_it_was_asked_is_not_told_twice() -> None:
    scene = announcing({CHANNEL: ChannelRules(announce=("*",))})
    make(scene, begun(scene))
    assert [each.kind for each in scene.messages] == [Kind.PACKAGING]


def test_a_package_that_was_made_has_a_snapshot_of_how_its_service_was_set_up() -> None:
    scene = Scene()
    make(scene, begun(scene))
    package = scene.designer.made[SCORING][-1]
    assert scene.snapshots.find(SCORING, "v4", package.created_on) is not None


def test_a_version_is_never_made_twice() -> None:
    scene = Scene()
    with pytest.raises(ConflictError, match="v3"):
        do(scene, CreatePackage(SCORING, "v3"))
    assert scene.durable.packaged == []


def test_asking_while_it_is_being_made_makes_no_second() -> None:
    scene = Scene(rules(*TEAM, grant("packager", OMAR)))
    first = begun(scene)
    again = do(scene, PACKAGE, OMAR)
    assert isinstance(again, PackagingBegun)
    assert (again.packaging.id, again.was_begun) == (first, True)


def test_who_may_not_package_makes_nothing() -> None:
    scene = Scene()
    assert isinstance(do(scene, PACKAGE, VIC), Refused)
    assert scene.durable.packaged == []
    assert [(each.what, each.outcome[:8]) for each in scene.entries] == [("package", "refused:")]


def test_steps_that_are_done_again_make_one_package() -> None:
    scene = Scene()
    number = begun(scene)
    assert begin_packaging(number, "run", scene.world)
    assert begin_packaging(number, "run", scene.world)
    post_packaging(number, "run", scene.world)
    ended = post_packaging(number, "run", scene.world)  # as after a crash: it looks
    assert ended.state is PackagingState.MADE
    settle_packaging(ended, scene.world)
    settle_packaging(ended, scene.world)
    assert [each.version for each in scene.designer.made[SCORING]] == ["v3", "v4"]
    assert [each.kind for each in scene.messages] == [Kind.PACKAGING]
    assert not begin_packaging(number, "run", scene.world)


def test_a_crash_before_the_node_heard_of_it_is_unknown_until_the_package_is_seen() -> None:
    scene = Scene()
    number = begun(scene)
    begin_packaging(number, "run", scene.world)
    scene.designer.fails["create_package"] = DSSUnavailableError("No answer.")
    settle_packaging(post_packaging(number, "run", scene.world), scene.world)
    unknown = scene.packagings.get(number)
    assert unknown.state is PackagingState.UNKNOWN
    look_for_package(unknown, scene.world)
    assert scene.packagings.get(number).state is PackagingState.UNKNOWN
    scene.designer.fails.clear()
    scene.designer.create_package(SCORING, "v4", "")
    look_for_package(unknown, scene.world)
    assert scene.packagings.get(number).state is PackagingState.MADE


def test_a_no_of_the_node_is_a_failure() -> None:
    scene = Scene()
    number = begun(scene)
    scene.designer.fails["create_package"] = DSSUnreadableError("A login page came.")
    make(scene, number)
    failed = scene.packagings.get(number)
    assert (failed.state, failed.outcome) == (PackagingState.FAILED, "A login page came.")
    assert [each.kind for each in scene.messages] == [Kind.PACKAGING]
