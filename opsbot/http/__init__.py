"""What opsbot answers over HTTP: Slack's payloads, and whoever asks whether it is well."""

from opsbot.http.asking import ask_readiness
from opsbot.http.routes import STARTING, Check, routes
from opsbot.http.server import HttpServer

__all__ = ["STARTING", "Check", "HttpServer", "ask_readiness", "routes"]
