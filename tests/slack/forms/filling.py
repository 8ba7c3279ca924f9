"""Filling in forms, as a person does, and what a test sees of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbot.sandbox import demo
from opsbot.slack.forms.payloads import FIELD

if TYPE_CHECKING:
    from tests.stage import Stage

JSON = dict[str, Any]

SCORING = "design:FRAUD/scoring"
NARROW = {"role": "viewer", "users": [demo.VIC.id], "services": ["design:FRAUD/sco*"]}


def inputs(view: JSON) -> dict[str, JSON]:
    """The input blocks of a form, by the names of their fields."""
    found = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["element"]["action_id"].removeprefix(FIELD): block for block in found}


def initial(view: JSON) -> JSON:
    """What stands in the fields at first."""
    elements = {name: block["element"] for name, block in inputs(view).items()}
    values = {
        name: (element.get("initial_option") or {}).get("value") or element.get("initial_value")
        for name, element in elements.items()
    }
    return {name: value for name, value in values.items() if value}


def title_in(view: JSON | None) -> str:
    return str(view["title"]["text"]) if view is not None else ""


def wait_for_title(stage: Stage, user: str, title: str) -> None:
    stage.wait_until(lambda: title_in(stage.find_view(user)) == title)


def wait_for_version(stage: Stage, version: str) -> None:
    stage.wait_until(lambda: initial(stage.wait_for_view("maya")).get("version") == version)


def option(value: str) -> JSON:
    return {"text": {"type": "plain_text", "text": value}, "value": value}


def choose(stage: Stage, view: JSON, action: str, value: str, *, user: str = "maya") -> JSON:
    """Choose something that other fields follow; gives the form as it is then."""
    body = {"user": user, "view": view["id"], "action": {"action_id": action, "selected_option": option(value)}}
    assert stage.post("/interact", body)["ok"]
    stage.wait_until(lambda: stage.view(user)["hash"] != view["hash"])
    return stage.view(user)


def offered(stage: Stage, field: str, typed: str, *, user: str = "maya") -> list[str]:
    action = {"action_id": f"{FIELD}{field}", "value": typed}
    reply = stage.post("/options", {"user": user, "action": action})
    return [each["value"] for each in reply["options"]]


def offers(stage: Stage, field: str, typed: str, *, user: str = "maya") -> list[str]:
    """What is offered once something is: of what takes longer than Slack waits, nothing is, until somebody types on."""
    return stage.wait(lambda: offered(stage, field, typed, user=user) or None, f"what is offered for “{typed}”")


def send(stage: Stage, values: dict[str, Any], *, user: str = "maya") -> JSON:
    return stage.submit(user, {f"{FIELD}{name}": value for name, value in values.items()})
