"""What somebody deletes in Slack: the story goes on, and so does what is to be decided; over one stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.domain.lifecycle import OPEN
from opsbot.domain.models import MessageRef
from opsbot.sandbox import demo
from tests.stage import ADMIN, GRANTS, WATCHES, buttons, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import JSON, Stage


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("deleted"), grants=[*GRANTS, ADMIN], watches=WATCHES) as made:
        yield made


def delete(stage: Stage, message: JSON) -> None:
    messages = stage.workspace.workspace.messages
    found = messages.find(message["channel"], message["ts"])
    assert found is not None
    messages.delete(found)


def asked_for(stage: Stage, version: str) -> tuple[int, JSON]:
    """Ask for a publish; gives the request's number and its card."""
    stage.command(f"package FRAUD/rules {version}")
    stage.wait_for(f"packaged `{version}`", "approvals")
    stage.command(f"publish FRAUD/rules {version} --reason due")

    def look() -> int | None:
        return next((each.id for each in stage.bot.world.requests.in_states(OPEN) if each.version == version), None)

    number = stage.wait(look, f"a request for {version}")
    return number, stage.wait_for(f"Request {number}")


def new_card(stage: Stage, gone: JSON, text: str) -> JSON:
    """The card that was posted for one that is gone; there is one such."""

    def look() -> JSON | None:
        later = [each for each in stage.messages() if float(each["ts"]) > float(gone["ts"]) and text in shown(each)]
        cards = [each for each in later if each.get("thread_ts") in {None, each["ts"]}]
        assert len(cards) < 2
        return cards[0] if cards else None

    return stage.wait(look, f"another card with “{text}”")


def begun_anew(stage: Stage, text: str) -> JSON:
    """The message that a story goes on from; what Slack says beside the thread that is gone is there for a moment only."""
    told_at = stage.bot.world.events.told_at

    def look() -> JSON | None:
        told = [each for each in stage.messages("approvals") if text in shown(each)]
        return next((each for each in told if told_at(MessageRef(each["channel"], each["ts"]))), None)

    return stage.wait(look, f"a story that begins anew with “{text}”")


def test_a_story_whose_first_message_is_deleted_begins_anew_and_goes_on_there(shared: Stage) -> None:
    shared.command("package FRAUD/rules v50")
    delete(shared, shared.wait_for("packaged `v50` of `design:FRAUD/rules`", "approvals"))
    shared.command("publish FRAUD/rules v50 --reason due")
    anew = begun_anew(shared, "asks to publish `v50` of `design:FRAUD/rules`")
    shared.say(f"<@{demo.BOT}> approve", user="omar", channel="approvals", thread=anew["ts"])
    shared.wait_for_reply(anew, "is approved by <@U02OMAR>")
    shared.wait_for_reply(anew, "is published to `rules`")
    told = [each for each in shared.messages("approvals") if "asks to publish `v50`" in shown(each)]
    assert [each["thread_ts"] for each in told] == [anew["ts"]]


def test_a_card_that_is_deleted_is_posted_anew_with_the_outcome_below_it(shared: Stage) -> None:
    number, gone = asked_for(shared, "v51")
    delete(shared, gone)
    shared.command(f"approve {number}", user="omar")
    card = new_card(shared, gone, "v51")
    shared.wait_for_reply(card, "published")
    assert shared.published("rules") >= {"v51"}


def test_where_only_the_card_is_shown_anew_the_new_one_can_be_decided_on(shared: Stage) -> None:
    _, gone = asked_for(shared, "v52")
    delete(shared, gone)
    shared.command("pause FRAUD/rules --reason lunch", user="ada")
    card = new_card(shared, gone, "lunch")
    shared.command("resume FRAUD/rules", user="ada")
    shared.wait_until(lambda: "lunch" not in shown(shared.again(card)))
    shared.say(f"<@{demo.BOT}> approve", user="omar", thread=card["ts"])
    shared.wait_for_reply(card, "published")
    assert "Approve" not in buttons(shared.again(card))
