"""The connections to one node: a session for each thread, with an adapter that knows that there is but one node."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter

from opsbot.dataiku.transport.patient_connections import patient

if TYPE_CHECKING:
    from opsbot.dataiku.patience import Waiting
    from opsbot.dataiku.transport.patient_connections import Asking


class Sessions:
    """Gives each thread a session of its own, and knows them all."""

    def __init__(self, waiting: Waiting, asking: Asking) -> None:
        self._waiting = waiting
        self._asking = asking
        self._of_thread = threading.local()
        self._all: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._lock = threading.Lock()

    def mine(self) -> requests.Session:
        """Return the session of the thread that asks."""
        session: requests.Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(scheme, _NodeAdapter(self._waiting, self._asking))
            self._of_thread.session = session
            with self._lock:
                self._all.add(session)
        return session

    def close(self) -> None:
        """Close the connections of every thread. A later call opens new ones."""
        with self._lock:
            sessions = list(self._all)
        for session in sessions:
            session.close()


class _NodeAdapter(HTTPAdapter):
    """An adapter for one node: the pool of connections is looked up once, not for each call."""

    _pool: Any = None

    def __init__(self, waiting: Waiting, asking: Asking) -> None:
        super().__init__()
        self._waiting = waiting
        self._asking = asking

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pool, whose connections let others compute while they wait for the node."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
            self._pool.ConnectionCls = patient(self._pool.ConnectionCls, self._waiting, self._asking)
        return self._pool

    def close(self) -> None:
        """Close every connection; a later call makes new ones."""
        self._pool = None
        super().close()
