from __future__ import annotations

from datetime import timedelta

import pytest

from opsbot.actions.dispatcher import Dispatcher
from opsbot.domain.commands import (
    Command,
    CreatePackage,
    ListPackages,
    ListServices,
    ShowAccess,
    ShowHelp,
    ShowService,
    ShowSummary,
)
from opsbot.domain.models import Package, Person
from opsbot.domain.references import ProjectRef, ServiceRef
from opsbot.domain.results import (
    AccessShown,
    HelpShown,
    PackagesListed,
    Refused,
    Result,
    ServiceShown,
    ServicesListed,
    SummaryShown,
)
from opsbot.domain.rules import ChannelRules, Rules
from opsbot.errors import DSSUnavailableError, Misspelling, NotFoundError
from tests.builders import CHANNEL, MAYA, SCORING, VIC, asker, grant, package, rules, service
from tests.fake_nodes import FakeDesigner
from tests.fakes import Scene

RULES_SERVICE = ServiceRef("design", "FRAUD", "rules")
STRANGER = Person("U9", "stranger")


def do(command: Command, scene: Scene, person: Person = VIC, channel: str = CHANNEL) -> Result:
    return Dispatcher(scene.world).do(command, asker(person, channel))


def test_services_are_listed_by_name() -> None:
    scene = Scene(designer=FakeDesigner(known={each: service(each) for each in (SCORING, RULES_SERVICE)}))
    result = do(ListServices(ProjectRef("design", "FRAUD")), scene)
    assert isinstance(result, ServicesListed)
    assert [each.ref for each in result.services] == [RULES_SERVICE, SCORING]


def test_only_services_that_the_asker_may_see_are_listed() -> None:
    scene = Scene(
        rules=rules(grant("viewer", VIC, services=("design:FRAUD/rules",))),
        designer=FakeDesigner(known={each: service(each) for each in (SCORING, RULES_SERVICE)}),
    )
    result = do(ListServices(ProjectRef("design", "FRAUD")), scene)
    assert isinstance(result, ServicesListed)
    assert [each.ref for each in result.services] == [RULES_SERVICE]


def test_packages_come_newest_first_and_those_of_unknown_age_last() -> None:
    made = [package("v1", age=timedelta(days=2)), Package("v0"), package("v3"), package("v2", age=timedelta(days=1))]
    result = do(ListPackages(SCORING), Scene(designer=FakeDesigner(made={SCORING: made})))
    assert isinstance(result, PackagesListed)
    assert [each.version for each in result.packages] == ["v3", "v2", "v1", "v0"]


def test_a_service_without_packages_is_told_from_one_that_is_not_there() -> None:
    scene = Scene(designer=FakeDesigner(made={}))
    result = do(ListPackages(SCORING), scene)
    assert isinstance(result, PackagesListed)
    assert result.packages == ()
    with pytest.raises(NotFoundError, match="Its services: scoring"):
        do(ListPackages(RULES_SERVICE), scene)


def test_services_that_the_asker_may_not_see_are_not_named() -> None:
    scene = Scene(rules=rules(grant("viewer", VIC, services=("design:FRAUD/r*",))), designer=FakeDesigner(made={}))
    with pytest.raises(NotFoundError, match="Its services: none that you may see"):
        do(ShowService(RULES_SERVICE), scene)


def test_a_service_is_shown_with_what_is_published() -> None:
    result = do(ShowService(SCORING), Scene(designer=FakeDesigner(published={"scoring": {"v3"}})))
    assert isinstance(result, ServiceShown)
    assert result.published == frozenset({"v3"})


def test_a_service_is_shown_though_the_deployer_is_silent() -> None:
    silent = FakeDesigner(fails={"published_versions": DSSUnavailableError("no answer")})
    result = do(ShowService(SCORING), Scene(designer=silent))
    assert isinstance(result, ServiceShown)
    assert result.published is None


def test_a_package_is_shown_with_its_notes() -> None:
    scene = Scene(designer=FakeDesigner(made={SCORING: [package("v3", notes="retrained")]}))
    result = do(ShowSummary(SCORING, "v3"), scene)
    assert isinstance(result, SummaryShown)
    assert result.summary.package.release_notes == "retrained"


@pytest.mark.parametrize(
    "command",
    [
        ListServices(ProjectRef("design", "FRAUD")),
        ShowService(SCORING),
        ListPackages(SCORING),
        ShowSummary(SCORING, "v3"),
    ],
)
def test_who_holds_no_grant_sees_nothing(command: Command) -> None:
    assert isinstance(do(command, Scene(), STRANGER), Refused)


def test_help_names_only_what_the_asker_may_do() -> None:
    scene = Scene()
    seen = {person: do(ShowHelp(), scene, person) for person in (VIC, MAYA, STRANGER)}
    verbs = {
        person: {entry.verb for entry in shown.verbs} for person, shown in seen.items() if isinstance(shown, HelpShown)
    }
    assert verbs[STRANGER] == {"help", "inbox", "whoami"}
    assert "packages" in verbs[VIC]
    assert "publish" not in verbs[VIC]
    assert {"publish", "package"} <= verbs[MAYA]
    assert "approve" not in verbs[MAYA]


def test_whoami_tells_the_grants_that_hold_here() -> None:
    scene = Scene(rules=rules(grant("viewer", VIC), grant("packager", VIC, channels=("C9",)), grant("admin", MAYA)))
    result = do(ShowAccess(), scene)
    assert isinstance(result, AccessShown)
    assert [held.role for held, _ in result.grants] == ["viewer"]


def test_a_channel_may_allow_some_verbs_only() -> None:
    scene = Scene(
        rules=Rules(
            ("design",), rules(grant("viewer", VIC)).access, (), {CHANNEL: ChannelRules(verbs=frozenset({"services"}))}
        )
    )
    assert isinstance(do(ListPackages(SCORING), scene), Refused)
    assert isinstance(do(ListServices(ProjectRef("design", "FRAUD")), scene), ServicesListed)
    told = do(ShowHelp(), scene)
    assert isinstance(told, HelpShown)
    assert {entry.verb for entry in told.verbs} == {"help", "services", "whoami", "inbox"}
    assert isinstance(do(ListPackages(SCORING), scene, channel="C9"), PackagesListed)
    dispatcher, here = Dispatcher(scene.world), asker(VIC)
    for verb in ("packages", "package", "approve"):  # before anybody is asked which
        assert dispatcher.forbids(verb, here) == Refused(
            f"“{verb}” isn't for this channel; its settings allow other verbs only."
        )
    assert [dispatcher.forbids(verb, here) for verb in ("services", "help")] == [None, None]


def test_a_place_says_what_is_meant_there() -> None:
    channels = {CHANNEL: ChannelRules(node="eu", project="FRAUD")}
    dispatcher = Dispatcher(Scene(rules=Rules(("design", "eu"), channels=channels)).world)
    here, elsewhere = dispatcher.defaults(asker()), dispatcher.defaults(asker(channel="C9"))
    assert (here.node, here.project) == ("eu", "FRAUD")
    assert (elsewhere.node, elsewhere.project) == (None, None)


def test_who_lacks_a_grant_is_told_who_gives_them() -> None:
    allowed = rules(grant("viewer", VIC), grant("admin", MAYA, services=("design:FRAUD/*",)), grant("admin", STRANGER))
    result = do(CreatePackage(SCORING, "v9"), Scene(rules=allowed))
    assert isinstance(result, Refused)
    assert result.ask == (frozenset({MAYA.id, STRANGER.id}), frozenset())
    elsewhere = do(CreatePackage(ServiceRef("design", "CHURN", "churn"), "v9"), Scene(rules=allowed))
    assert isinstance(elsewhere, Refused)
    assert elsewhere.ask == (frozenset({STRANGER.id}), frozenset())
    access = do(ShowAccess(), Scene(rules=rules(grant("admin", STRANGER))))
    assert isinstance(access, AccessShown)
    assert (access.grants, access.ask) == ((), (frozenset({STRANGER.id}), frozenset()))


def test_a_misspelt_name_is_told_with_the_one_that_was_meant() -> None:
    with pytest.raises(NotFoundError, match="Did you mean “scoring”") as raised:
        do(ListPackages(ServiceRef("design", "FRAUD", "Scorin")), Scene())
    assert raised.value.near == Misspelling("Scorin", "scoring")
