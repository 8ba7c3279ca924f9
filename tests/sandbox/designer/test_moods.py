from __future__ import annotations

import httpx
import pytest

from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.designer.moods import MOOD_NAMES, mood_of, put_in_mood


def published(server: DesignerServer) -> list[str]:
    return [version["id"] for version in server.node.deployer.get_service("scoring")["packages"]]


def ask(server: DesignerServer, path: str = "/projects/", method: str = "GET") -> httpx.Response:
    return httpx.request(method, f"{server.url}/public/api{path}", auth=("sandbox", ""), timeout=5)


def test_a_node_is_in_the_mood_that_it_was_put_in_until_it_recovers() -> None:
    with DesignerServer() as server:
        for name in MOOD_NAMES:
            put_in_mood(server.site, name)
            assert mood_of(server.site) == name
        server.site.recover()
        assert mood_of(server.site) == "well"
        server.faults.add("GET /projects", "gzip")
        assert mood_of(server.site) is None


def test_each_mood_is_seen_by_who_asks() -> None:
    with DesignerServer() as server:
        put_in_mood(server.site, "failing")
        assert ask(server).status_code == 503
        put_in_mood(server.site, "wrong")
        assert "Please log in" in ask(server).text
        put_in_mood(server.site, "absent")
        with pytest.raises(httpx.TransportError):
            ask(server)
        put_in_mood(server.site, "mute")
        with pytest.raises(httpx.TransportError):
            ask(server, "/projects/FRAUD/apiservices/scoring/packages/v4/publish", "POST")
        assert published(server) == ["v1", "v2", "v3", "v4"]
        put_in_mood(server.site, "well")
        assert ask(server).is_success
