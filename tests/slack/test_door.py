"""What comes in at the door: signatures, replays, floods, and what nobody foresaw."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opsbot.domain.commands import Defaults
from opsbot.errors import StoreError
from opsbot.sandbox import demo
from opsbot.slack import Pool, Turns, manifest
from opsbot.slack.trouble import BUSY
from tests.stage import buttons, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker
    from opsbot.domain.results import Result
    from tests.stage import Stage


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, mode="http") as made:
        yield made


def asked(stage: Stage) -> dict[str, object]:
    stage.command("publish FRAUD/scoring v4")
    return stage.click_payload(stage.wait_for("Request 1"), "approve_request", "1", user="omar")


def test_a_forged_signature_is_refused(open_door: Stage) -> None:
    assert open_door.deliver(asked(open_door), secret="guessed") == 401
    assert "v4" not in open_door.published("scoring")


def test_a_late_signature_is_refused(open_door: Stage) -> None:
    assert open_door.deliver(asked(open_door), at=time.time() - 6 * 60) == 401
    assert "v4" not in open_door.published("scoring")


def mention(text: str, *, ts: str = "1.0", thread: str | None = None, event: str = "Ev0001") -> dict[str, Any]:
    said = {"type": "app_mention", "user": "U02OMAR", "text": f"<@{demo.BOT}> {text}", "channel": "C01MLOPS", "ts": ts}
    return {
        "type": "event_callback",
        "event_id": event,
        "team_id": "T0SANDBOX",
        "api_app_id": "A0APP",
        "event": {**said, **({"thread_ts": thread} if thread else {})},
    }


def test_a_replayed_mention_is_taken_once(open_door: Stage) -> None:
    assert [open_door.deliver_event(mention("whoami")) for _ in range(3)] == [200, 200, 200]
    open_door.wait_for("you hold", user="omar")
    open_door.bot.pool.close()  # all three are done now
    assert len([each for each in open_door.messages(user="omar") if "you hold" in each["text"]]) == 1


def test_what_an_integration_says_to_the_bot_is_passed_over(open_door: Stage, caplog: pytest.LogCaptureFixture) -> None:
    by_nobody = mention("whoami")
    del by_nobody["event"]["user"]
    by_nobody["event"] |= {"subtype": "bot_message", "bot_id": "B0OTHER", "username": "alerts"}
    assert open_door.deliver_event(by_nobody) == 200
    assert "incident" not in caplog.text
    assert open_door.deliver_event(mention("whoami", event="Ev2")) == 200
    open_door.wait_for("you hold", user="omar")


def test_a_mention_in_the_channel_is_answered_there_to_its_author_and_in_its_thread_to_all(open_door: Stage) -> None:
    said = open_door.say("good morning", user="omar")["message"]
    open_door.deliver_event(mention("whoami", ts=said["ts"], event="Ev1"))
    assert "thread_ts" not in open_door.wait_for("you hold", user="omar")  # Slack hides those in threads that aren't
    open_door.deliver_event(mention("services FRAUD", ts=said["ts"], event="Ev2"))
    assert open_door.wait_for("asked for the services", user="omar")["thread_ts"] == said["ts"]


def test_what_follows_a_greeting_is_asked_about_rather_than_done(open_door: Stage) -> None:
    open_door.say(f"hey <@{demo.BOT}> /apid services CHURN")
    said = open_door.wait_for("I do what stands behind my name")
    assert said["ephemeral"]
    assert "services CHURN" in "".join(buttons(said))
    open_door.click(said, "run_line")
    open_door.wait_for("asked for the services of `design:CHURN`")


def test_pages_are_turned_in_the_thread_of_a_mention_too(open_door: Stage) -> None:
    for number in range(100, 115):
        open_door.designer.node.create_package("CHURN", "churn", f"v{number}", by="script")
    said = open_door.say("good morning", user="omar")["message"]
    open_door.deliver_event(mention("packages CHURN/churn", ts=said["ts"]))
    first = open_door.wait_for("Page 1 of", user="omar")
    open_door.click(first, buttons(first)["Older"], user="omar")
    open_door.wait_for("Page 2 of", user="omar")
    assert open_door.wait_for("asked for the packages", user="omar")["thread_ts"] == said["ts"]


@pytest.mark.parametrize("value", ["1; DROP TABLE publish_requests", "999", "", "١", "-1", "1:0123456789ab"])
def test_a_button_value_that_somebody_made_up_does_nothing(open_door: Stage, value: str) -> None:
    payload = asked(open_door)
    payload["actions"] = [{"type": "button", "action_id": "approve_request", "block_id": "b", "value": value}]
    assert open_door.deliver(payload) == 200
    said = {"999": "There is no request 999", "1:0123456789ab": "This card is of another request"}
    open_door.wait_for(said.get(value, "isn't one of mine"), user="omar")
    assert "v4" not in open_door.published("scoring")


def test_an_old_card_brings_the_words_back_and_not_the_number_that_another_request_has_now(open_door: Stage) -> None:
    payload = asked(open_door)
    payload["actions"] = [
        {"type": "button", "action_id": "decline_request", "block_id": "b", "value": "1:0123456789ab"}
    ]
    assert open_door.deliver(payload) == 200
    open_door.wait_for_view("omar")
    assert open_door.submit("omar", {"words": "too early by far"})["ok"]
    refused = open_door.wait_for("This card is of another request", user="omar")
    open_door.click(refused, buttons(refused)["Open the form again"], user="omar")
    again = json.dumps(open_door.wait_for_view("omar"))
    assert "too early by far" in again
    assert '"initial_option"' not in again


def test_whether_it_lives_and_is_ready_can_be_asked(open_door: Stage) -> None:
    url = f"http://127.0.0.1:{open_door.bot.http.port}"
    assert httpx.get(f"{url}/healthz").json() == {"alive": True}
    ready = {"database": True, "slack": True, "nodes": {"design": True}}
    open_door.wait_until(lambda: httpx.get(f"{url}/readyz").json() == ready)  # once the node was asked
    assert httpx.get(f"{url}/nothing").status_code == 404
    voice = open_door.bot._mouth.voice
    voice.lost("Slack says token_revoked.")
    unready = httpx.get(f"{url}/readyz")
    assert (unready.status_code, unready.json()) == (503, {**ready, "slack": False})
    voice.found()
    assert httpx.get(f"{url}/readyz").status_code == 200


def test_a_full_pool_says_so_at_once(tmp_path: Path) -> None:
    gate = threading.Event()
    pool = Pool(threads=1, queue=1, turns=Turns())
    with staged(tmp_path, pool=pool) as stage:
        assert pool.submit(gate.wait)
        assert pool.submit(gate.wait)
        refused = stage.command("packages FRAUD/scoring")
        assert refused["acked"]
        assert stage.wait_for(BUSY)["addressee"] == "U01MAYA"
        gate.set()
        stage.wait_until(
            lambda: "asked for the packages" in str(stage.command("packages FRAUD/scoring") and stage.messages())
        )


def test_a_full_pool_turns_a_click_away_without_keeping_slack_waiting(tmp_path: Path) -> None:
    gate = threading.Event()
    pool = Pool(threads=1, queue=1, turns=Turns())
    with staged(tmp_path, pool=pool) as stage:
        stage.command("publish FRAUD/scoring v4")
        card = stage.wait_for("Request 1")
        stage.wait_until(lambda: pool.submit(gate.wait))
        stage.wait_until(lambda: pool.submit(gate.wait))
        assert stage.click(card, "approve_request", user="omar")["acked"]
        assert stage.wait_for(BUSY, user="omar")["addressee"] == "U02OMAR"
        gate.set()


def test_a_very_long_word_is_answered(stage: Stage) -> None:
    stage.command("&" * 3500)
    assert "I don't know" in stage.wait_for("I don't know")["text"]


class Broken:
    """A dispatcher with a fault in it, or in what it needs."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def defaults(self, asker: Asker) -> Defaults:
        return Defaults()

    def do(self, command: Command, asker: Asker) -> Result:
        raise self.fault


class Forgetful:
    """A memory of events that fails."""

    def is_first(self, event: str, now: datetime) -> bool:
        raise StoreError("The database is away.")


def incident(said: dict[str, Any], log: str) -> None:
    number = re.search(r"incident ([0-9A-F]{6})", said["text"])
    assert number is not None
    assert number[1] in log


@pytest.mark.parametrize("fault", [ZeroDivisionError("nobody foresaw this"), StoreError("The database is away.")])
def test_a_fault_of_ours_gets_a_number_that_the_log_has_too(
    stage: Stage, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    doer = replace(stage.bot.listeners.doer, dispatcher=Broken(fault))  # type: ignore[arg-type]  # only its two methods
    listeners = replace(stage.bot.listeners, doer=doer)
    sent = stage.command("help")["payload"]
    acks: list[str] = []
    listeners.on_command(lambda text="": acks.append(text), {**sent, "text": "packages design:FRAUD/scoring"})
    said = stage.wait_for("Something went wrong on my side, incident")
    incident(said, caplog.text)
    assert str(fault) in caplog.text
    assert said["addressee"] == "U01MAYA"
    assert acks == [""]


def test_a_mention_is_answered_though_the_store_fails(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    listener = replace(stage.bot.listeners.spoken, seen=Forgetful())
    listener.on_mention(lambda text="": None, mention("approve"))
    said = stage.wait_for("The database is away.", user="omar")
    incident(said, caplog.text)


@pytest.mark.parametrize("body", [{}, {"channel_id": 7}, {"user": None}])
def test_what_can_not_be_read_is_acknowledged_with_an_incident(
    stage: Stage, caplog: pytest.LogCaptureFixture, body: dict[str, object]
) -> None:
    acks: list[str] = []
    listeners = stage.bot.listeners
    for listen in (listeners.on_command, listeners.on_click, listeners.spoken.on_mention):
        listen(lambda text="": acks.append(text), body)
    assert len(acks) == 3
    assert "incident" in acks[0]
    assert caplog.text.count("could not be read") == 3


def test_the_manifest_asks_for_the_events_that_are_listened_to(stage: Stage) -> None:
    asked_for = manifest("/apid")["settings"]["event_subscriptions"]["bot_events"]
    assert set(asked_for) == set(stage.bot.listeners.events)
