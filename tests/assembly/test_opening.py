"""What the configuration let through and a client still refuses."""

from __future__ import annotations

import pytest

from opsbot.assembly.opening import open_nodes
from opsbot.config import Config
from opsbot.errors import ConfigError


def test_a_node_that_its_client_refuses_is_named() -> None:
    keyless = Config.model_validate({"nodes": {"eu": {"url": "https://eu.example.com"}}})
    with pytest.raises(ConfigError, match=r"node “eu” can't be called as nodes\.eu says: The API key is empty"):
        open_nodes(keyless)
