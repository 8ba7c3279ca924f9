"""The demo: two projects, three API services, and an API Deployer that is a version behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.designer.things import Version

if TYPE_CHECKING:
    from opsbot.sandbox.designer.node import Node

_HOUR = 3_600_000  # milliseconds


@dataclass(frozen=True, slots=True)
class _Made:
    """A package of the demo: how long ago it was made, by whom, and what was new."""

    hours_ago: float
    by: str
    notes: str
    published: bool = True


_PROJECTS = {"FRAUD": "Fraud detection", "CHURN": "Customer churn"}
_MODELS = {
    "FRAUD": {"fraud_xgb": "Fraud score (XGBoost)", "fraud_rules_tree": "Rule candidates (decision tree)"},
    "CHURN": {"churn_lr": "Churn in 30 days", "churn_uplift": "Effect of a discount"},
}
_ENDPOINTS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("FRAUD", "scoring"): [
        {"id": "score", "type": "STD_PREDICTION", "modelRef": "fraud_xgb"},
        {
            "id": "explain",
            "type": "PY_FUNCTION",
            "userFunctionName": "explain",
            "code": "def explain(transaction_id):\n    return {'reasons': []}\n",
            "envSelection": {"envMode": "EXPLICIT_ENV", "envName": "py311_fraud"},
            "inputFolderRefs": [],
            "testQueries": [],
        },
    ],
    ("FRAUD", "rules"): [
        {"id": "candidates", "type": "STD_CLUSTERING", "modelRef": "fraud_rules_tree"},
        {"id": "blocklist", "type": "DATASETS_LOOKUP", "lookups": [{"datasetRef": "blocked_cards"}]},  # guess: lookups
    ],
    ("CHURN", "churn"): [
        {"id": "predict", "type": "STD_PREDICTION", "modelRef": "churn_lr"},
        {
            "id": "discount_effect",
            "type": "STD_CAUSAL_PREDICTION",
            "modelRef": "churn_uplift",
            "computePropensity": True,
            "useJava": False,
        },
    ],
}
_AUTH = {("FRAUD", "scoring"): "API_KEYS", ("FRAUD", "rules"): "PUBLIC", ("CHURN", "churn"): "OAUTH2"}
_PACKAGES: dict[tuple[str, str], dict[str, _Made]] = {
    ("FRAUD", "scoring"): {
        "v1": _Made(24 * 40, "ada", "First version of the fraud score."),
        "v2": _Made(24 * 19, "ada", "Adds the explain endpoint."),
        "v3": _Made(24 * 6, "grace", "Retrained on the second quarter.\nRecall at 1 % review rate: 0.71."),
        "v4": _Made(5, "grace", "Retrained with device features.", published=False),
    },
    ("FRAUD", "rules"): {
        "v1": _Made(24 * 12, "linus", "Block list and rule candidates."),
        "v2": _Made(26, "linus", "Block list is read every hour.", published=False),
    },
    ("CHURN", "churn"): {
        "v1": _Made(24 * 60, "grace", "Churn in 30 days."),
        "v2": _Made(24 * 21, "grace", "Adds the effect of a discount."),
        "v3": _Made(2, "grace", "Fixes the country feature.", published=False),
    },
}


def seed(node: Node, now: int) -> None:
    """Fill an empty node; `now` is in epoch milliseconds, and everything was made before."""
    for key, name in _PROJECTS.items():
        node.create_project(key, name)
        for model, model_name in _MODELS[key].items():
            node.add_model(key, model, model_name)
    for (key, service), packages in _PACKAGES.items():
        _add_service(node, key, service)
        for package, made in packages.items():
            created_on = now - int(made.hours_ago * _HOUR)
            node.create_package(key, service, package, by=made.by, release_notes=made.notes, created_on=created_on)
            if made.published:
                node.publish(key, service, package, by=made.by)
                _date_back(node, service, package, created_on + 2 * _HOUR)
    node.deployer.services["scoring"].deployments.append({"id": "scoring-on-production", "infraId": "production"})
    node.deployer.services["churn"].deployments.append({"id": "churn-on-production", "infraId": "production"})


def _add_service(node: Node, key: str, service: str) -> None:
    node.create_service(key, service, by="ada")
    settings = node.get_settings(key, service)
    settings |= {"endpoints": _ENDPOINTS[key, service], "authMethod": _AUTH[key, service]}
    node.save_settings(key, service, settings, by="ada")


def _date_back(node: Node, service: str, version: str, published_on: int) -> None:
    published = node.deployer.services[service].versions
    published[version] = Version(published[version].package, published_on, published[version].published_by)
