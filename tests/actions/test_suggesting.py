"""What is offered while somebody types: what they may see, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest

from opsbot.actions.recording import effects
from opsbot.actions.suggesting import MOST, Offer, Suggestions
from opsbot.domain.authorization import AccessRules, Membership, Permission
from opsbot.domain.commands import Defaults
from opsbot.domain.models import Endpoint, SavedModel
from opsbot.domain.references import ProjectRef, ServiceRef
from tests.builders import ADA, MAYA, NOON, OMAR, SCORING, VIC, asker, grant, package, service, wish
from tests.fake_requests import FakeRequests
from tests.fakes import FakeKeeping, FakePauses, FakePolicies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opsbot.domain.authorization import Standing
    from opsbot.domain.models import Package, Person, Service

T = TypeVar("T")

FRAUD, CHURN, NEW = (ProjectRef("design", key) for key in ("FRAUD", "CHURN", "NEW"))
CHURNING = ServiceRef("design", "CHURN", "churn")
NOWHERE = Defaults()
RULES = AccessRules(
    (
        grant("viewer", MAYA),
        grant("viewer", VIC, services=("design:FRAUD/*",)),
        grant("viewer", OMAR, services=("design:FRAUD/sc*",), channels=("C0",)),
    )
)


@dataclass
class FakeCatalog:
    """A catalog that knows all at once, and counts who looks again."""

    known: list[Service] = field(default_factory=lambda: [service(SCORING), service(CHURNING)])
    made: dict[ServiceRef, list[Package]] = field(default_factory=dict)
    looked: list[ServiceRef] = field(default_factory=list)
    asked: int = 0

    def projects(self) -> list[ProjectRef]:
        return self._answer([FRAUD, CHURN, NEW])

    def services(self) -> list[Service]:
        return self._answer(self.known)

    def packages(self, ref: ServiceRef) -> list[Package]:
        return self._answer(self.made.get(ref, []))

    def models(self, project: ProjectRef) -> list[SavedModel]:
        other = f"{project.project.lower()}_lr"
        return self._answer([SavedModel("xgb", "Gradient boosting"), SavedModel(other, other)])

    def published_services(self, nodes: Iterable[str]) -> list[str]:
        return self._answer(["secret", "scoring", "churn"] if list(nodes) else [])

    def look_again(self, ref: ServiceRef) -> None:
        self.looked.append(ref)

    def _answer(self, things: list[T]) -> list[T]:
        self.asked += 1
        return things


@pytest.fixture
def catalog() -> FakeCatalog:
    return FakeCatalog()


@pytest.fixture
def requests() -> FakeRequests:
    keeping = FakeKeeping()
    return FakeRequests(keeping, FakePolicies(), FakePauses(keeping))


@pytest.fixture
def offering(catalog: FakeCatalog, requests: FakeRequests) -> Suggestions:
    return Suggestions(catalog, requests)


def standing(person: Person, channel: str = "C1") -> Standing:
    return RULES.standing(asker(person, channel), Membership())


def values(offers: list[Offer]) -> list[str]:
    return [offer.value for offer in offers]


def test_services_are_those_that_the_grants_cover(offering: Suggestions) -> None:
    assert values(offering.services("", standing(MAYA), NOWHERE)) == [str(CHURNING), str(SCORING)]
    assert values(offering.services("", standing(VIC), NOWHERE)) == [str(SCORING)]
    assert offering.services("churn", standing(VIC), NOWHERE) == []
    assert offering.services("", standing(OMAR), NOWHERE) == []
    assert values(offering.services("", standing(OMAR, "C0"), NOWHERE)) == [str(SCORING)]


def test_who_has_not_said_where_is_offered_what_they_may_see_anywhere(offering: Suggestions) -> None:
    anywhere = RULES.anywhere(OMAR.id, Membership())
    assert values(offering.services("", anywhere, NOWHERE)) == [str(SCORING)]


def test_the_channel_s_own_project_comes_first(offering: Suggestions) -> None:
    here = Defaults("design", "FRAUD")
    assert values(offering.services("", standing(MAYA), here))[0] == str(SCORING)


def test_other_services_are_seen_as_soon_as_the_catalog_has_them(offering: Suggestions, catalog: FakeCatalog) -> None:
    offering.services("", standing(VIC), NOWHERE)
    catalog.known = [service(ServiceRef("design", "FRAUD", "rules"))]
    assert values(offering.services("", standing(VIC), NOWHERE)) == ["design:FRAUD/rules"]


def test_no_more_is_offered_than_slack_takes(offering: Suggestions, catalog: FakeCatalog) -> None:
    catalog.known = [service(ServiceRef("design", "FRAUD", f"s{number}")) for number in range(300)]
    assert len(offering.services("s", standing(MAYA), NOWHERE)) == MOST
    assert len(offering.services("", standing(MAYA), Defaults("design", "FRAUD"))) == MOST


def test_versions_are_the_newest_first_and_of_what_may_be_seen(offering: Suggestions, catalog: FakeCatalog) -> None:
    old, new = package("v1", age=timedelta(days=2)), package("v2")
    catalog.made = {SCORING: [old, new], CHURNING: [old]}
    assert offering.versions("", standing(VIC), SCORING) == [
        Offer("v2", "2026-11-02 12:00 UTC"),
        Offer("v1", "2026-10-31 12:00 UTC"),
    ]
    assert offering.versions("", standing(VIC), CHURNING) == []
    assert offering.versions("", standing(VIC), None) == []


def test_projects_without_services_are_seen_by_whoever_a_grant_lets(offering: Suggestions) -> None:
    assert values(offering.projects("", standing(MAYA))) == [str(FRAUD), str(CHURN), str(NEW)]
    assert values(offering.projects("", standing(VIC))) == [str(FRAUD)]


def test_models_are_those_of_a_project_that_may_be_seen(offering: Suggestions) -> None:
    assert offering.models("grad", standing(VIC), FRAUD) == [Offer("xgb", "Gradient boosting")]
    assert values(offering.models("", standing(VIC), FRAUD)) == ["xgb", "fraud_lr"]
    assert offering.models("", standing(VIC), CHURN) == []


def test_endpoints_are_those_of_the_service(offering: Suggestions, catalog: FakeCatalog) -> None:
    catalog.known = [service(SCORING, endpoints=(Endpoint("score", "STD_PREDICTION"), Endpoint("why", "PY_FUNCTION")))]
    assert offering.endpoints("", standing(VIC), SCORING) == [
        Offer("score", "STD_PREDICTION"),
        Offer("why", "PY_FUNCTION"),
    ]
    assert offering.endpoints("", standing(VIC), CHURNING) == []


def test_published_services_that_nothing_visible_is_called_by_are_for_who_reads_all(offering: Suggestions) -> None:
    assert values(offering.published_services("", standing(MAYA), SCORING, ["design"])) == [
        "scoring",
        "churn",
        "secret",
    ]
    assert values(offering.published_services("", standing(VIC), None, ["design"])) == ["scoring"]


def test_requests_are_the_open_ones_on_what_may_be_seen(offering: Suggestions, requests: FakeRequests) -> None:
    for ref in (SCORING, CHURNING):
        requests.open(wish("v3", ref=ref), lambda opened: effects(opened, asker(), "publish", NOON))
    assert {offer.value for offer in offering.requests("", standing(MAYA))} == {"1", "2"}
    assert values(offering.requests("#1", standing(VIC))) == ["1"]
    assert "by maya" in offering.requests("", standing(VIC))[0].note


def test_requests_are_offered_to_who_may_only_approve(offering: Suggestions, requests: FakeRequests) -> None:
    for ref in (SCORING, CHURNING):
        requests.open(wish("v3", ref=ref), lambda opened: effects(opened, asker(), "publish", NOON))
    judging = AccessRules(
        (grant("judge", ADA, services=("design:CHURN/*",)),), {"judge": frozenset({Permission.APPROVE})}
    )
    assert values(offering.requests("", judging.standing(asker(ADA), Membership()))) == ["2"]


def test_no_keystroke_waits_for_the_catalog_oftener_than_twice(offering: Suggestions, catalog: FakeCatalog) -> None:
    catalog.made = {SCORING: [package("v3")]}
    seen = standing(VIC)
    asking: list[Callable[[], list[Offer]]] = [
        lambda: offering.services("", seen, NOWHERE),
        lambda: offering.projects("", seen),
        lambda: offering.versions("", seen, SCORING),
        lambda: offering.endpoints("", seen, SCORING),
        lambda: offering.models("", seen, FRAUD),
        lambda: offering.published_services("", seen, None, ["design", "staging", "edge"]),
    ]
    for ask in asking:
        catalog.asked = 0
        assert ask()
        assert 1 <= catalog.asked <= 2
