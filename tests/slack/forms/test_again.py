"""What was in a form that came to nothing is kept in a button, whatever it is and however long."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.commands import AddEndpoint, CreatePackage, CreateService, Defaults, DeletePackage, RemoveEndpoint
from opsbot.domain.models import EndpointType
from opsbot.grammar import fill, forms
from opsbot.slack.blocks.messages import Answer
from opsbot.slack.forms.again import Kept, change_in, lost_note, pack, unpack, values_of, with_form
from tests.builders import SCORING

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
    assert "It is there already." in back.said
    assert "notes had no room" in lost_note(back)
    assert not lost_note(kept)


@pytest.mark.parametrize(
    "value", ["", "7", "packed:", "packed:!!", "packed:AAAA", "as-it-is:{}", 'as-it-is:{"role":1}']
)
def test_what_somebody_made_up_is_none_of_ours(value: str) -> None:
    assert unpack(value) is None


@pytest.mark.parametrize(("value", "number"), [("change:12", 12), ("change:", None), ("change:x", None), ("12", None)])
def test_a_button_may_stand_for_a_change(value: str, number: int | None) -> None:
    assert change_in(value) == number


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
