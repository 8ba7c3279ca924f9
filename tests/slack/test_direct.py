"""What people write to the bot directly is answered; nothing else there is, so that no answer causes another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from opsbot.sandbox import demo
from opsbot.slack.listening.payloads import DirectMessage
from tests.stage import shown, staged

if TYPE_CHECKING:
    from pathlib import Path


def event(**more: Any) -> dict[str, Any]:
    said = {"type": "message", "channel_type": "im", "channel": "D1", "user": demo.VIC.id, "text": "hello", "ts": "1.0"}
    return {"type": "event_callback", "event_id": "Ev1", "event": {**said, **more}}


@pytest.mark.parametrize(
    ("more", "answered"),
    [
        ({}, True),
        ({"thread_ts": "0.5"}, True),
        ({"user": demo.BOT}, False),
        ({"bot_id": "B0OTHER"}, False),
        ({"subtype": "bot_message"}, False),
        ({"subtype": "message_changed", "user": ""}, False),
        ({"subtype": "message_deleted"}, False),
        ({"subtype": "file_share"}, True),
        ({"subtype": "file_share", "text": ""}, True),
        ({"subtype": "thread_broadcast", "thread_ts": "0.5"}, True),
        ({"subtype": "me_message"}, True),
        ({"subtype": "channel_topic"}, False),
        ({"channel_type": "channel"}, False),
        ({"channel_type": "mpim"}, False),
        ({"text": " "}, True),
    ],
)
def test_only_what_a_person_writes_directly_is_answered(more: dict[str, Any], *, answered: bool) -> None:
    assert DirectMessage.model_validate(event(**more)).is_said_to(demo.BOT) is answered


def test_in_a_direct_conversation_no_mention_is_needed(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        direct = stage.direct("vic")

        def say(text: str, says: str, thread: str | None = None) -> dict[str, Any]:
            stage.say(text, user="vic", channel=direct, thread=thread)
            return stage.wait_for(says, direct, user="vic")

        greeted = say("hello", "Hello <@U04VIC>! I'm the API Designer's bot.")
        assert "`packages PROJECT/SERVICE`" in shown(greeted)
        assert greeted.get("addressee") is None
        stage.say("what can you do", user="vic", channel=direct)  # with “watch” it would be no line, either
        stage.wait_for("I'm the API Designer's bot.", direct, user="vic", times=2)
        say(f"<@{demo.BOT}> whoami", "you hold 1 grant here")
        listed = say("services FRAUD", "asked for the services of `design:FRAUD`")
        assert "`design:FRAUD/scoring`" in shown(stage.wait_for("`design:FRAUD/scoring`", direct, user="vic"))
        say("/apid packages FRAUD/rules", "asked for the packages of `design:FRAUD/rules`")
        stage.say("apid whoami", user="vic", channel=direct, thread=listed["ts"])
        stage.wait_for("you hold 1 grant here", direct, user="vic", times=2)
        assert "/apid packages FRAUD/rules" in shown(say("pakages FRAUD/rules", "Did you mean “packages”"))
        in_thread = say("pakages FRAUD/rules", "@opsbot packages FRAUD/rules", thread=listed["ts"])
        assert in_thread["thread_ts"] == listed["ts"]


def test_who_asks_for_a_publish_directly_hears_that_nobody_else_sees_its_card(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        direct = stage.direct("maya")
        stage.say("publish FRAUD/scoring v4", channel=direct)
        stage.wait_for("Only you see the card of request 1", direct)
        stage.command("approve 1", user="omar")
        stage.wait_for("is published to `scoring`", direct)


def test_a_verb_is_one_though_the_slash_command_is_called_so(tmp_path: Path) -> None:
    with staged(tmp_path, slack={"command": "/packages"}) as stage:
        direct = stage.direct("vic")
        for times, line in enumerate(("packages FRAUD/rules", "/packages packages FRAUD/rules"), 1):
            stage.say(line, user="vic", channel=direct)
            stage.wait_for("asked for the packages of `design:FRAUD/rules`", direct, user="vic", times=times)


def test_what_slack_sends_again_is_answered_once(tmp_path: Path) -> None:
    with staged(tmp_path, mode="http") as stage:
        direct = stage.direct("vic")
        assert [stage.deliver_event(event(channel=direct)) for _ in range(3)] == [200, 200, 200]
        assert stage.deliver_event(event(channel=direct, subtype="message_changed") | {"event_id": "Ev2"}) == 200
        stage.wait_for("Hello <@U04VIC>", direct, user="vic")
        stage.bot.pool.close()  # all of them are done now
        assert len(stage.messages(direct, user="vic")) == 1


def test_a_file_keeps_no_words_from_being_answered_and_without_any_they_are_asked_for(tmp_path: Path) -> None:
    with staged(tmp_path, mode="http") as stage:
        direct = stage.direct("vic")
        file = {"channel": direct, "subtype": "file_share", "files": [{"id": "F1", "name": "drift.pdf"}]}
        assert stage.deliver_event(event(**file, text="whoami")) == 200
        stage.wait_for("you hold 1 grant here", direct, user="vic")
        assert stage.deliver_event(event(**file, text="") | {"event_id": "Ev2"}) == 200
        asked = stage.wait_for("<@U04VIC>, I read what you write, but no files", direct, user="vic")
        assert "`packages PROJECT/SERVICE`" in shown(asked)
