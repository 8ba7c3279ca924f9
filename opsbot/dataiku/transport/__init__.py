"""Calls to a node over HTTP: the only package that knows `requests`."""

from opsbot.dataiku.transport.call import Call
from opsbot.dataiku.transport.calling import Transport
from opsbot.dataiku.transport.surroundings import Surroundings, netrc_login

__all__ = ["Call", "Surroundings", "Transport", "netrc_login"]
