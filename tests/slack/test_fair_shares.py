"""Whatever a person sends that takes a worker, they take no more of them than their share."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.sandbox import demo
from opsbot.slack import Pool, Shares
from opsbot.slack.forms.payloads import FIELD
from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import JSON, Stage

SCORING = "design:FRAUD/scoring"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("shares"), pool=Pool(6, 6, None, per_person=1)) as made:
        yield made


def form(stage: Stage, user: str) -> JSON:
    stage.command("package", user=user)
    return stage.wait_for_view(user)


def chosen(stage: Stage, user: str, view: JSON) -> str:
    option = {"text": {"type": "plain_text", "text": SCORING}, "value": SCORING}
    action = {"action_id": f"{FIELD}service", "selected_option": option}
    stage.post("/interact", {"user": user, "view": view["id"], "action": action})
    stage.wait_until(lambda: stage.view(user)["hash"] != view["hash"])
    return json.dumps(stage.view(user))


def test_a_choice_too_many_is_followed_without_a_proposal_and_others_have_theirs(stage: Stage) -> None:
    view = form(stage, "maya")
    stage.wait_until(lambda: stage.bot.pool.going_on() == 0)
    gate = threading.Event()
    assert stage.bot.pool.take(demo.MAYA.id, gate.wait) is None
    seen = chosen(stage, "maya", view)
    assert "I'm still at what you asked for before, so nothing is proposed." in seen
    assert json.loads(stage.view("maya")["private_metadata"])["service"] == SCORING
    gate.set()
    stage.wait_until(lambda: stage.bot.pool.going_on() == 0)
    assert '"v5"' in chosen(stage, "maya", stage.view("maya"))
    stage.close_view("maya")


def test_who_types_faster_than_is_answered_is_offered_nothing_for_a_moment(stage: Stage) -> None:
    forms, shares = stage.bot.listeners.forms, Shares(1)
    limited = replace(forms, suggesting=replace(forms.suggesting, shares=shares))
    form(stage, "maya")

    def offered(who: str) -> list[JSON]:
        said: list[JSON] = []
        body = {"user": {"id": who}, "view": stage.view("maya"), "action_id": f"{FIELD}service", "value": "scoring"}

        def ack(*, options: list[JSON] | None = None, **_: Any) -> None:
            said.extend(options or ())

        limited.on_keystrokes(ack, body)
        return said

    assert offered(demo.MAYA.id)
    assert shares.take(demo.MAYA.id)
    assert offered(demo.MAYA.id) == []
    assert offered(demo.OMAR.id)
    shares.give_back(demo.MAYA.id)
    assert offered(demo.MAYA.id)
    stage.close_view("maya")


def test_who_is_turned_away_again_and_again_does_not_keep_others_from_hearing_it(stage: Stage) -> None:
    spare, gate = stage.bot.listeners.spare, threading.Event()
    refused = [spare.take(demo.MAYA.id, gate.wait) for _ in range(40)]
    assert refused.count(None) < 40
    assert spare.take(demo.OMAR.id, int) is None
    gate.set()
