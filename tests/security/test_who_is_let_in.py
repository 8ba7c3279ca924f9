"""Whoever doesn't belong to the workspace gets nothing done, by whatever door they come and whatever was granted."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.models import Asker, Person, Place
from opsbot.sandbox import demo
from opsbot.slack.people import A_GUEST, ELSEWHERE, GONE
from tests.stage import shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Stage

JSON = dict[str, Any]

OUT = {"vic": ELSEWHERE, "nils": A_GUEST, "grace": GONE}
GRANTS = (
    {"role": "admin", "users": [demo.VIC.id, demo.NILS.id, demo.GRACE.id]},
    {"role": "publisher", "users": [demo.MAYA.id]},
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("door"), mode="http", grants=list(GRANTS)) as made:
        people = made.workspace.workspace.directory._people
        people[demo.VIC.id] = replace(demo.VIC, team="T0OTHER")
        people[demo.NILS.id] = replace(demo.NILS, is_guest=True)
        people[demo.GRACE.id] = replace(demo.GRACE, deleted=True)
        made.command("publish FRAUD/scoring v4 --as outside")
        made.wait_for("Request 1")
        yield made


def person(name: str) -> str:
    return {"vic": demo.VIC.id, "nils": demo.NILS.id, "grace": demo.GRACE.id}[name]


def event(stage: Stage, kind: str, user: str, number: str, **more: Any) -> JSON:
    said = {"type": kind, "user": user, "text": f"<@{demo.BOT}> approve 1", "ts": "1.0", **more}
    shared = {"type": "event_callback", "team_id": stage.workspace.workspace.team_id, "api_app_id": "A0APP"}
    return {**shared, "event_id": number, "event": {"channel": "C01MLOPS", **said}}


@pytest.mark.parametrize("who", list(OUT))
def test_a_stranger_a_guest_and_who_is_gone_are_refused_at_every_door(stage: Stage, who: str) -> None:
    card = stage.wait_for("Request 1")

    def refused(times: int) -> None:
        stage.wait_for(OUT[who], user=who, times=times)

    stage.command("approve 1", user=who)
    refused(1)
    click = stage.click_payload(card, "approve_request", "1", user=who)
    click["user"]["team_id"] = stage.workspace.workspace.team_id
    refused(2)  # of the command that `click_payload` sends
    assert stage.deliver(click) == 200
    refused(3)
    assert stage.deliver_event(event(stage, "app_mention", person(who), f"Ev{who}")) == 200
    refused(4)
    sent = {
        "type": "view_submission",
        "user": click["user"],
        "team": click["team"],
        "api_app_id": click["api_app_id"],
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": "approve_form",
            "private_metadata": '{"request": 1, "channel": "C01MLOPS", "thread": null}',
            "state": {"values": {}},
        },
    }
    assert stage.deliver(sent) == 200
    refused(5)
    direct = stage.direct(who)
    written = event(stage, "message", person(who), f"Ev{who}2", channel=direct, channel_type="im")
    assert stage.deliver_event(written) == 200
    stage.wait_for(OUT[who], direct, user=who)
    assert not stage.published("outside")
    kept = stage.bot.world.audit.page(service=None, request=None, page=1, size=200)[0]
    assert sum(f'"refused: {OUT[who]}"' in record.body for record in kept) >= 3


@pytest.mark.parametrize("who", list(OUT))
def test_nothing_is_offered_to_them_while_they_type(stage: Stage, who: str) -> None:
    dispatcher = stage.bot.listeners.forms.dispatcher  # what stands behind the selects of a form
    asker = Asker(Person(person(who), who), Place("C01MLOPS"))
    assert dispatcher.offered(asker).grants == ()
    assert dispatcher.standing_to_choose(asker).grants == ()


@pytest.mark.parametrize("who", list(OUT))
def test_a_home_and_a_greeting_say_the_same(stage: Stage, who: str) -> None:
    stage.open_home(who)
    stage.wait_until(lambda: OUT[who] in shown(stage.find_home(who) or {"blocks": []}))
    home = shown(stage.find_home(who) or {"blocks": []})
    assert "Nothing is shown here" in home
    assert " for one." not in home
    assert "What you watch" not in home
    direct = stage.direct(who)
    before = sum(OUT[who] in shown(each) for each in stage.messages(direct, user=who))
    for number, text in enumerate(("hello", ""), 1):
        written = event(
            stage, "message", person(who), f"Ev{who}hi{number}", channel=direct, channel_type="im", text=text
        )
        assert stage.deliver_event(written) == 200
        stage.wait_for(OUT[who], direct, user=who, times=before + number)


@pytest.mark.parametrize("who", ["nils", "grace"])  # of people elsewhere no shortcut is listened to
def test_a_form_says_the_same(stage: Stage, who: str) -> None:
    stage.shortcut("api_designer", user=who, channel="ml-ops")
    assert OUT[who] in shown(stage.wait_for_view(who))
    stage.close_view(who)
    stage.shortcut("publish_version", user=who, message=stage.wait_for("Request 1"))
    assert OUT[who] in shown(stage.wait_for_view(who))
    stage.close_view(who)


def test_a_word_too_few_or_one_mistyped_is_nothing_to_them(stage: Stage) -> None:
    before = sum(A_GUEST in each["text"] for each in stage.messages(user="nils"))
    for number, text in enumerate(("publish", "pakages FRAUD/rules"), 1):
        stage.command(text, user="nils")
        stage.wait_for(A_GUEST, user="nils", times=before + number)
    assert stage.find_view("nils") is None


OTHER = "T0OTHER"


def test_what_comes_from_another_workspace_ends_before_it_is_read(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    card = stage.wait_for("Request 1")
    click = stage.click_payload(card, "approve_request", "1", user="omar")
    stage.wait_for("no grant holds for you", user="omar")  # the command that gave its addresses is done
    before = len(stage.workspace.workspace.log)
    foreign_click = {**click, "user": {**click["user"], "team_id": OTHER}}
    mention = event(stage, "app_mention", demo.OMAR.id, "EvF1", user_team=OTHER, is_ext_shared_channel=True)
    source = event(stage, "app_mention", demo.OMAR.id, "EvF2", source_team=OTHER)
    team = {**event(stage, "app_mention", demo.OMAR.id, "EvF3"), "team_id": OTHER}
    with caplog.at_level(logging.WARNING):
        assert stage.deliver(foreign_click) == 200
        assert [stage.deliver_event(each) for each in (mention, source, team)] == [200] * 3
    assert caplog.text.count("somebody of another workspace is not listened to") == 4
    asked = [entry for entry in list(stage.workspace.workspace.log)[before:] if entry["name"] == "users.info"]
    assert asked == []
    assert not stage.published("outside")


def test_a_command_of_another_workspace_is_answered_with_a_sentence(stage: Stage) -> None:
    fields = stage.command("whoami")["payload"]
    assert stage.replied_to_command({**fields, "team_id": OTHER}) == ELSEWHERE
