"""The thirty-line bot that a team would write instead: Bolt as it comes, `dataikuapi`, the answer from the listener."""

import os
from typing import Any

import dataikuapi
from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from tests.benchmarks.serving import serve

app = App(
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    client=WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
)
node = dataikuapi.DSSClient(os.environ["DSS_URL"], os.environ["DSS_API_KEY"])


@app.command("/apid")
def answer(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
    ack()
    project, service = command["text"].removeprefix("packages ").split("/")
    packages = node.get_project(project).get_api_service(service).list_packages()
    found = f"<@{command['user_id']}> {project}/{service} has {len(packages)} packages"
    parent = client.chat_postMessage(channel=command["channel_id"], text=found)
    lines = "\n".join(f"{package['id']}, made {package['createdOn']}" for package in packages)
    client.chat_postMessage(channel=command["channel_id"], thread_ts=parent["ts"], text=lines)


serve(SlackRequestHandler(app))
