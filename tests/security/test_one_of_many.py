"""What one person sends doesn't keep others waiting, and what a payload names leads nowhere but to Slack."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.sandbox import demo
from opsbot.slack.trouble import ENOUGH
from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Stage

READERS = [{"role": "viewer", "users": [demo.MAYA.id, demo.OMAR.id]}]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    work = {"threads": 8, "per_person": 3}
    with staged(tmp_path_factory.mktemp("many"), mode="http", grants=READERS, work=work) as made:
        yield made


def test_who_sends_many_commands_at_once_hears_so_and_others_are_answered(stage: Stage) -> None:
    fields = stage.command("whoami", user="omar")["payload"]
    stage.wait_for("you hold", user="omar")
    stage.designer.site.faults.add("GET /projects/FRAUD/apiservices/scoring/packages", "delay", seconds=3)
    given = {**fields, "user_id": demo.MAYA.id, "user_name": "maya", "text": "packages FRAUD/scoring"}
    bodies = [stage.replied_to_command(given) for _ in range(8)]
    assert bodies.count(ENOUGH) == 5
    stage.command("services FRAUD", user="omar")
    stage.wait_for("asked for the services", user="omar")
    assert not any("asked for the packages" in each["text"] for each in stage.messages())
    stage.wait_for("asked for the packages", times=3)


class Trap(BaseHTTPRequestHandler):
    """Stands where nothing of the bot's may arrive."""

    def do_POST(self) -> None:
        self.server.caught.append(self.path)  # type: ignore[attr-defined]  # the test's
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def test_an_answer_goes_to_no_address_but_slacks_own(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    trap = ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    caught: list[str] = []
    trap.caught = caught  # type: ignore[attr-defined]  # as above
    threading.Thread(target=trap.serve_forever, daemon=True).start()
    fields = stage.command("whoami", user="omar")["payload"]
    inside = f"http://localhost:{trap.server_port}/"  # the API is on 127.0.0.1
    for url in (inside, "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd"):
        assert stage.deliver_command({**fields, "response_url": url, "text": "whoami"}) == 200
    stage.wait_until(lambda: caplog.text.count("ForeignAddressError") == 3)
    trap.shutdown()
    trap.server_close()
    assert caught == []


@pytest.mark.parametrize(
    "text",
    [
        "packages ../../../etc/passwd",
        "packages FRAUD/..%2f..%2fadmin",
        'packages "FRAUD/scoring?x=1"',
        'summary FRAUD/scoring "v4/../../x"',
        'summary FRAUD/scoring "v4\r\nX-DKU-Evil: 1"',
        'models "FRAUD#"',
    ],
)
def test_an_id_that_would_change_the_path_or_the_headers_of_a_call_is_refused_before_it(
    stage: Stage, text: str
) -> None:
    fields = stage.command("whoami", user="omar")["payload"]
    before, told = len(stage.designer.site.seen), "can't be a"
    times = sum(told in each["text"] for each in stage.messages(user="omar")) + 1
    assert stage.deliver_command({**fields, "text": text}) == 200
    stage.wait_for(told, user="omar", times=times)
    assert len(stage.designer.site.seen) == before
