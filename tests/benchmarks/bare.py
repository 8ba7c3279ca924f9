"""Bolt apps that acknowledge `/apid` and do nothing else: as Bolt sets them up, and tuned."""

import argparse

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from tests.benchmarks.serving import serve
from tests.benchmarks.slack_request import BOT_TOKEN, SIGNING_SECRET


def acknowledge(ack: Ack) -> None:
    ack()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--far-end", type=int, required=True, help="port of the far ends")
    parser.add_argument("--tuned", action="store_true", help="acknowledge without waiting for a listener's thread")
    asked = parser.parse_args()
    app = App(
        signing_secret=SIGNING_SECRET,
        client=WebClient(BOT_TOKEN, base_url=f"http://127.0.0.1:{asked.far_end}/api/"),
        process_before_response=asked.tuned,
    )
    app.command("/apid")(acknowledge)
    serve(SlackRequestHandler(app))


if __name__ == "__main__":
    main()
