"""The description of the control API, and whether the API is as it says."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from opsbot.sandbox.backstage import Backstage
from opsbot.sandbox.backstage_api import BackstageAPI
from opsbot.sandbox.designer.site import DesignerSite
from opsbot.sandbox.storyteller import Storyteller
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.sandbox.workspace.line import Line
from tests.sandbox.test_backstage import FakeApp
from tests.sandbox.workspace.conformance.installed import ML_OPS, every_scope
from tests.sandbox.workspace.support import actions, bolt_app, button, demo_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_bolt import Ack, App
    from starlette.applications import Starlette

    from opsbot.sandbox.workspace.interactions import Interactions
    from opsbot.sandbox.workspace.state import Workspace

JSON = dict[str, Any]

FORM: JSON = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "New task"},
    "submit": {"type": "plain_text", "text": "Keep"},
    "blocks": [
        {
            "type": "input",
            "label": {"type": "plain_text", "text": "What"},
            "element": {"type": "plain_text_input", "action_id": "name"},
        },
        {
            "type": "input",
            "optional": True,
            "label": {"type": "plain_text", "text": "Where"},
            "element": {"type": "external_select", "action_id": "place"},
        },
    ],
}
BEHIND = "/_sandbox"


def with_backstage(app: Starlette, workspace: Workspace, interactions: Interactions) -> None:
    backstage = Backstage(DesignerSite("sandbox", "opsbot", 0.0, None, seeded=True), FakeApp())
    teller = Storyteller(workspace, interactions, backstage)
    app.state.description.mount(BEHIND, BackstageAPI(workspace, backstage, teller).operations())


@pytest.fixture(scope="module")
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace(every_scope()), dress=with_backstage) as running:
        yield running


@pytest.fixture(scope="module")
def caller(server: WorkspaceServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=10) as client:
        yield client


@pytest.fixture(scope="module")
def document(caller: httpx.Client) -> JSON:
    found: JSON = caller.get("/_control/openapi.json").json()
    return found


@contextmanager
def answering(server: WorkspaceServer) -> Iterator[App]:
    """An app that answers whatever the examples ask."""
    app = bolt_app(server)

    @app.command("/apid")
    def asked(ack: Ack, command: JSON) -> None:
        app.client.views_open(trigger_id=command["trigger_id"], view=FORM)
        ack()

    @app.options("place")
    def offered(ack: Ack) -> None:
        ack(options=[{"text": {"type": "plain_text", "text": "Oslo"}, "value": "oslo"}])

    app.action("approve")(lambda ack: ack())
    app.shortcut("ask")(lambda ack: ack())
    app.view("form")(lambda ack: ack())
    app.event("message")(lambda: None)
    app.event("app_home_opened")(lambda: None)
    with Line(app):
        server.wait_for_app()
        yield app


def set_up(app: App, caller: httpx.Client) -> JSON:
    """Begin anew with a message of the app and a form before Maya; what there is now of what examples name."""
    caller.post("/_control/reset")
    said = app.client.chat_postMessage(channel=ML_OPS, text="Well?", blocks=[actions(button("approve"))])
    caller.post("/_control/command", json={"channel": "ml-ops", "user": "maya", "command": "/apid"})
    [view] = caller.get("/_control/state").json()["views"]
    return {"messageTs": said["ts"], "view": view["id"]}


def example_of(document: JSON, operation: JSON) -> JSON:
    if "requestBody" not in operation:
        return {each["name"]: each["example"] for each in operation.get("parameters", ()) if "example" in each}
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    (example,) = document["components"]["schemas"][reference.rpartition("/")[2]]["examples"]
    return dict(example)


def call(caller: httpx.Client, method: str, path: str, asked: JSON) -> httpx.Response:
    in_path = {name for name in asked if f"{{{name}}}" in path}
    rest = {name: value for name, value in asked.items() if name not in in_path}
    path = path.format(**asked)
    return caller.post(path, json=rest) if method == "post" else caller.request(method.upper(), path, params=rest)


def schema_at(document: JSON, operation: JSON, status: int) -> OAS31Validator:
    schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    return OAS31Validator({**schema, "components": document["components"]})


def test_the_description_is_openapi_and_says_something_of_every_operation(document: JSON) -> None:
    validate(document)
    assert {path.split("/")[1] for path in document["paths"]} == {"_control", "_sandbox"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], f"{method} {path} says nothing"


def test_every_example_is_answered_as_the_description_says(
    document: JSON, server: WorkspaceServer, caller: httpx.Client
) -> None:
    with answering(server) as app:
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                there_is = set_up(app, caller) if not path.startswith(BEHIND) else {}
                example = example_of(document, operation)
                asked = example | {name: what for name, what in there_is.items() if name in example}
                reply = call(caller, method, path, asked)
                assert reply.status_code == 200, f"{method} {path}: {reply.text}"
                schema_at(document, operation, 200).validate(reply.json())
                assert reply.json()["ok"] is True, f"{method} {path}: {reply.text}"
    call(caller, "post", "/_sandbox/story", {})


def test_what_is_not_as_described_is_refused_as_described(document: JSON, caller: httpx.Client) -> None:
    for path, operations in document["paths"].items():
        if "requestBody" in operations.get("post", {}):
            reply = call(caller, "post", path, {"nobody": "knows it"})
            assert reply.status_code == 400, path
            schema_at(document, operations["post"], 400).validate(reply.json())
            assert "nobody" in str(reply.json()["response_metadata"]), path


def test_the_page_for_people_names_every_operation(document: JSON, caller: httpx.Client) -> None:
    page = caller.get("/_control/")
    assert page.headers["content-type"].startswith("text/html")
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in page.text
