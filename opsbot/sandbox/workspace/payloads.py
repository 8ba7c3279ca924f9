"""What the app is told, in Slack's words: commands, clicks, submissions, events."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace.controls import controls
from opsbot.sandbox.workspace.shapes import JSON, channel_name_for_payload, message_json, user_stub, view_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.sandbox.workspace.acting import Actor
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.people import Person
    from opsbot.sandbox.workspace.state import Workspace
    from opsbot.sandbox.workspace.views import View

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 - Slack's deprecated field; apps go by the signature


def response_url(workspace: Workspace, actor: Actor, message: Message | None = None) -> str:
    """Return a new URL at which the app may answer an interaction, with the message that it was in, if any."""
    message_ts = message.ts if message is not None else None
    thread_ts = message.thread_ts if message is not None else None
    secret = workspace.tickets.give_response(actor.channel.id, actor.person.id, message_ts, thread_ts)
    return f"{workspace.url}/response/{workspace.team_id}/{secret}"


def slash_command(workspace: Workspace, actor: Actor, command: str, text: str) -> JSON:
    """Return the fields of a slash command."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": actor.channel.id,
        "channel_name": channel_name_for_payload(actor.channel),
        "user_id": actor.person.id,
        "user_name": actor.person.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(workspace, actor),
        "trigger_id": workspace.tickets.give_trigger(actor.person.id, channel=actor.channel.id),
    }


def message_action(
    workspace: Workspace, actor: Actor, message: Message, action: JSON, state: Mapping[str, Any]
) -> JSON:
    """Return the payload of a click or choice in a message. An ephemeral message is named, not shown."""
    payload = _interaction(workspace, actor.person, "block_actions") | {
        **_in_message(actor, message),
        "state": {"values": dict(state)},
        "response_url": response_url(workspace, actor, message),
        "trigger_id": workspace.tickets.give_trigger(actor.person.id, channel=actor.channel.id),
        "actions": [action],
    }
    if not message.is_ephemeral:
        payload["message"] = message_json(workspace, message, metadata=True)
    return payload


def view_action(workspace: Workspace, person: Person, view: View, action: JSON) -> JSON:
    """Return the payload of a click or choice in a modal or Home."""
    return _interaction(workspace, person, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.tickets.give_trigger(person.id, view.id),
        "view": view_json(workspace, view),
        "actions": [action],
    }


def view_submission(workspace: Workspace, person: Person, view: View) -> JSON:
    """Return the payload of a submitted modal, with a URL to answer at for each conversation that was asked for so."""
    urls = []
    for block_id, element in controls(view.content["blocks"]):
        chosen = (view.state or {}).get(block_id, {}).get(element["action_id"], {}).get("selected_conversation")
        if element.get("response_url_enabled") and chosen:
            secret = workspace.tickets.give_response(chosen, person.id, None, None)
            url = f"{workspace.url}/response/{workspace.team_id}/{secret}"
            place = {"block_id": block_id, "action_id": element["action_id"], "channel_id": chosen}
            urls.append({**place, "response_url": url})
    return _interaction(workspace, person, "view_submission") | {
        "trigger_id": workspace.tickets.give_trigger(person.id, view.id),
        "view": view_json(workspace, view),
        "response_urls": urls,
    }


def view_closed(workspace: Workspace, person: Person, view: View, *, cleared: bool) -> JSON:
    """Return the payload of a modal that was closed without submitting."""
    return _interaction(workspace, person, "view_closed") | {
        "view": view_json(workspace, view),
        "is_cleared": cleared,
    }


def options_request(workspace: Workspace, person: Person, view: View, element: JSON, value: str) -> JSON:
    """Return the payload that asks for the options of an external select.

    It shows the view as the app described it: Slack doesn't tell here what was entered in the other fields.
    """
    return _interaction(workspace, person, "block_suggestion") | {
        "action_id": element["action_id"],
        "block_id": element["block_id"],
        "value": value,
        "container": {"type": "view", "view_id": view.id},
        "view": view_json(workspace, view) | {"state": {"values": {}}},
    }


def message_options_request(workspace: Workspace, actor: Actor, message: Message, element: JSON, value: str) -> JSON:
    """Return the payload that asks for the options of an external select in a message."""
    payload = _interaction(workspace, actor.person, "block_suggestion") | {
        "action_id": element["action_id"],
        "block_id": element["block_id"],
        "value": value,
        **_in_message(actor, message),
    }
    if not message.is_ephemeral:
        payload["message"] = message_json(workspace, message)
    return payload


def global_shortcut(workspace: Workspace, person: Person, callback_id: str, channel: str | None) -> JSON:
    """Return the payload of a global shortcut; where the person is stays in the trigger, and the app isn't told."""
    return _interaction(workspace, person, "shortcut") | {
        "action_ts": workspace.next_ts(),
        "callback_id": callback_id,
        "trigger_id": workspace.tickets.give_trigger(person.id, channel=channel),
    }


def message_shortcut(workspace: Workspace, actor: Actor, message: Message, callback_id: str) -> JSON:
    """Return the payload of a message shortcut: the message without its metadata, which Slack doesn't promise here."""
    return _interaction(workspace, actor.person, "message_action") | {
        "action_ts": workspace.next_ts(),
        "callback_id": callback_id,
        "trigger_id": workspace.tickets.give_trigger(actor.person.id, channel=actor.channel.id),
        "response_url": response_url(workspace, actor, message),
        "message_ts": message.ts,
        "channel": {"id": actor.channel.id, "name": channel_name_for_payload(actor.channel)},
        "message": message_json(workspace, message),
    }


def event_callback(workspace: Workspace, event: JSON) -> JSON:
    """Return the envelope of one event."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(6).upper()}",
        "event_time": int(workspace.clock()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.app.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def _in_message(actor: Actor, message: Message) -> JSON:
    container: JSON = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": actor.channel.id,
        "is_ephemeral": message.is_ephemeral,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    return {
        "container": container,
        "channel": {"id": actor.channel.id, "name": channel_name_for_payload(actor.channel)},
    }


def _interaction(workspace: Workspace, person: Person, kind: str) -> JSON:
    return {
        "type": kind,
        "token": VERIFICATION_TOKEN,
        "user": user_stub(workspace, person),
        "api_app_id": workspace.app.app_id,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
