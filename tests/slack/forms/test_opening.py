"""Forms are opened within the three seconds that Slack gives, or not at all; and changed as long as somebody waits."""

from __future__ import annotations

from contextlib import closing

from opsbot.sandbox import demo
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.sandbox.workspace.state import Timing
from opsbot.sandbox.workspace.tickets import TicketLimits
from opsbot.sandbox.workspace.trouble import Status, Step
from opsbot.slack import Opener, manifest
from opsbot.slack.forms.views import notice_view
from opsbot.slack.transport.client import KeptWebClient


def test_nobody_waits_for_a_form_that_slack_opens_too_late() -> None:
    workspace = demo.workspace(manifest("/apid"), timing=Timing(tickets=TicketLimits(trigger_seconds=60.0)))
    with WorkspaceServer(workspace) as server, closing(KeptWebClient("xoxb-sandbox", f"{server.url}/api/")) as client:
        workspace.troubles.order(["views.open"], [Step(Status(429, 4), calls=1)])
        opener, view = Opener(client), notice_view("Publish", "Looking…")
        assert opener.open(workspace.tickets.give_trigger(demo.MAYA.id), view) is None
        opened = opener.open(workspace.tickets.give_trigger(demo.MAYA.id), view)
        assert opened is not None
        workspace.troubles.order(["views.update"], [Step(Status(429, 11), calls=1)])
        assert opener.update(opened, view) == "ratelimited"
        assert opener.update(opened, view) is None
