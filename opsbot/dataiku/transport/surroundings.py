"""What is around the calls to a node: certificates, proxies, and what the environment says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
from requests.utils import get_netrc_auth

from opsbot.dataiku.credentials import Credentials, basic

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How the node proves who it is, how we do, and the way there."""

    verify: bool | str = True
    """True for the certificates that come with `requests`, a path to a CA bundle, or False."""
    certificate: str | tuple[str, str] | None = None
    """Path to our certificate with its key, or (certificate, key)."""
    proxies: Mapping[str, str] | None = None
    """`{"https": "http://proxy:3128"}`, as `requests` takes them."""

    def completed_from_environment(self, address: str) -> Surroundings:
        """Fill in what isn't said here from the environment, as `requests` would for this address."""
        found = requests.Session().merge_environment_settings(
            address, dict(self.proxies or {}), stream=True, verify=self.verify, cert=self.certificate
        )
        verify = found["verify"]
        return Surroundings(True if verify is None else verify, found["cert"], found["proxies"])


def netrc_login(address: str) -> Credentials | None:
    """Return what ~/.netrc says about the host, if anything."""
    login = get_netrc_auth(address)
    return basic(*login) if login is not None else None
