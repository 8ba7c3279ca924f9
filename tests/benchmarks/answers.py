"""What the far ends say: a Slack and a design node, as far as a command needs them."""

import itertools
import json
import time
from typing import Any, Final
from urllib.parse import parse_qsl

from tests.benchmarks.ledger import Ledger
from tests.benchmarks.slack_request import TEAM

Answer = dict[str, Any] | list[dict[str, Any]]

DAY_MS: Final = 86_400_000
FIRST_PACKAGE_MS: Final = 1_750_000_000_000
NODE_PREFIXES: Final = ("/public/api", "/dip/publicapi")
ENDPOINTS: Final[list[dict[str, Any]]] = [{"id": "predict", "type": "STD_PREDICTION", "modelRef": "m1"}]
PACKAGES: Final[list[dict[str, Any]]] = [
    {
        "id": f"v{number}",
        "createdOn": FIRST_PACKAGE_MS + number * DAY_MS,
        "createdBy": "maya",
        "releaseNotes": "Retrained",
    }
    for number in range(1, 6)
]
SERVICE: Final[dict[str, Any]] = {
    "projectKey": "FRAUD",
    "id": "scoring",
    "name": "scoring",
    "authMethod": "PUBLIC",
    "endpoints": ENDPOINTS,
}
NODE: Final[dict[str, Answer]] = {
    "/projects": [{"projectKey": "FRAUD", "name": "Fraud"}],
    "/projects/FRAUD/apiservices": [SERVICE],
    "/projects/FRAUD/apiservices/scoring/settings": SERVICE,
    "/projects/FRAUD/apiservices/scoring/packages": PACKAGES,
    "/api-deployer/services": [{"serviceBasicInfo": {"id": "scoring"}}],
    "/api-deployer/services/scoring": {
        "serviceBasicInfo": {"id": "scoring"},
        "packages": [{"id": "v1"}],
        "deployments": [],
    },
    **{
        f"/projects/FRAUD/apiservices/scoring/packages/{package['id']}/summary": package | {"endpoints": ENDPOINTS}
        for package in PACKAGES
    },
}
NOT_FOUND: Final = b'{"errorType": "com.dataiku.dip.server.controllers.NotFoundException", "message": "Not found"}'
WHO_THE_BOT_IS: Final[Answer] = {
    "ok": True,
    "url": "http://127.0.0.1/",
    "team": "Bench",
    "team_id": TEAM,
    "user": "opsbot",
    "user_id": "U01BOT",
    "bot_id": "B01BOT",
    "is_enterprise_install": False,
}


ENCODED: Final = {route: json.dumps(answer).encode() for route, answer in NODE.items()}


class Answerer:
    """Gives status, delay and JSON for a request, and notes it in the ledger."""

    def __init__(self, delay: float, node_delay: float | None = None) -> None:
        self.ledger = Ledger()
        self._delay = delay
        self._node_delay = delay if node_delay is None else node_delay
        self._numbers = itertools.count(1)
        self._second = int(time.time())

    def answer(self, path: str, body: bytes) -> tuple[int, float, bytes]:
        route, _, _ = path.partition("?")
        if route == "/_stats":
            return 200, 0.0, json.dumps(self.ledger.as_json()).encode()
        if route == "/_reset":
            self.ledger = Ledger()
            return 200, 0.0, b"{}"
        if route.startswith("/api/"):
            return 200, self._delay, json.dumps(self._slack(route.removeprefix("/api/"), body)).encode()
        if route.startswith("/response/"):
            self.ledger.calls["response_url"] += 1
            return 200, self._delay, b"ok"
        for prefix in NODE_PREFIXES:
            if route.startswith(prefix):
                return self._node(route.removeprefix(prefix).rstrip("/"))
        self.ledger.calls[f"unknown: {route}"] += 1
        return 404, self._delay, NOT_FOUND

    def _slack(self, method: str, body: bytes) -> Answer:
        self.ledger.calls[method] += 1
        match method:
            case "chat.postMessage":
                return self._post(body)
            case "auth.test":
                return WHO_THE_BOT_IS
            case "users.info":
                person = dict(parse_qsl(body.decode())).get("user", "U01MAYA")
                return {"ok": True, "user": {"id": person, "team_id": TEAM, "name": person.lower(), "deleted": False}}
            case "usergroups.list":
                return {"ok": True, "usergroups": []}
            case "usergroups.users.list":
                return {"ok": True, "users": []}
            case _:
                return {"ok": True, "channel": "C0", "ts": "1.1", "message_ts": "1.1"}

    def _post(self, body: bytes) -> Answer:
        sent = json.loads(body) if body.startswith(b"{") else dict(parse_qsl(body.decode()))
        channel, text = sent["channel"], sent.get("text", "")
        ts = f"{self._second}.{next(self._numbers):06d}"
        self.ledger.post(channel, ts, sent.get("thread_ts"), text)
        message = {"type": "message", "bot_id": "B01BOT", "user": "U01BOT", "text": text, "ts": ts}
        return {"ok": True, "channel": channel, "ts": ts, "message": message}

    def _node(self, route: str) -> tuple[int, float, bytes]:
        self.ledger.calls["node"] += 1
        if route in ENCODED:
            return 200, self._node_delay, ENCODED[route]
        return 404, self._node_delay, NOT_FOUND
