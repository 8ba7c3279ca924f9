"""Every member of the reference, by the official package, on the stand-in whose address is the only argument.

Run as a script of its own, so that it can run under any version of the package; prints what it saw as JSON.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dataikuapi


def walk(url: str) -> dict[str, Any]:
    client = dataikuapi.DSSClient(url, "sandbox")
    project = client.get_project("FRAUD")
    item = project.list_api_services()[0]
    service = project.create_api_service("walked")
    seen = {
        "version": version("dataiku-api-client"),
        "projects": client.list_project_keys(),
        "item": [item.name, item.id, item.auth_method, item.endpoints, item.to_api_service().id],
        "items": [other.id for other in project.list_api_services(as_type="listitems")],
        "objects": [other.id for other in project.list_api_services(as_type="objects")],
        "handle": project.get_api_service("rules").id,
        "models": [model["id"] for model in project.list_saved_models()],
        "model": project.get_saved_model("fraud_xgb").get_settings().get_raw()["name"],
        "settings": _change_settings(service),
        "packages": _make_packages(service),
        "published": _publish(client, service),
        "absent": _refusal(lambda: service.get_package_summary("absent")),
    }
    client._session.close()
    return seen


def _change_settings(service: Any) -> list[Any]:
    settings = service.get_settings()
    settings.add_prediction_endpoint("predict", "m1")
    settings.add_clustering_endpoint("cluster", "m2")
    settings.add_forecasting_endpoint("forecast", "m3")
    settings.add_causal_prediction_endpoint("effect", "m4", compute_propensity=True)
    settings.get_raw()["customFields"] = {"owner": "ada"}
    settings.get_raw()["unheardOf"] = 1
    settings.save()
    saved = service.get_settings()
    return [saved.auth_method, saved.endpoints, saved.get_raw()["customFields"], "unheardOf" in saved.get_raw()]


def _make_packages(service: Any) -> list[Any]:
    service.create_package("p1", "Notes & more")
    service.create_package("p2")
    service.delete_package("p2")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "p1.zip"
        service.download_package_to_file("p1", str(target))
        whole = zipfile.ZipFile(target).testzip() is None
        stream = service.download_package_stream("p1")
        same = zipfile.ZipFile(io.BytesIO(stream.read())).namelist() == zipfile.ZipFile(target).namelist()
        stream.close()
    summary = service.get_package_summary("p1")
    return [[package["id"] for package in service.list_packages()], summary["releaseNotes"], whole, same]


def _publish(client: Any, service: Any) -> list[Any]:
    service.publish_package("p1")
    service.publish_package("p1", published_service_id="elsewhere")
    deployer = client.get_apideployer()
    there = [str(published.id) for published in deployer.list_services()]
    return [there, [found["id"] for found in deployer.get_service("walked").get_status().get_versions()]]


def _refusal(call: Any) -> str:
    try:
        call()
    except dataikuapi.utils.DataikuException as refusal:
        return str(refusal)
    return ""


if __name__ == "__main__":
    json.dump(walk(sys.argv[1]), sys.stdout)
