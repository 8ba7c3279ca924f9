"""What people do and what they see of the app's answers: three seconds, response_url, commands, modals."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.sandbox.workspace.conformance.installed import JSON, MAYA, ML_OPS
from tests.sandbox.workspace.conformance.raw_app import RawApp, acknowledge, keep_silent
from tests.sandbox.workspace.support import actions, button, section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slack_sdk import WebClient

    from opsbot.sandbox.workspace import WorkspaceServer
    from tests.sandbox.workspace.support import Control

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [section()]}


@pytest.fixture
def app(server: WorkspaceServer, control: Control) -> Iterator[RawApp]:
    control.post("/reset")
    with RawApp(server) as running:
        yield running


def unanswered(app: RawApp, control: Control, act: Callable[[], JSON], seconds: float = 3.1) -> JSON:
    """What becomes of something that people do while the app is silent for so many seconds."""
    app.answer = keep_silent
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(act)
        app.next()
        control.post("/clock", advance=seconds)
        return acting.result(timeout=5)


def test_a_command_without_an_answer_in_three_seconds_fails_before_the_asker(app: RawApp, control: Control) -> None:
    """https://docs.slack.dev/interactivity/implementing-slash-commands: 3000 ms, then operation_timeout."""
    outcome = unanswered(app, control, lambda: control.command("services"))
    assert (outcome["acked"], outcome["error"]) == (False, "operation_timeout")
    [shown] = control.messages(user="maya")
    assert "operation_timeout" in shown["text"]
    assert "did not respond" in shown["text"]
    assert (shown["user"], shown["addressee"]) == ("USLACKBOT", MAYA)
    assert control.messages(user="omar") == []


def test_an_answer_in_time_is_in_time(app: RawApp, control: Control) -> None:
    """https://docs.slack.dev/interactivity/implementing-slash-commands: within 3000 ms."""
    app.answer = keep_silent
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(lambda: control.command("services"))
        envelope = app.next()
        control.post("/clock", advance=2.5)
        app.acknowledge(envelope, {"text": "here"})
        assert acting.result(timeout=5)["message"]["text"] == "here"


def test_a_late_answer_says_nothing_to_anybody(app: RawApp, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: an envelope is acknowledged in time or not at all."""
    app.answer = keep_silent
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(lambda: control.command("services"))
        envelope = app.next()
        control.post("/clock", advance=3.1)
        acting.result(timeout=5)
    app.acknowledge(envelope, {"text": "late"})
    app.answer = acknowledge
    assert control.command("after that")["acked"]
    assert "late" not in [message["text"] for message in control.messages()]


def test_a_command_is_sent_once_whatever_becomes_of_it(app: RawApp, control: Control) -> None:
    """https://docs.slack.dev/interactivity/implementing-slash-commands; unconfirmed: it tells of no second try.

    https://docs.slack.dev/apis/events-api tells of retries, and of events alone.
    """
    unanswered(app, control, lambda: control.command("services"))
    control.post("/clock", advance=600)
    control.say("something else")
    assert app.next()["type"] == "events_api"


def test_a_click_without_an_answer_is_shown_to_have_failed(app: RawApp, client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/interactivity/handling-user-interaction: 3 seconds, else people see an error."""
    ts = client.chat_postMessage(channel=ML_OPS, text="t", blocks=[actions(button())])["ts"]
    app.next()  # the event of the app's own message
    outcome = unanswered(app, control, lambda: control.click(ts, "go"))
    assert (outcome["ok"], outcome["error"]) == (False, "operation_timeout")


def test_a_form_without_an_answer_stays_open(app: RawApp, client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/surfaces/modals: a view_submission that isn't acknowledged in 3 s shows an error."""
    trigger = control.command("form")["payload"]["trigger_id"]
    app.next()
    client.views_open(trigger_id=trigger, view=MODAL)
    outcome = unanswered(app, control, lambda: control.post("/submit", user="maya"))
    assert outcome["failure"] == "We had some trouble connecting. Try again?"
    assert [view["user"] for view in control.get("/state")["views"]] == [MAYA]


def test_a_command_can_not_be_typed_in_a_thread(app: RawApp, client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/interactivity/implementing-slash-commands: commands can't be invoked in threads."""
    ts = client.chat_postMessage(channel=ML_OPS, text="parent")["ts"]
    app.next()
    outcome = control.command("services", thread_ts=ts)
    assert not outcome["acked"]
    assert "not supported in threads" in outcome["message"]["text"]
    assert app.heard.empty()


def test_a_command_comes_with_slacks_fields_and_without_a_thread(app: RawApp, control: Control) -> None:
    """https://docs.slack.dev/interactivity/implementing-slash-commands: the payload, and should_escape."""
    control.command("ask @omar in #approvals <now>")
    payload = app.next()["payload"]
    assert payload["text"] == "ask <@U02OMAR|omar> in <#C02APPROVALS|approvals> &lt;now&gt;"
    assert (payload["command"], payload["user_id"], payload["channel_id"]) == ("/apid", MAYA, ML_OPS)
    assert "thread_ts" not in payload
    assert payload["response_url"].startswith("http")


def test_what_is_said_along_is_ephemeral_unless_it_says_otherwise(app: RawApp, control: Control) -> None:
    """https://docs.slack.dev/interactivity/implementing-slash-commands: response_type is ephemeral by default."""
    app.answer = lambda _: {"text": "for you"}
    assert control.command("services")["message"]["addressee"] == MAYA
    app.answer = lambda _: {"text": "for all", "response_type": "in_channel"}
    assert "addressee" not in control.command("services")["message"]
    assert [message["text"] for message in control.messages(user="omar")] == ["/apid services", "for all"]


def test_a_response_url_is_good_for_five_answers_that_are_ephemeral_by_default(control: Control) -> None:
    """https://docs.slack.dev/interactivity/handling-user-interaction: up to 5 times within 30 minutes."""
    url = control.command("services")["payload"]["response_url"]
    answers = [httpx.post(url, json={"text": str(number)}) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert answers[5].json()["error"] == "used_url"
    mine = [message for message in control.messages() if message["user"] == "U0BOT"]
    assert [(message["text"], message["addressee"]) for message in mine] == [(str(n), MAYA) for n in range(5)]


def test_a_response_url_is_good_for_thirty_minutes(control: Control) -> None:
    """https://docs.slack.dev/interactivity/handling-user-interaction: up to 5 times within 30 minutes."""
    url = control.command("services")["payload"]["response_url"]
    control.post("/clock", advance=30 * 60 - 1)
    assert httpx.post(url, json={"text": "in time"}).status_code == 200
    control.post("/clock", advance=2)
    assert httpx.post(url, json={"text": "late"}).json()["error"] == "expired_url"


def test_an_ephemeral_is_replaced_and_deleted_by_its_response_url_only(
    app: RawApp, client: WebClient, control: Control
) -> None:
    """https://docs.slack.dev/interactivity/handling-user-interaction: replace_original, delete_original."""
    ts = client.chat_postEphemeral(channel=ML_OPS, user=MAYA, text="t", blocks=[actions(button())])["message_ts"]
    url = control.click(ts, "go")["payload"]["response_url"]
    assert "message" not in app.next()["payload"]
    httpx.post(url, json={"text": "new", "replace_original": True})
    assert [(message["ts"], message["text"]) for message in control.messages()] == [(ts, "new")]
    httpx.post(url, json={"delete_original": True})
    assert control.messages() == []


def test_blocks_at_a_response_url_are_held_to_the_same_rules(control: Control) -> None:
    """https://docs.slack.dev/interactivity/handling-user-interaction: a message like any other."""
    url = control.command("services")["payload"]["response_url"]
    wrong = httpx.post(url, json={"blocks": [section("x" * 3001)]})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_blocks")
    assert httpx.post(url, json={}).json()["error"] == "no_text"


def test_an_answer_to_a_form_may_be_errors_an_update_a_push_or_the_end(
    app: RawApp, client: WebClient, control: Control
) -> None:
    """https://docs.slack.dev/surfaces/modals: response_action."""
    trigger = control.command("form")["payload"]["trigger_id"]
    client.views_open(trigger_id=trigger, view=MODAL)
    answers: list[tuple[JSON, list[str]]] = [
        ({"response_action": "errors", "errors": {"b": "No."}}, ["T"]),
        ({"response_action": "update", "view": {**MODAL, "callback_id": "two"}}, ["T"]),
        ({"response_action": "push", "view": {**MODAL, "title": {"type": "plain_text", "text": "On top"}}}, ["On top"]),
        ({"response_action": "push", "view": {"type": "modal"}}, ["On top"]),
        ({"response_action": "clear"}, []),
    ]
    for answer, shown in answers:
        app.answer = lambda _, answer=answer: answer  # type: ignore[misc]
        control.post("/submit", user="maya")
        assert [view["title"]["text"] for view in control.get("/state")["views"]] == shown
