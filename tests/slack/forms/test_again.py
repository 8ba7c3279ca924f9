"""What was in a form that came to nothing is kept in a button, whatever it is and however long."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.changes import ChangeState, NodeChange
from opsbot.domain.commands import (
    AddEndpoint,
    CreatePackage,
    CreateService,
    Defaults,
    DeletePackage,
    RemoveEndpoint,
    RequestPublish,
)
from opsbot.domain.models import EndpointType, MessageRef, Place
from opsbot.errors import CommandError, NotFoundError
from opsbot.grammar import fill, forms
from opsbot.slack.blocks.changes import outcome
from opsbot.slack.blocks.messages import Answer
from opsbot.slack.forms.again import Kept, kept_in, lost_note, pack, sealed, unpack, values_of, with_form
from tests.actions.doing import asked
from tests.builders import CHANNEL, MAYA, NOON, OMAR, SCORING, asker, package
from tests.fake_requests import FakeNodeChanges
from tests.fakes import Scene

if TYPE_CHECKING:
    from opsbot.domain.commands import ChangeNode

VALUES = {"service": str(SCORING), "version": "v12"}


def noise(length: int) -> str:
    """A text that nothing makes shorter."""
    source = random.Random(7)
    return "".join(chr(source.randrange(0x4E00, 0x9FA5)) for _ in range(length))


@given(notes=st.text(max_size=3000), said=st.text(max_size=300))
def test_what_fits_comes_back_as_it_was(notes: str, said: str) -> None:
    kept = Kept(verb="package", channel="C1", values={**VALUES, "notes": notes}, said=said, beside="version")
    value, left_out = pack(kept)
    assert len(value) <= 2000
    back = unpack(value)
    assert back is not None
    assert back.values | ({"notes": notes} if left_out else {}) == kept.values
    assert (back.said, back.beside, back.left_out) == (said, "version", left_out)


def test_a_page_of_release_notes_fits() -> None:
    notes = "\n".join(f"- fixed the nulls of column {number}, and looked at the drift again" for number in range(45))
    assert pack(Kept(verb="package", values={**VALUES, "notes": notes}))[1] == ()


def test_what_does_not_fit_is_shown_whole_to_be_copied_and_the_rest_comes_back() -> None:
    notes = noise(2900)
    kept = Kept(verb="package", values={**VALUES, "notes": notes})
    message = with_form(Answer(":warning: It is there already.", private=True, undone=True), kept).details[-1]
    assert notes in [block.to_dict()["text"]["text"] for block in message.blocks if block.type == "section"]
    back = unpack(message.blocks[-1].to_dict()["elements"][0]["value"])
    assert back is not None
    assert back.values == VALUES
    assert back.said == "It is there already."
    assert "notes had no room" in lost_note(back)
    assert not lost_note(kept)


@pytest.mark.parametrize(
    "value", ["", "7", "packed:", "packed:!!", "packed:AAAA", "as-it-is:{}", 'as-it-is:{"role":1}']
)
def test_what_somebody_made_up_is_none_of_ours(value: str) -> None:
    assert unpack(value) is None


@pytest.mark.parametrize(
    "value", ["", "7", "12:5ea1", "change:", "change:x", "change:12:", "change:12:zz", "change:1234567890", "packed:"]
)
def test_what_somebody_made_up_opens_no_form(value: str) -> None:
    with pytest.raises(CommandError, match="isn't one of mine"):
        kept_in(value, asker(), Changes(FAILED), REQUESTS)


@pytest.mark.parametrize(
    "wanted",
    [
        CreatePackage(SCORING, "v5", "two\nlines", private=True),
        CreateService(SCORING),
        AddEndpoint(SCORING, "effect", EndpointType.CAUSAL, "uplift", compute_propensity=True),
        RemoveEndpoint(SCORING, "score"),
        DeletePackage(SCORING, "v1", force=True),
    ],
)
def test_what_a_change_wanted_is_the_form_by_which_it_is_asked_for(wanted: ChangeNode) -> None:
    assert fill(forms()[wanted.verb], values_of(wanted), Defaults()).command == wanted


FAILED = NodeChange(3, CreatePackage(SCORING, "v5", "notes"), MAYA, Place(CHANNEL), NOON, ChangeState.FAILED, "no")
OTHERS = (
    replace(FAILED, by=OMAR),
    replace(FAILED, wanted=CreatePackage(SCORING, "v6", "others' notes")),
    replace(FAILED, wanted=DeletePackage(SCORING, "v5")),
    replace(FAILED, asked_at=NOON + timedelta(days=1)),
)


@dataclass
class Changes(FakeNodeChanges):
    """One change, or none."""

    there: NodeChange | None

    def get(self, change: int) -> NodeChange:
        if self.there is None:
            raise NotFoundError(f"There is no change {change}.")
        return self.there


REQUESTS = Scene().requests


def value_of(change: NodeChange) -> str:
    return str(outcome(change, "/apid").blocks[-1].to_dict()["elements"][0]["value"])


def test_a_button_brings_back_what_its_own_change_wanted() -> None:
    kept = kept_in(value_of(FAILED), asker(), Changes(FAILED), REQUESTS)
    assert kept.values == {"service": str(SCORING), "version": "v5", "notes": "notes"}
    with pytest.raises(CommandError, match="Only who asked for it"):
        kept_in(value_of(FAILED), asker(OMAR), Changes(FAILED), REQUESTS)


@pytest.mark.parametrize("there", [*OTHERS, None])
def test_a_button_of_a_change_that_a_restored_database_forgot_brings_back_no_other(there: NodeChange | None) -> None:
    for who in (MAYA, OMAR):
        with pytest.raises(CommandError, match="I don't know any more"):
            kept_in(value_of(FAILED), asker(who), Changes(there), REQUESTS)


def test_a_button_of_an_earlier_version_brings_back_what_its_own_message_tells_of() -> None:
    told = Changes(replace(FAILED, message=MessageRef(CHANNEL, "7.0")))
    assert kept_in("change:3", asker(thread="7.0"), told, REQUESTS).values["version"] == "v5"
    for elsewhere in (asker(thread="8.0"), asker(channel="C02", thread="7.0"), asker()):
        with pytest.raises(CommandError, match="I don't know any more"):
            kept_in("change:3", elsewhere, told, REQUESTS)


def test_the_number_of_a_request_comes_back_for_the_one_that_was_meant_only() -> None:
    scene, restored = Scene(), Scene()
    number = asked(scene)
    restored.designer.made[SCORING] = [package("v4")]
    assert asked(restored, RequestPublish(SCORING, "v4")) == number
    words = Kept(verb="approve", values={"request": f"{number}", "comment": "12 out of 12"}, said="Not now.")

    def back(kept: Kept, requests: Any) -> Kept:
        return kept_in(pack(kept)[0], asker(OMAR), Changes(None), requests)

    meant = sealed(words, scene.requests)
    assert back(meant, scene.requests).values == words.values
    mistyped = sealed(words, REQUESTS)  # nobody has the number
    assert back(mistyped, REQUESTS).values == words.values
    for kept, requests in ((meant, restored.requests), (meant, REQUESTS), (words, scene.requests)):
        found = back(kept, requests)
        assert found.values == {"comment": "12 out of 12"}
        assert (found.beside, "which request you meant" in found.said) == ("request", True)
