"""How a service is set up, read from its settings: what tells one version from another, and no secret."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from opsbot.dataiku.texts import text_of
from opsbot.domain.difference import EndpointSetup, ServiceSetup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SECRET_NAMES = (
    *("key", "secret", "password", "passwd", "pwd", "passphrase", "token", "authrealm", "credential", "pem"),
)
_CODE = ("code", "userFunctionName", "queries", "query", "lookups")
"""Where endpoints keep what they run. guess: queries, query, lookups."""

_RUN = frozenset({"code", "queries", "query"})
"""Of that, what may hold more than who only reads should have."""

_HARMLESS = frozenset({"projectKey"})
"""What is called like a secret and is none."""

_SECRET = "[secret]"  # noqa: S105 - what stands in its place


def setup_of(
    settings: Mapping[str, Any], active_version: Callable[[str], str | None], redact: Callable[[str], str]
) -> ServiceSetup:
    """Read the settings; `active_version` tells that of a saved model, None where it can't be known."""
    raw = settings.get("endpoints")
    listed = raw if isinstance(raw, list) else []
    endpoints = tuple(_endpoint(each, active_version) for each in listed if isinstance(each, dict))
    auth = text_of(settings.get("authMethod")) or "unknown"
    written = _written(_redacted(_without_secrets(settings), redact))
    return ServiceSetup(auth, endpoints, written)


def readable_settings(settings: Mapping[str, Any], redact: Callable[[str], str], *, with_code: bool) -> str:
    """Write the settings for people to read: nothing that is called like a secret, or looks like one, is left in them.

    Code stands there by its digest only, unless it is `with_code`.
    """
    shown = _redacted(_without_secrets(settings), redact)
    return json.dumps(shown if with_code else _without_code(shown), indent=2, ensure_ascii=False, default=str) + "\n"


def digest_of(value: Any) -> str:
    """Give the SHA-256, in hex, of a piece of JSON, whatever the order of its keys."""
    return hashlib.sha256(_written(value).encode()).hexdigest()


def _endpoint(endpoint: Mapping[str, Any], active_version: Callable[[str], str | None]) -> EndpointSetup:
    model = endpoint.get("modelRef")
    model = model if isinstance(model, str) and model else None
    code = {name: endpoint[name] for name in _CODE if name in endpoint}
    return EndpointSetup(
        id=str(endpoint.get("id", "?")),
        type=str(endpoint.get("type", "unknown")),
        model=model,
        model_version=active_version(model) if model is not None else None,
        code_digest=digest_of(code) if code else None,
        digest=digest_of(_without_secrets(endpoint)),
    )


def _without_secrets(value: Any, name: str = "") -> Any:
    """Put a mark in the place of whatever is called like a secret."""
    if _is_secret(name) and value not in (None, "", [], {}, True, False):
        return _SECRET
    match value:
        case {"name": str(named), "value": secret} | {"key": str(named), "value": secret} if _is_secret(named):
            return {key: _SECRET if inside is secret else inside for key, inside in value.items()}
        case {"key": str(), "value": _}:
            return {key: _without_secrets(inside) for key, inside in value.items()}
        case dict():
            return {key: _without_secrets(inside, str(key)) for key, inside in value.items()}
        case list():
            return [_without_secrets(inside) for inside in value]
        case _:
            return value


def _is_secret(name: str) -> bool:
    return name not in _HARMLESS and any(secret in name.lower() for secret in _SECRET_NAMES)


def _without_code(value: Any) -> Any:
    """Put a digest in the place of whatever is run."""
    match value:
        case dict():
            return {
                key: f"[code, SHA-256 {digest_of(inside)}]" if key in _RUN and inside else _without_code(inside)
                for key, inside in value.items()
            }
        case list():
            return [_without_code(inside) for inside in value]
        case _:
            return value


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: _redacted(inside, redact) for key, inside in value.items()}
        case list():
            return [_redacted(inside, redact) for inside in value]
        case _:
            return value


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
