"""Who packaged something is told in the same way wherever it is told."""

from __future__ import annotations

from dataclasses import replace

from opsbot.domain.audit import Head
from opsbot.domain.commands import CreatePackage, ListPackages, ShowHistory, ShowService, ShowSummary
from opsbot.domain.results import HistoryShown, PackagesListed, ServiceShown, SummaryShown
from opsbot.slack.blocks.results import answer
from tests.actions.doing import do, made
from tests.builders import ADA, MAYA, SCORING, asker, package
from tests.fake_nodes import FakeDesigner
from tests.fakes import Scene


def scene_of(*versions: str, by: str) -> Scene:
    scene = Scene(designer=FakeDesigner(made={SCORING: [package(version, by=by) for version in versions]}))
    scene.rules = replace(scene.rules, people={ADA.id: "ada_l"})
    return scene


def test_who_asked_the_bot_is_the_packager_in_every_answer() -> None:
    scene = scene_of(by="opsbot")
    made(scene, CreatePackage(SCORING, "v4"))
    for command in (ListPackages(SCORING), ShowService(SCORING), ShowSummary(SCORING, "v4")):
        said = answer(do(scene, command), asker(), "/apid")
        assert said is not None
        assert "by @maya" in said.in_full()
    kept = tuple((Head(number, "a" * 64), entry) for number, entry in enumerate(scene.entries))
    history = answer(HistoryShown(ShowHistory(SCORING), kept, len(kept)), asker(), "/apid")
    assert history is not None
    assert "opsbot for maya: package done" in history.in_full()


def test_a_login_that_people_maps_is_that_person_and_another_is_shown_for_what_it_is() -> None:
    scene = scene_of("v1", "v2", by="ada_l")
    scene.designer.made[SCORING].append(package("v3", by="linus"))
    listed, shown, one = (
        do(scene, command) for command in (ListPackages(SCORING), ShowService(SCORING), ShowSummary(SCORING, "v2"))
    )
    assert isinstance(listed, PackagesListed)
    assert isinstance(shown, ServiceShown)
    assert isinstance(one, SummaryShown)
    assert {version: person.id for version, person in listed.packagers.items()} == {"v1": ADA.id, "v2": ADA.id}
    assert shown.packagers == listed.packagers
    assert one.packager == listed.packagers["v2"]
    said = answer(listed, asker(), "/apid")
    assert said is not None
    assert "by the node's login linus" in said.in_full().replace("`", "")


def test_whom_only_people_maps_is_called_as_in_slack_where_that_is_known_and_else_by_the_login() -> None:
    scene = scene_of("v1", by="ada_l")
    for known, shown in (({}, "by ada_l"), ({ADA.id: "ada"}, "by @ada")):
        scene.directory.names = known
        for command in (ListPackages(SCORING), ShowService(SCORING), ShowSummary(SCORING, "v1")):
            said = answer(do(scene, command), asker(), "/apid")
            assert said is not None
            assert shown in said.in_full()
            assert "@ada_l" not in said.in_full()


def test_the_makers_of_300_packages_are_looked_for_once() -> None:
    scene = scene_of(*(f"v{number}" for number in range(300)), by="opsbot")
    made(scene, CreatePackage(SCORING, "v300"))
    before = scene.changes.looked_for_makers
    listed = do(scene, ListPackages(SCORING))
    assert isinstance(listed, PackagesListed)
    assert listed.packagers == {"v300": MAYA}
    assert scene.changes.looked_for_makers == before + 1
