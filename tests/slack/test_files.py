"""Files out of the bot, over the sandbox: settings, archives, pictures, and what is too long for a message."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.models import Asker, Place
from opsbot.sandbox.workspace import FileLimits
from opsbot.slack.blocks.fitting import fitted
from opsbot.slack.blocks.messages import Answer, of_lines
from tests.builders import MAYA
from tests.stage import buttons, shown, staged

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer.faults import Kind
    from tests.stage import JSON, Stage

ARCHIVE = "GET /projects/*/apiservices/*/packages/*/archive"
SETTINGS = {
    "authMethod": "API_KEYS",
    "authRealm": {"queryKeys": [{"key": "sk-live-1", "label": "ops"}]},
    "oauth2Config": {"clientSecret": "hush"},
    "endpoints": [{"id": "score", "type": "PY_FUNCTION", "code": "TOKEN = 'dkuaps-abcdef'\nKEY = 'sandbox'"}],
    "customFields": {"kmsKey": "k-1", "owner": "ada"},
}
NO_FILES = frozenset({"files:write"})


def keep_settings(stage: Stage, settings: dict[str, Any]) -> None:
    current = stage.designer.node.get_settings("FRAUD", "scoring")
    stage.designer.node.save_settings("FRAUD", "scoring", current | settings, by="ada")


def archive_of(stage: Stage, version: str) -> bytes:
    return b"".join(stage.designer.node.get_archive("FRAUD", "scoring", version))


def files_in(stage: Stage, channel: str = "ml-ops", user: str = "maya") -> list[JSON]:
    return [file for each in stage.messages(channel, user=user) for file in each.get("files", ())]


def test_settings_come_as_a_file_in_the_thread_and_hold_no_secret(stage: Stage) -> None:
    keep_settings(stage, SETTINGS)
    stage.command("service FRAUD/scoring --raw")
    parent = stage.wait_for("asked for the settings of `design:FRAUD/scoring`")
    message, content = stage.wait_for_file()
    assert message["thread_ts"] == parent["ts"]
    [file] = message["files"]
    assert (file["name"], file["mode"], file["filetype"]) == ("scoring-settings.json", "snippet", "json")
    settings = json.loads(content)
    assert settings["authRealm"] == "[secret]"
    assert settings["customFields"] == {"kmsKey": "[secret]", "owner": "ada"}
    assert settings["endpoints"][0]["code"] == "TOKEN = '[secret]'\nKEY = '[secret]'"
    assert settings["projectKey"] == "FRAUD"
    assert not [secret for secret in (b"sk-live-1", b"hush", b"k-1", b"dkuaps") if secret in content]


def test_settings_asked_for_privately_are_given_in_the_direct_conversation(stage: Stage) -> None:
    stage.command("service FRAUD/scoring --raw --private")
    told = stage.wait_for("The file is in our direct conversation")
    assert told["addressee"] == "U01MAYA"
    _, content = stage.wait_for_file(stage.direct("maya"))
    assert json.loads(content)["id"] == "scoring"
    assert files_in(stage) == []


def test_where_the_bot_is_not_the_asker_gets_the_file_and_reads_how_to_invite_it(stage: Stage) -> None:
    stage.command("service FRAUD/scoring --raw", channel="random")
    told = stage.wait_for("I'm not in this channel", "random")
    assert "The file is in our direct conversation" in shown(told)
    _, content = stage.wait_for_file(stage.direct("maya"))
    assert json.loads(content)["id"] == "scoring"


def test_without_the_scope_people_read_which_one_is_missing_and_get_the_text_in_parts(tmp_path: Path) -> None:
    with staged(tmp_path, lacking=NO_FILES) as stage:
        keep_settings(stage, {"customFields": {f"field{number}": "x" * 60 for number in range(200)}})
        stage.command("service FRAUD/scoring --raw")
        parent = stage.wait_for("asked for the settings")
        why = stage.wait_for_reply(parent, "I can't upload `scoring-settings.json`")
        assert "I lack the scope `files:write`" in why["text"]
        stage.wait_for_reply(parent, '"field199"')
        text = "\n".join(shown(each) for each in stage.thread(parent))
        assert all(f'"field{number}"' in text for number in range(200))


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (FileLimits(uploads=False), "don't let me upload files"),
        (FileLimits(largest=10), "of this size"),
        (FileLimits(storage=10), "has no room left"),
        (FileLimits(types=frozenset({"png"})), "of this kind"),
    ],
)
def test_where_administrators_forbid_files_people_read_that(tmp_path: Path, limits: FileLimits, says: str) -> None:
    with staged(tmp_path, file_limits=limits) as stage:
        stage.command("download FRAUD/scoring v3")
        parent = stage.wait_for("fetched `v3` of `design:FRAUD/scoring`")
        why = stage.wait_for_reply(parent, "I can't upload `scoring-v3.zip`")
        assert says in why["text"]
        assert f"<{stage.designer.url}/projects/FRAUD/api-designer/scoring/packages/|" in why["text"]


def test_an_archive_is_fetched_into_the_thread_of_the_message_that_told_how_it_went(stage: Stage) -> None:
    stage.command("download FRAUD/scoring v3")
    message, content = stage.wait_for_file()
    assert content == archive_of(stage, "v3")
    assert message["files"][0]["title"] == "v3 of design:FRAUD/scoring"
    parent = stage.wait_for("<@U01MAYA> fetched `v3` of `design:FRAUD/scoring`")
    assert message["thread_ts"] == parent["ts"]
    assert "SHA-256" in shown(parent)
    assert "Digest of its entries" in shown(parent)
    stage.command("history FRAUD/scoring")
    assert "maya: download `v3`" in shown(stage.wait_for_reply(stage.wait_for("asked for the history")))


def test_an_archive_asked_for_privately_goes_to_the_direct_conversation(stage: Stage) -> None:
    stage.command("download FRAUD/scoring v3 --private")
    stage.wait_for("You find it in our direct conversation")
    direct = stage.direct("maya")
    message, content = stage.wait_for_file(direct)
    assert content == archive_of(stage, "v3")
    assert stage.wait_for("fetched `v3`", direct)["ts"] == message["thread_ts"]
    assert files_in(stage) == []


def test_an_archive_asked_for_where_the_bot_is_not_goes_to_the_direct_conversation(stage: Stage) -> None:
    stage.command("download FRAUD/scoring v3", channel="random")
    assert "fetched `v3`" in shown(stage.wait_for("I'm not in this channel", "random"))
    assert stage.wait_for_file(stage.direct("maya"))[1] == archive_of(stage, "v3")


def test_a_mention_fetches_into_its_thread(stage: Stage) -> None:
    parent = stage.say("what is in it?")["message"]
    stage.say("<@U0BOT> download FRAUD/scoring v3", thread=parent["ts"])
    message, _ = stage.wait_for_file()
    assert message["thread_ts"] == parent["ts"]
    stage.wait_for_reply(parent, "fetched `v3`")


def test_a_mention_outside_of_threads_begins_one_with_all_of_it(stage: Stage) -> None:
    asked = stage.say("<@U0BOT> download FRAUD/scoring v3")["message"]
    message, _ = stage.wait_for_file()
    assert message["thread_ts"] == asked["ts"]
    stage.wait_for_reply(asked, "fetched `v3`")


def test_a_mention_that_asks_privately_is_answered_in_the_direct_conversation(stage: Stage) -> None:
    stage.say("<@U0BOT> download FRAUD/scoring v3 --private")
    assert stage.wait_for_file(stage.direct("maya"))[1] == archive_of(stage, "v3")
    assert stage.wait_for("You find it in our direct conversation")["addressee"] == "U01MAYA"


def test_who_may_only_read_gets_no_archive(stage: Stage) -> None:
    stage.command("download FRAUD/scoring v3", user="vic")
    told = stage.wait_for("You may not do that", user="vic")
    assert told["addressee"] == "U04VIC"
    assert not [seen for seen in stage.designer.site.seen if seen.path.endswith("/archive")]


def test_what_is_larger_than_allowed_gets_a_link_to_the_node(tmp_path: Path) -> None:
    with staged(tmp_path, slack={"largest_upload": "10KB"}) as stage:
        stage.command("download FRAUD/scoring v3")
        told = stage.wait_for("I can't give you `v3`")
        assert "larger than the 10 KB that I may send" in told["text"]
        assert f"<{stage.designer.url}/projects/FRAUD/api-designer/scoring/packages/|" in told["text"]
        assert files_in(stage) == []


def test_a_version_that_is_not_there_is_said_to_the_asker_alone(stage: Stage) -> None:
    stage.command("download FRAUD/scoring v9")
    assert stage.wait_for("has no package “v9”. The newest there: v4")["addressee"] == "U01MAYA"
    stage.command("download FRAUD/scorin v3")
    assert set(buttons(stage.wait_for("Did you mean “scoring”?"))) == {"/apid download FRAUD/scoring v3"}


@pytest.mark.parametrize(("kind", "more"), [("cut_chunked", {}), ("cut_close", {}), ("html", {}), ("status", {})])
def test_trouble_on_the_way_ends_the_message_and_leaves_no_file(stage: Stage, kind: Kind, more: dict[str, Any]) -> None:
    stage.designer.faults.add(ARCHIVE, kind, **more)
    stage.command("download FRAUD/scoring v3")
    told = stage.wait_for("I can't give you `v3` of `design:FRAUD/scoring`")
    assert "See its packages on the node" in told["text"]
    assert files_in(stage) == []


def test_two_are_fetched_at_a_time_and_who_only_looks_does_not_wait(stage: Stage) -> None:
    stage.designer.faults.add(ARCHIVE, "drip", seconds=0.25, pieces=24)
    for version in ("v1", "v2"):
        stage.command(f"download FRAUD/scoring {version}")
        stage.wait_for(f"Fetching {version}")
    stage.command("download FRAUD/scoring v3")
    stage.wait_for("yours begins when one of them is done")
    stage.command("packages FRAUD/scoring")
    stage.wait_for("asked for the packages")
    assert files_in(stage) == []
    stage.designer.faults.clear()  # the third comes at once
    for version in ("v1", "v2", "v3"):
        stage.wait_for(f"fetched `{version}`")
    assert len(files_in(stage)) == 3


def test_a_download_that_goes_on_while_the_bot_stops_ends_with_a_word(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.designer.faults.add(ARCHIVE, "drip", seconds=0.2, pieces=100)
        stage.command("download FRAUD/scoring v3")
        stage.wait_for("Fetching v3")
        stage.bot.nodes.hurry()
        stage.wait_for("I'm being stopped; ask for it again in a minute")


def test_a_picture_comes_with_words_that_say_the_same(stage: Stage) -> None:
    stage.command("history FRAUD/scoring --picture")
    message, content = stage.wait_for_file()
    assert content.startswith(b"\x89PNG")
    [file] = message["files"]
    assert file["alt_txt"].startswith("Timeline of design:FRAUD/scoring. 4 packages, from v1 on ")
    assert "No publish requests." in file["alt_txt"]
    assert message["thread_ts"] == stage.wait_for("asked for a picture of `design:FRAUD/scoring`")["ts"]


def test_a_picture_that_can_not_be_uploaded_is_told_in_words(tmp_path: Path) -> None:
    with staged(tmp_path, lacking=NO_FILES) as stage:
        stage.command("history FRAUD/scoring --picture")
        why = stage.wait_for_reply(stage.wait_for("asked for a picture"), "I can't upload")
        assert "4 packages, from v1 on" in why["text"]


def test_a_picture_of_what_is_not_there_is_refused_with_near_names(stage: Stage) -> None:
    stage.command("history FRAUD/nothing --picture")
    assert stage.wait_for("has no service “nothing”. Its services: rules, scoring")["addressee"] == "U01MAYA"


def test_a_service_with_more_endpoints_than_fit_is_attached_whole(stage: Stage) -> None:
    endpoints = [{"id": f"endpoint_{number}", "type": "PY_FUNCTION"} for number in range(300)]
    keep_settings(stage, {"endpoints": endpoints})
    stage.command("service FRAUD/scoring")
    parent = stage.wait_for("looked at `design:FRAUD/scoring`")
    detail = stage.wait_for_reply(parent, "That isn't all: the whole text is in the file.")
    assert "endpoint_0`" in shown(detail)
    message, content = stage.wait_for_file()
    assert message["thread_ts"] == parent["ts"]
    assert all(f"endpoint_{number}`" in content.decode() for number in range(300))
    assert b"packaged 20" in content
    stage.command("services FRAUD --private")
    stage.wait_for("The file is in our direct conversation")
    assert b"endpoint_299" in stage.wait_for_file(stage.direct("maya"))[1]


def test_an_answer_of_several_details_that_fit_one_by_one_is_whole_for_the_asker_alone_too(stage: Stage) -> None:
    lines = [[f"detail {number}: " + "x" * 900 for number in part] for part in (range(10), range(10, 20))]
    said = Answer("Here it is.", tuple(of_lines(each) for each in lines), private=True)
    assert fitted(said) == said  # in a thread there is room for each
    for number, answer in enumerate((said, replace(said, private=False))):
        place = "ml-ops" if answer.private else "random"  # where the bot isn't, it falls back to the asker alone
        where = stage.workspace.workspace.channels.get(place).id
        url = stage.command("whoami")["payload"]["response_url"]
        stage.bot.listeners.replier.reply(answer, Asker(MAYA, Place(where)), url)
        assert len(files_in(stage, stage.direct("maya"))) == number + 1
        _, content = stage.wait_for_file(stage.direct("maya"))
        assert all(f"detail {each}: " in content.decode() for each in range(20))


def test_long_notes_are_shown_or_attached_whole(stage: Stage) -> None:
    shorter, longer = ("\n".join(f"line {number} <@U1> & more" for number in range(count)) for count in (300, 2000))
    stage.designer.node.create_package("FRAUD", "scoring", "v5", by="ada", release_notes=shorter)
    stage.designer.node.create_package("FRAUD", "scoring", "v6", by="ada", release_notes=longer)
    stage.command("summary FRAUD/scoring v5")
    assert "line 299 <@U1> & more" in shown(stage.wait_for_reply(stage.wait_for("looked at `v5`")))
    assert files_in(stage) == []
    stage.command("summary FRAUD/scoring v6")
    _, content = stage.wait_for_file()
    assert longer in content.decode()


def test_a_card_that_cuts_the_difference_has_all_of_it_in_its_thread(stage: Stage) -> None:
    endpoints = [{"id": f"endpoint_{number}", "type": "PY_FUNCTION"} for number in range(40)]
    keep_settings(stage, {"endpoints": endpoints})
    stage.designer.node.create_package("FRAUD", "scoring", "v5", by="grace")
    stage.command("publish FRAUD/scoring v5")
    card = stage.wait_for("Request 1")
    assert "more" in shown(card)
    message, content = stage.wait_for_file()
    assert message["thread_ts"] == card["ts"]
    assert message["files"][0]["name"] == "request-1.txt"
    assert all(f"endpoint_{number}" in content.decode() for number in range(40))


def test_no_archive_is_left_on_the_disk(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(temporary)
    try:
        with staged(tmp_path) as stage:
            stage.command("download FRAUD/scoring v3")
            stage.wait_for_file()
            stage.wait_until(lambda: not [*temporary.iterdir()])
    finally:
        tempfile.tempdir = before


def test_an_archive_opens(stage: Stage) -> None:
    stage.command("download FRAUD/scoring v4")
    with zipfile.ZipFile(io.BytesIO(stage.wait_for_file()[1])) as archive:
        assert archive.testzip() is None
