"""The way in: one node, and who we are to it."""

from __future__ import annotations

import ssl
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from opsbot.dataiku import credentials, replies
from opsbot.dataiku.apideployer import DSSAPIDeployer
from opsbot.dataiku.patience import Patience
from opsbot.dataiku.project import DSSProject
from opsbot.dataiku.redaction import redacting
from opsbot.dataiku.timed import unnoted
from opsbot.dataiku.transport import Surroundings, Transport, netrc_login

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.dataiku.credentials import Credentials
    from opsbot.dataiku.patience import Waiting
    from opsbot.dataiku.timed import NoteNode

_AGENT = "opsbot (API Designer client)"


class DSSClient:
    """A client of one Dataiku design node.

        with DSSClient("https://dss.example.com", "dkuaps-...") as client:
            for service in client.get_project("FRAUD").list_api_services():
                print(service.id, service.auth_method)

    Making one sends nothing. Any number of threads may share it; each gets connections of its own. Every call raises
    the errors of `opsbot.errors`:

    - DSSArgumentError (a ValueError): an id that can't stand in a URL; nothing was sent.
    - DSSRefusedError: 401 or 403, or an error class that says the same. A project that isn't there looks like this.
    - DSSNotFoundError: 404, or a 500 that says that the package isn't there.
    - DSSConflictError: the id is taken, or the settings were changed by someone else.
    - DSSUnavailableError: no answer, 429, 502, 503 or 504. Calls that only read were asked again before, as
      `Patience` says; for the others `error.reply.sent` tells whether the node may have acted all the same.
    - DSSUnreadableError: a redirect, a login page, or anything that isn't what the call returns.
    - DSSError: whatever else the node refuses. `error.status`, `error.error_type` and `error.reply` say more.

    No message holds a key or a path of the node's disk.
    """

    def __init__(  # noqa: PLR0917  # the official client's positions
        self,
        host: str,
        api_key: str | None = None,
        internal_ticket: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        no_check_certificate: bool = False,  # noqa: FBT001, FBT002  # the official client's position
        client_certificate: str | tuple[str, str] | None = None,
        jwt_bearer_token: str | None = None,
        *,
        bearer_key: str | None = None,
        ca_bundle: str | None = None,
        patience: Patience | None = None,
        proxies: Mapping[str, str] | None = None,
        trust_env: bool = False,
        insecure_tls: bool | None = None,
        waiting: Waiting = nullcontext,
        note: NoteNode = unnoted,
    ) -> None:
        """Check everything that can be checked without asking the node; raise ValueError for what can't work.

        - `host`: `https://dss.example.com`, with a path in front of the API where a proxy asks for one.
        - `api_key`: sent as the user name of Basic authentication; or `bearer_key`, sent as `Authorization: Bearer`
          (DSS 14 and later); or `internal_ticket`, for code that runs inside DSS; or `jwt_bearer_token`. The first
          that is given counts, in the order api_key, bearer_key, internal_ticket, jwt_bearer_token.
        - `extra_headers`: sent with every call, for gateways. They can't replace the credentials.
        - `no_check_certificate`: take any certificate; `insecure_tls` is its old name. `ca_bundle`: path to the
          certificates to trust instead of the usual ones. `client_certificate`: path, or (certificate, key).
        - `patience`: timeouts and retries.
        - `waiting`: makes a context that is entered around each wait for the node, for a program whose threads take
          turns at computing. `note`: is called with each request once it is over.
        - `proxies`: as `requests` takes them. `trust_env`: also look for proxies and a CA bundle in the environment,
          and for credentials in ~/.netrc when none are given. By default the environment changes nothing.
        """
        if insecure_tls is not None:
            warnings.warn("insecure_tls is called no_check_certificate now", DeprecationWarning, stacklevel=2)
            no_check_certificate = no_check_certificate or insecure_tls
        self.host = _checked_host(host)
        who = _credentials(api_key, bearer_key, internal_ticket, jwt_bearer_token)
        if who is None and trust_env:
            who = netrc_login(self.host)
        if who is None:
            raise ValueError("Who are you to the node? Give api_key, bearer_key, internal_ticket or jwt_bearer_token.")
        _check_files(ca_bundle, client_certificate)
        headers = credentials.checked_headers(extra_headers or {}, who)
        surroundings = Surroundings(
            verify=False if no_check_certificate else (ca_bundle or True),
            certificate=client_certificate,
            proxies=proxies,
        )
        self.transport = Transport(
            f"{self.host}/dip/publicapi",
            {"User-Agent": _AGENT, "Accept": "application/json, */*;q=0.5", **headers},
            redact=redacting((*who.secrets, *(extra_headers or {}).values())),
            patience=patience or Patience(),
            surroundings=surroundings.completed_from_environment(self.host) if trust_env else surroundings,
            waiting=waiting,
            note=note,
        )

    def __repr__(self) -> str:
        return f"DSSClient({self.host!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of every thread; the client stays usable."""
        self.transport.close()

    def list_project_keys(self) -> list[str]:
        """Return the keys of the projects that our key may see. Source: GET /projects/."""
        return [project["projectKey"] for project in self.transport.get("/projects/", replies.PROJECTS.read)]

    def get_project(self, project_key: str) -> DSSProject:
        """Return a handle on a project, which may or may not be there: nothing is sent."""
        return DSSProject(self, project_key)

    def get_apideployer(self) -> DSSAPIDeployer:
        """Return a handle on the API Deployer that this node is, or knows: nothing is sent."""
        return DSSAPIDeployer(self)


def _checked_host(host: str) -> str:
    parts = urlsplit(str(host))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("The node's address has to start with http:// or https:// and name a host.")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("The node's address can't hold a user, a query or a fragment.")
    return host.rstrip("/")


def _check_files(ca_bundle: str | None, client_certificate: str | tuple[str, str] | None) -> None:
    """Raise ValueError for a file that isn't there or isn't what it should be, rather than at every call."""
    certificate = (client_certificate,) if isinstance(client_certificate, str) else client_certificate or ()
    for path in (*filter(None, [ca_bundle]), *certificate):
        if not Path(path).exists():
            raise ValueError(f"There is no {path}, which the client certificate or the CA bundle should be in.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if ca_bundle is not None and Path(ca_bundle).is_file():
            context.load_verify_locations(ca_bundle)
    except OSError as error:
        raise ValueError(f"{ca_bundle} holds no certificates of authorities in PEM that can be read.") from error
    try:
        if certificate:
            no_passphrase = ""  # with None it would ask whoever sits there for one
            context.load_cert_chain(certificate[0], next(iter(certificate[1:]), None), no_passphrase)
    except (OSError, ValueError) as error:
        files = " and ".join(certificate)
        raise ValueError(f"{files} should hold a certificate and its key, in PEM and without a passphrase.") from error


def _credentials(
    api_key: str | None, bearer_key: str | None, internal_ticket: str | None, jwt_bearer_token: str | None
) -> Credentials | None:
    """Return the first that is given; None asks for nothing, but an empty text is a mistake."""
    if api_key is not None:
        return credentials.basic(credentials.checked_secret("API key", api_key))
    if bearer_key is not None:
        return credentials.bearer(credentials.checked_secret("bearer key", bearer_key))
    if internal_ticket is not None:
        return credentials.ticket(credentials.checked_secret("ticket", internal_ticket))
    if jwt_bearer_token is not None:
        return credentials.bearer(credentials.checked_secret("token", jwt_bearer_token))
    return None
