"""The official package, unchanged, does everything of the reference against the stand-in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from opsbot.sandbox.designer import DesignerServer

_SCRIPT = Path(__file__).with_name("official_script.py")


@pytest.fixture(scope="session")
def older_official_package(tmp_path_factory: pytest.TempPathFactory, environment_outside: dict[str, str]) -> Path:
    """Version 14.3.3 in a folder of its own; its dependencies are here already, with 15.2.0."""
    folder = tmp_path_factory.mktemp("dataikuapi-14.3.3")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command = [*install, "--target", str(folder), "dataiku-api-client==14.3.3"]
    subprocess.run(command, env=environment_outside, check=True, timeout=300)
    return folder


def walk(server: DesignerServer, path: Path | None = None) -> Any:
    environment = {**os.environ, "PYTHONPATH": str(path)} if path else dict(os.environ)
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), server.url],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


EXPECTED = {
    "projects": ["FRAUD", "CHURN"],
    "item": [
        "scoring",
        "scoring",
        "API_KEYS",
        [{"id": "score", "type": "STD_PREDICTION"}, {"id": "explain", "type": "PY_FUNCTION"}],
        "scoring",
    ],
    "items": ["scoring", "rules", "walked"],
    "objects": ["scoring", "rules", "walked"],
    "handle": "rules",
    "models": ["fraud_xgb", "fraud_rules_tree"],
    "model": "Fraud score (XGBoost)",
    "settings": [
        "PUBLIC",
        [
            {"id": "predict", "type": "STD_PREDICTION", "modelRef": "m1"},
            {"id": "cluster", "type": "STD_CLUSTERING", "modelRef": "m2"},
            {"id": "forecast", "type": "STD_FORECAST", "modelRef": "m3"},
            {
                "id": "effect",
                "type": "STD_CAUSAL_PREDICTION",
                "modelRef": "m4",
                "computePropensity": True,
                "useJava": False,
            },
        ],
        {"owner": "ada"},
        False,
    ],
    "packages": [["p1"], "Notes & more", True, True],
    "published": [["scoring", "rules", "churn", "walked", "elsewhere"], ["p1"]],
    "absent": "java.io.IOException: Package directory does not exist: "
    "/data/dataiku/dss_data/apiservices/FRAUD/walked/packages/absent",
}


def test_version_15_2_0_does_everything(server: DesignerServer) -> None:
    assert walk(server) == {"version": "15.2.0", **EXPECTED}


def test_version_14_3_3_does_everything(server: DesignerServer, older_official_package: Path) -> None:
    assert walk(server, older_official_package) == {"version": "14.3.3", **EXPECTED}
