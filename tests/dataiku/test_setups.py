"""What is shown and kept of settings: no secret, and code only for who may have it."""

from __future__ import annotations

import json

from opsbot.dataiku.setups import readable_settings, setup_of
from opsbot.domain.redaction import redacting

SETTINGS = {
    "id": "scoring",
    "projectKey": "FRAUD",
    "authMethod": "API_KEYS",
    "authRealm": {"queryKeys": [{"key": "abc123hush"}]},
    "oauth2Config": {"clientId": "me", "clientSecret": "hush"},
    "endpoints": [
        {
            "id": "explain",
            "type": "PY_FUNCTION",
            "code": "PASSWORD = 'hush'",
            "clientPassphrase": "hush",
            "variables": [{"name": "DB_PASSWORD", "value": "hush"}, {"name": "LIMIT", "value": "12"}],
            "headers": [{"key": "apiToken", "value": "hush"}, {"key": "Accept", "value": "json"}],
        }
    ],
}


def test_what_is_called_like_a_secret_is_hidden_by_its_own_name_or_by_that_beside_it() -> None:
    shown = json.loads(readable_settings(SETTINGS, redacting(), with_code=False))
    assert "hush" not in json.dumps(shown)
    (endpoint,) = shown["endpoints"]
    assert endpoint["variables"][1] == {"name": "LIMIT", "value": "12"}
    assert endpoint["headers"][1] == {"key": "Accept", "value": "json"}
    assert (shown["projectKey"], shown["oauth2Config"]["clientId"]) == ("FRAUD", "me")


def test_code_is_shown_to_who_may_have_it_and_by_its_digest_to_others() -> None:
    with_code = json.loads(readable_settings(SETTINGS, redacting(), with_code=True))
    without = json.loads(readable_settings(SETTINGS, redacting(), with_code=False))
    assert with_code["endpoints"][0]["code"] == "PASSWORD = 'hush'"
    assert without["endpoints"][0]["code"].startswith("[code, SHA-256 ")


def test_a_snapshot_keeps_no_secret_either() -> None:
    assert "hush" not in setup_of(SETTINGS, lambda _: None, redacting(["hush"])).settings
    kept = json.loads(setup_of(SETTINGS, lambda _: None, redacting()).settings)
    kept["endpoints"][0].pop("code")
    assert "hush" not in json.dumps(kept)
