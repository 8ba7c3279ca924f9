from __future__ import annotations

from dataclasses import replace

import pytest

from opsbot.domain.authorization import AccessRules, Membership
from opsbot.domain.commands import Approve, Cancel, Decide, Decline
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Person
from opsbot.domain.policies import DEFAULT_POLICY
from opsbot.domain.policy import in_words, objection
from opsbot.errors import NotFoundError
from tests.builders import ADA, MAYA, OMAR, TEAM, VIC, asker, decision, grant, request, wish


def object_to(decide: Decide, person: Person, state: State = State.PENDING, requester: Person = MAYA) -> str | None:
    standing = AccessRules((*TEAM, grant("admin", ADA))).standing(asker(person), Membership())
    asked = request(decide.request, state, wanted=wish(requester=requester))
    return objection(decide, asked, person, standing, DEFAULT_POLICY)


def test_an_approver_may_approve_and_decline() -> None:
    assert object_to(Approve(12), OMAR) is None
    assert object_to(Decline(12), OMAR) is None


def test_nobody_approves_what_they_asked_for_themselves() -> None:
    assert "somebody else has to approve" in (object_to(Approve(12), OMAR, requester=OMAR) or "")
    assert "cancel it" in (object_to(Decline(12), OMAR, requester=OMAR) or "")


def test_not_even_an_admin_does() -> None:
    assert object_to(Approve(12), ADA, requester=ADA) is not None


def test_who_may_only_look_decides_nothing() -> None:
    for decide in (Approve(12), Decline(12), Cancel(12)):
        assert object_to(decide, VIC) is not None


@pytest.mark.parametrize("state", State)
def test_who_may_not_even_look_hears_that_there_is_none(state: State) -> None:
    for decide in (Approve(12), Decline(12), Cancel(12)):
        with pytest.raises(
            NotFoundError, match=r"There is no request 12 that you may see; “requests” lists those there are\."
        ):
            object_to(decide, Person("U9", "stranger"), state)


def test_who_asked_may_cancel_and_so_may_an_admin_but_no_approver() -> None:
    assert object_to(Cancel(12), MAYA) is None
    assert object_to(Cancel(12), ADA) is None
    assert "Only maya" in (object_to(Cancel(12), OMAR) or "")


@pytest.mark.parametrize("state", [state for state in State if state is not State.PENDING])
def test_what_waits_no_more_can_not_be_decided(state: State) -> None:
    for decide in (Approve(12), Decline(12)):
        assert object_to(decide, OMAR, state) is not None
    assert (object_to(Cancel(12), MAYA, state) is None) is (state is State.APPROVED)


def test_a_late_one_is_told_who_was_first() -> None:
    standing = AccessRules(TEAM).standing(asker(ADA), Membership())
    approved = request(state=State.PUBLISHING, decision=decision(OMAR))
    for late, since in ((approved, "; it is being published"), (replace(approved, state=State.APPROVED), "")):
        said = objection(Approve(12), late, ADA, standing, DEFAULT_POLICY)
        assert said == f"Request 12 was approved by omar already{since}."
    declined = request(state=State.DECLINED, decision=decision(OMAR))
    assert objection(Approve(12), declined, OMAR, standing, DEFAULT_POLICY) == "Request 12 was declined by you already."


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ([("approver", 1)], "1 approver"),
        ([("approver", 2), ("owner", 1)], "2 approvers and 1 owner"),
        ([("deputy", 2)], "2 deputies"),
        ([("sre-ops", 3)], "3 sre-ops"),
        ([], "nobody"),
    ],
)
def test_how_many_of_which_roles_are_missing_is_said_as_people_say_it(roles: list[tuple[str, int]], said: str) -> None:
    assert in_words(roles) == said
