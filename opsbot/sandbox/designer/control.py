"""The control API, `/_control/`, for scripts and tests: faults, latency, habits, what was asked, starting over.

GET  /_control/faults      DELETE /_control/faults
POST /_control/faults      {"route": "GET /projects/*/apiservices", "kind": "status", "status": 503, "times": 2}
POST /_control/latency     {"seconds": 0.05}
POST /_control/habits      {"unknown_project_status": 401}
POST /_control/packages    {"project": "FRAUD", "service": "scoring", "package": "v9", "by": "ada", "model_size": 1000}
POST /_control/train       {"project": "FRAUD", "model": "fraud_xgb"}: another version of the model is in use now
POST /_control/reset       {}: the state as it was at the start, no faults, no latency
GET  /_control/requests    what was asked of the API since the start or the last reset, at most the last 1000
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.designer.habits import Habits
from opsbot.sandbox.designer.http11 import Reply, Request, json_reply
from opsbot.sandbox.designer.refusals import RefusalError

if TYPE_CHECKING:
    from opsbot.sandbox.designer.site import DesignerSite

PREFIX = "/_control/"


def control(site: DesignerSite, request: Request) -> Reply:
    """Do what a request under /_control/ asks; a mistake in it is 400 and says so."""
    try:
        body: dict[str, Any] = json.loads(request.body or b"{}")
        return json_reply(_do(site, f"{request.method} {request.path.removeprefix(PREFIX).strip('/')}", body))
    except RefusalError as refusal:
        return json_reply(refusal.body(), refusal.status)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return json_reply({"error": f"{type(error).__name__}: {error}"}, 400)


def _do(site: DesignerSite, what: str, body: dict[str, Any]) -> object:
    match what:
        case "GET faults":
            return site.faults.listed()
        case "POST faults":
            return asdict(site.faults.add(**body))
        case "DELETE faults":
            site.faults.clear()
        case "POST latency":
            site.latency = float(body["seconds"])
        case "POST habits":
            _set_habits(site.node.habits, body)
        case "POST packages":
            _make_package(site, **body)
        case "POST train":
            site.node.train_model(body["project"], body["model"])
        case "POST reset":
            site.reset()
        case "GET requests":
            return [asdict(seen) | {"body": seen.body.decode("utf-8", "replace")} for seen in site.seen]
        case _:
            raise ValueError(f"there is no {what}")
    return {"ok": True}


def _set_habits(habits: Habits, changes: dict[str, Any]) -> None:
    unknown = changes.keys() - {habit.name for habit in fields(Habits)}
    if unknown:
        raise ValueError(f"no habit is called {', '.join(sorted(unknown))}")
    for name, value in changes.items():
        setattr(habits, name, value)


def _make_package(site: DesignerSite, project: str, service: str, package: str, **more: Any) -> None:
    site.node.create_package(project, service, package, **{"by": "ada", **more})
