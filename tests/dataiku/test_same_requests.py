"""For every member, our client and the official one send the same: method, path, query, headers that matter, body.

What differs on purpose stands in `DIFFERENCES`, with its reason.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dataikuapi
import pytest

from opsbot.dataiku import DSSClient
from opsbot.sandbox.designer import DesignerServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from opsbot.sandbox.designer.http11 import Request


def change_settings(service: Any) -> None:
    settings = service.get_settings()
    settings.add_prediction_endpoint("p", "m1")
    settings.add_multitarget_prediction_endpoint("t", "m2")
    settings.add_clustering_endpoint("c", "m3")
    settings.add_forecasting_endpoint("f", "m4")
    settings.add_causal_prediction_endpoint("e", "m5", compute_propensity=True)
    settings.get_raw()["customFields"] = {"été": "“quoted”"}
    settings.save()


def read_stream(service: Any) -> None:
    stream = service.download_package_stream("v1")
    stream.read()
    stream.close()


NOTES = "Line one\nline two & more = 100 % “better” + ünï/code?#"

MEMBERS: dict[str, Callable[[Any, Any, Path], object]] = {
    "list_project_keys": lambda client, service, _: client.list_project_keys(),
    "list_api_services": lambda client, service, _: client.get_project("FRAUD").list_api_services(),
    "list_api_services objects": lambda client, service, _: client.get_project("FRAUD").list_api_services("objects"),
    "create_api_service": lambda client, service, _: client.get_project("FRAUD").create_api_service("new"),
    "get_api_service": lambda client, service, _: client.get_project("FRAUD").get_api_service("scoring"),
    "list_saved_models": lambda client, service, _: client.get_project("FRAUD").list_saved_models(),
    "list_saved_models shared": lambda client, service, _: client.get_project("FRAUD").list_saved_models(True),  # noqa: FBT003  # by position
    "get_saved_model": lambda client, service, _: (
        client.get_project("FRAUD").get_saved_model("fraud_xgb").get_settings()
    ),
    "get_settings": lambda client, service, _: service.get_settings(),
    "save": lambda client, service, _: change_settings(service),
    "list_packages": lambda client, service, _: service.list_packages(),
    "get_package_summary": lambda client, service, _: service.get_package_summary("v1"),
    "create_package": lambda client, service, _: service.create_package("v9"),
    "create_package with notes": lambda client, service, _: service.create_package("v9", NOTES),
    "create_package without notes": lambda client, service, _: service.create_package("v9", release_notes=""),
    "delete_package": lambda client, service, _: service.delete_package("v1"),
    "download_package_stream": lambda client, service, _: read_stream(service),
    "download_package_to_file": lambda client, service, folder: service.download_package_to_file(
        "v1", str(folder / "x")
    ),
    "publish_package": lambda client, service, _: service.publish_package("v4"),
    "publish_package elsewhere": lambda client, service, _: service.publish_package("v4", "a b&c"),
    "deployer list_services": lambda client, service, _: client.get_apideployer().list_services(),
    "deployer get_versions": lambda client, service, _: (
        client.get_apideployer().get_service("scoring").get_status().get_versions()
    ),
}

MATTERING = ("authorization", "content-type", "content-length", "cookie", "x-dku-apiticket", "transfer-encoding")

DIFFERENCES: dict[str, str] = {
    "content-type": "the official client sends JSON without saying so; the documentation asks for it",
    "content-length": "JSON is as long as its spacing; the bodies are compared as values",
    "save": "ours reads the settings before and after, to refuse a lost update",
}


def walk(client_class: Any, member: str, folder: Path) -> list[Request]:
    """Return what one member sends to a stand-in that has nothing else to do."""
    with DesignerServer() as node:
        client = client_class(node.url, "sandbox")
        MEMBERS[member](client, client.get_project("FRAUD").get_api_service("scoring"), folder)
        getattr(client, "_session", client).close()
        return list(node.site.seen)


def compared(request: Request) -> dict[str, Any]:
    headers = {name: request.headers[name] for name in MATTERING if name in request.headers and name not in DIFFERENCES}
    body = json.loads(request.body) if request.body else None
    if isinstance(body, dict):
        # Each stand-in has made its services a moment apart.
        body = {name: value for name, value in body.items() if name not in {"versionTag", "creationTag"}}
    return {"method": request.method, "path": request.path, "query": request.query, "headers": headers, "body": body}


@pytest.mark.parametrize("member", MEMBERS)
def test_both_clients_send_the_same(member: str, tmp_path: Path) -> None:
    theirs = [compared(request) for request in walk(dataikuapi.DSSClient, member, tmp_path)]
    ours = [compared(request) for request in walk(DSSClient, member, tmp_path)]

    if member in DIFFERENCES:
        assert [request["method"] for request in ours] == ["GET", "GET", "PUT", "GET"]
        assert [request["method"] for request in theirs] == ["GET", "PUT"]
        assert theirs == [ours[0], ours[2]]
    else:
        assert ours == theirs


def test_what_differs_on_purpose_still_does(tmp_path: Path) -> None:
    theirs = walk(dataikuapi.DSSClient, "save", tmp_path)
    ours = walk(DSSClient, "save", tmp_path)

    assert ["content-type" in request.headers for request in theirs] == [False, False]
    assert [request.headers.get("content-type") for request in ours] == [None, None, "application/json", None]
    assert len(ours) == len(theirs) + 2
