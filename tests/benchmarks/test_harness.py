"""The harness sees a lost answer, a doubled one, a busy acknowledgement, a refused one, and whose time passed."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier
from waitress.server import create_server

from tests.apart import run_apart
from tests.benchmarks import contenders
from tests.benchmarks.ledger import Ledger
from tests.benchmarks.load import ClosedLoop, OpenLoop, timetable
from tests.benchmarks.processes import Child, running
from tests.benchmarks.report import Row, table
from tests.benchmarks.road import Call, Road, RoadError, Roads, road
from tests.benchmarks.slack_request import SIGNING_SECRET, CommandSource, channel_of
from tests.benchmarks.tally import Tally
from tests.benchmarks.verdict import judge
from tests.benchmarks.where import shares

Reply = tuple[str, bytes]
Say = Callable[[int, "Bot"], Reply]


class Bot:
    """Answers each command as the test wants, from within its acknowledgement."""

    def __init__(self, far_end: Child, say: Say) -> None:
        self._far_end = far_end
        self._say = say
        self._verifier = SignatureVerifier(SIGNING_SECRET)
        self.bodies: list[dict[str, list[str]]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read()
        timestamp, signature = environ["HTTP_X_SLACK_REQUEST_TIMESTAMP"], environ["HTTP_X_SLACK_SIGNATURE"]
        assert self._verifier.is_valid(raw, timestamp, signature)
        body = parse_qs(raw.decode())
        self.bodies.append(body)
        status, said = self._say(int(body["trigger_id"][0].split(".")[0]), self)
        start_response(status, [("Content-Length", str(len(said)))])
        return [said]

    def post(self, number: int, **more: str) -> str:
        connection = HTTPConnection("127.0.0.1", self._far_end.port)
        message = {"channel": channel_of(number), "text": "said"} | more
        connection.request("POST", "/api/chat.postMessage", json.dumps(message))
        answer = json.load(connection.getresponse())
        connection.close()
        ts: str = answer["ts"]
        return ts

    def answer(self, number: int) -> Reply:
        self.post(number, thread_ts=self.post(number))
        return "200 OK", b""


@pytest.fixture(scope="module")
def far_end() -> Iterator[Child]:
    with contenders.far_ends(0) as child:
        yield child


@contextmanager
def serving(bot: Bot) -> Iterator[int]:
    sockets: dict[int, Any] = {}
    server = create_server(bot, host="127.0.0.1", port=0, map=sockets)
    stopping = threading.Event()

    def turn() -> None:
        while not stopping.is_set():
            server.asyncore.loop(timeout=0.05, map=sockets, count=1)

    thread = threading.Thread(target=turn)
    thread.start()
    yield server.effective_port
    stopping.set()
    thread.join()
    server.task_dispatcher.shutdown()
    server.close()
    for channel in list(sockets.values()):
        channel.close()


def load(far_end: Child, say: Say, commands: int = 20) -> tuple[Tally, dict[str, Any]]:
    contenders.reset(far_end)
    source = CommandSource(f"http://127.0.0.1:{far_end.port}")
    with serving(Bot(far_end, say)) as port:
        tally = run_apart(lambda: OpenLoop(source, rate=200, seconds=commands / 200).run(port))
    return tally, contenders.stats(far_end)


def test_whole_answers_are_all_counted(far_end: Child) -> None:
    tally, stats = load(far_end, lambda number, bot: bot.answer(number))
    answers = judge(tally, stats)
    assert (tally.sent, len(tally.accepted), tally.failures) == (20, 20, 0)
    assert (answers.complete, answers.missing, answers.repeated, answers.astray) == (20, (), 0, 0)
    assert 0 < answers.latency(0.5) < 2000


def test_a_lost_reply_is_missed(far_end: Child) -> None:
    def loses_the_seventh(number: int, bot: Bot) -> Reply:
        if number == 7:
            bot.post(number)
            return "200 OK", b""
        return bot.answer(number)

    tally, stats = load(far_end, loses_the_seventh)
    assert judge(tally, stats).missing == (7,)


def test_a_reply_in_another_thread_is_no_answer(far_end: Child) -> None:
    def strays(number: int, bot: Bot) -> Reply:
        bot.post(number)
        bot.post(number, thread_ts="1.1")
        return "200 OK", b""

    tally, stats = load(far_end, strays)
    answers = judge(tally, stats)
    assert (answers.complete, answers.astray) == (0, 20)


def test_an_answer_given_twice_is_seen(far_end: Child) -> None:
    def twice(number: int, bot: Bot) -> Reply:
        bot.answer(number)
        return bot.answer(number)

    tally, stats = load(far_end, twice, commands=5)
    assert judge(tally, stats).repeated == 10


def test_busy_and_refused_acknowledgements_are_failures(far_end: Child) -> None:
    def unwilling(number: int, _: Bot) -> Reply:
        match number % 4:
            case 0:
                return "200 OK", b'{"text": "Please try again"}'
            case 1:
                return "500 Internal Server Error", b""
            case _:
                return "200 OK", b""

    tally, _ = load(far_end, unwilling)
    assert (tally.busy, tally.refused, len(tally.accepted), tally.failures) == (5, 5, 10, 10)


def test_a_closed_loop_counts_its_own_time_only(far_end: Child) -> None:
    source = CommandSource(f"http://127.0.0.1:{far_end.port}")
    with serving(Bot(far_end, lambda *_: ("200 OK", b""))) as port:
        tally = run_apart(lambda: ClosedLoop(source, seconds=0.2).run(port, connections=2))
    assert tally.failures == 0
    assert 0.2 <= tally.seconds < 2
    assert tally.rate == pytest.approx(len(tally.accepted) / tally.seconds)


def test_bare_bolt_takes_the_commands(far_end: Child) -> None:
    source = CommandSource(f"http://127.0.0.1:{far_end.port}")
    with contenders.bare_bolt(far_end, tuned=True) as bare:
        assert run_apart(lambda: ClosedLoop(source, seconds=0.1).run(bare.port, connections=1)).failures == 0


def test_a_forged_command_is_refused(far_end: Child) -> None:
    source = CommandSource(f"http://127.0.0.1:{far_end.port}", secret="another")
    with contenders.bare_bolt(far_end, tuned=True) as bare:
        tally = run_apart(lambda: OpenLoop(source, rate=50, seconds=0.1).run(bare.port))
    assert (tally.refused, len(tally.accepted)) == (5, 0)


def test_a_missed_target_says_so() -> None:
    row = Row("ack", 5, "/s", 1, "peer", ratio=5, bound="at least", target=10)
    assert row.met is False
    assert "NO" in table([row])


PUBLISH = Call("POST publish svc1", 5.0, 9.0)


def test_only_what_the_road_waited_for_is_taken_off_it() -> None:
    node = [Call("GET packages", 0.5, 1.5), Call("GET packages", 1.5, 2.0), PUBLISH, Call("GET packages", 9.0, 9.5)]
    slack = [Call("usergroups.list", 3.0, 4.0), Call("chat.update", 2.0, 4.5)]
    found = road(1.0, node, slack, PUBLISH.name)
    assert found == Road(4.0, 1.5, ("GET packages", "usergroups.list"))
    assert found.own == 2.5


def test_time_in_which_two_calls_were_under_way_is_taken_off_once() -> None:
    node = [Call("GET packages", 1.0, 3.0), Call("GET summary", 1.5, 2.0), Call("GET services", 2.5, 3.5), PUBLISH]
    assert road(0.0, node, [], PUBLISH.name).waited == 2.5


@pytest.mark.parametrize("publishes", [[], [PUBLISH, PUBLISH]])
def test_a_click_without_its_one_publish_is_no_road(publishes: list[Call]) -> None:
    with pytest.raises(RoadError, match="svc1"):
        road(0.0, [*publishes, Call("POST publish svc2", 1.0, 2.0)], [], PUBLISH.name)


def test_roads_tell_their_own_time_and_the_calls_of_most_of_them() -> None:
    two, three = ("GET packages", "GET packages"), ("GET packages", "GET packages", "usergroups.list")
    roads = Roads([Road(0.2, 0.19, three), Road(0.3, 0.28, two), Road(0.4, 0.37, two)])
    assert [round(roads.own(share)) for share in (0.0, 0.5, 1.0)] == [10, 20, 30]
    assert "p50 300.0 ms, less 280.0 ms in 2 calls (2 GET packages: so with 2 clicks)" in str(roads)


@pytest.mark.parametrize(
    ("end", "path", "name"),
    [
        ("node", "/public/api/projects/FRAUD/apiservices/scoring/packages", "GET packages"),
        ("slack", "/api/usergroups.list", "usergroups.list"),
    ],
)
def test_a_far_end_notes_when_a_call_came_and_not_when_its_delay_was_over(end: str, path: str, name: str) -> None:
    with running(end, ["-m", "tests.benchmarks.timed_ends", end, "--delay", "0.2"]) as child:
        sent = time.monotonic()
        httpx.get(f"http://127.0.0.1:{child.port}{path}", auth=("bench-key", ""))
        noted = httpx.get(f"http://127.0.0.1:{child.port}/_calls").json()
        assert httpx.get(f"http://127.0.0.1:{child.port}/_calls").json() == []
    ((called, began, ended),) = noted
    assert called == name
    assert sent <= began < ended - 0.15


def test_names_are_checked() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "nonsense"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "nonsense" in ran.stderr


def test_a_timetable_has_its_bursts_beside_what_is_steady() -> None:
    assert timetable(2, 2) == [0.0, 0.5, 1.0, 1.5]
    with_bursts = timetable(1, 70, burst=3)
    assert len(with_bursts) == 70 + 2 * 3
    assert with_bursts.count(5.0) == with_bursts.count(65.0) == 4


def test_of_commands_that_share_a_channel_each_thread_has_its_own_count() -> None:
    ledger = Ledger()
    for ts, thread in (("1", None), ("2", None), ("3", "1"), ("4", "2"), ("5", "2")):
        ledger.post("C1", ts, thread, "said")
    assert ledger.threads == {"1": 1, "2": 2}


def test_what_the_standard_library_does_counts_for_who_called_it() -> None:
    stacks = [
        "run (/venv/lib/python3.11/site-packages/waitress/task.py);take (/src/opsbot/slack/app.py);loads (/lib/python3.11/json/decoder.py) 3",
        "run (/venv/lib/python3.11/site-packages/waitress/task.py);parse (/lib/python3.11/email/parser.py) 1",
        "_bootstrap (/lib/python3.11/threading.py) 1",
    ]
    assert shares(stacks) == "time goes to opsbot/slack 60%, waitress 20%, Python 20%"
    assert shares([]) == "nothing took processor time"
