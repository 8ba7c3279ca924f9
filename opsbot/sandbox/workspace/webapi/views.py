"""views.*: modals and Homes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.blocks import check_view_blocks
from opsbot.sandbox.workspace.faults import Fault, check_keys, check_length, fault, objects
from opsbot.sandbox.workspace.refusals import RefusedError, invalid_arguments
from opsbot.sandbox.workspace.shapes import JSON, view_json
from opsbot.sandbox.workspace.text_objects import check_text

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.views import View
    from opsbot.sandbox.workspace.webapi.calls import Call

_HOME_KEYS = frozenset({"type", "blocks", "private_metadata", "callback_id", "external_id"})
_MODAL_KEYS = _HOME_KEYS | {"title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"}


def open_view(call: Call) -> JSON:
    """views.open: show a modal to who triggered an interaction."""
    content = read_view(call.structure("view", "invalid_arguments"), "modal")
    _require_new(call, content)
    trigger = call.workspace.tickets.exchange_trigger(call.required("trigger_id"))
    return _reply(call, call.workspace.views.open(trigger.user, content, trigger.channel))


def push(call: Call) -> JSON:
    """views.push: show a modal above the one in which the interaction was."""
    content = read_view(call.structure("view", "invalid_arguments"), "modal")
    _require_new(call, content)
    trigger = call.workspace.tickets.exchange_trigger(call.required("trigger_id"))
    return _reply(call, call.workspace.views.push(trigger.user, content))


def update(call: Call) -> JSON:
    """views.update: show something else in the place of an open modal."""
    content = read_view(call.structure("view", "invalid_arguments"), None)
    views = call.workspace.views
    view_id, external_id = call.text("view_id"), call.text("external_id")
    view = views.find(view_id) if view_id is not None else views.find_external(external_id or "")
    if view is None:
        raise RefusedError("not_found")
    return _reply(call, views.update(view, content, expected_hash=call.text("hash")))


def publish(call: Call) -> JSON:
    """views.publish: what the app's Home shows to a person."""
    content = read_view(call.structure("view", "invalid_arguments"), "home")
    if not call.workspace.app.manifest.home_tab:
        raise RefusedError("not_enabled")
    person = call.workspace.directory.get(call.required("user_id"))
    return _reply(call, call.workspace.views.publish_home(person.id, content, expected_hash=call.text("hash")))


def read_view(view: Any, kind: str | None) -> JSON:
    """Return a view as described by the app, with ids filled in; refuse what Slack would."""
    if not isinstance(view, dict):
        raise invalid_arguments("missing required field: view")
    if len(json.dumps(view)) > limits.VIEW_BYTES:
        raise RefusedError("view_too_large")
    faults = list(_faults(view, kind))
    if faults:
        raise invalid_arguments(*faults)
    return {**view, "blocks": check_view_blocks(view.get("blocks"))}


def _require_new(call: Call, content: JSON) -> None:
    """Refuse an external id that an open modal has already."""
    external_id = content.get("external_id")
    if external_id and call.workspace.views.find_external(external_id) is not None:
        raise RefusedError("duplicate_external_id")


def _faults(view: JSON, kind: str | None) -> list[Fault]:
    faults = []
    if view.get("type") not in (("modal", "home") if kind is None else (kind,)):
        faults.append(fault("/view/type", f"must be {kind or 'modal or home'}"))
    faults += check_keys(view, _MODAL_KEYS if view.get("type") == "modal" else _HOME_KEYS, "/view")
    faults += check_length(view, "external_id", limits.IDENTIFIER, "/view")
    faults += check_length(view, "private_metadata", limits.PRIVATE_METADATA, "/view")
    faults += check_length(view, "callback_id", limits.IDENTIFIER, "/view")
    if view.get("type") == "modal":
        faults += check_text(view.get("title"), limits.VIEW_TITLE, "/view/title", only="plain_text")
        for button in ("submit", "close"):
            if view.get(button) is not None:
                faults += check_text(view[button], limits.VIEW_TITLE, f"/view/{button}", only="plain_text")
        asks = any(block.get("type") == "input" for _, block in objects(view.get("blocks")))
        if asks and view.get("submit") is None:
            faults.append(fault("/view/submit", "missing required field: submit, as there are input blocks"))
    return faults


def _reply(call: Call, view: View) -> JSON:
    return {"ok": True, "view": view_json(call.workspace, view)}
