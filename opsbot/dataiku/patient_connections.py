"""Connections that let other threads compute while they wait for a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opsbot.dataiku.patience import Waiting


def patient(kind: Any, waiting: Waiting) -> Any:
    """Make a kind of connection that enters `waiting` around each wait."""

    class Patient(kind):  # type: ignore[misc]  # of which kind is only known now
        def connect(self) -> None:
            with waiting():
                super().connect()

        def getresponse(self) -> Any:
            with waiting():
                return super().getresponse()

    return Patient
