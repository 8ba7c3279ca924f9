from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_SLACK__BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("OPSBOT_SLACK__SIGNING_SECRET", "hush")
    monkeypatch.setenv("OPSBOT_NODES__DESIGN__API_KEY", "key")
