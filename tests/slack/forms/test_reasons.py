"""Forms: what they send back is believed no more than a click."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from opsbot.domain.commands import Approve, Decline
from opsbot.domain.models import MessageRef, Place
from opsbot.domain.seals import Button
from opsbot.slack.forms.reasons import Metadata, Submission, approve_form, decline_form

META = Metadata(request=12, channel="C1", thread="1.0", seal="5ea1")
BUTTON = Button("5ea1", MessageRef("C1", "1.0"))


def sent(callback: str, words: str | None, metadata: str | None = None) -> Submission:
    view: dict[str, Any] = {
        "callback_id": callback,
        "private_metadata": metadata if metadata is not None else META.model_dump_json(),
        "state": {"values": {"words": {"words": {"type": "plain_text_input", "value": words}}}},
    }
    return Submission.model_validate({"user": {"id": "U1", "name": "maya"}, "view": view})


def test_a_form_says_what_its_words_are_for() -> None:
    assert sent("decline_form", " too early ").command == Decline(12, "too early", BUTTON)
    assert sent("approve_form", None).command == Approve(12, "", BUTTON)
    assert sent("approve_form", "fine").asker.place == Place("C1", "1.0")


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "no JSON",
        "{}",
        '{"request": "twelve", "channel": "C1"}',
        '{"request": -1, "channel": "C1"}',
        '{"request": 12, "channel": "C1", "role": "admin"}',
    ],
)
def test_metadata_that_somebody_made_up_is_refused(metadata: str) -> None:
    with pytest.raises(ValidationError):
        _ = sent("approve_form", "fine", metadata).command


def test_a_reason_has_to_be_given_and_a_comment_has_not() -> None:
    decline, approve = decline_form(META).to_dict(), approve_form(META).to_dict()
    assert [block.get("optional", False) for block in (decline["blocks"][0], approve["blocks"][0])] == [False, True]
    kept = {"request": 12, "channel": "C1", "thread": "1.0", "seal": "5ea1"}
    assert json.loads(decline["private_metadata"]) == kept
    assert len(decline["title"]["text"]) <= 24
