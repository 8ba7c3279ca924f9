"""Many API services at once: the same question to each, in parallel, a bounded number at a time."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from opsbot.dataiku.askers import AT_ONCE, Askers
from opsbot.errors import DSSError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opsbot.dataiku.apiservice import DSSAPIService
    from opsbot.dataiku.apiservice_settings import DSSAPIServiceSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """What one service answered: a value, or the error that stood in its way."""

    service: DSSAPIService
    value: T | None = None
    error: DSSError | None = None

    def get(self) -> T:
        """Return the value, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # without an error there is a value


def fetch_settings(
    services: Iterable[DSSAPIService], *, at_once: int = AT_ONCE
) -> list[Fetched[DSSAPIServiceSettings]]:
    """Read the settings of services, in their order. One that fails doesn't keep the others from being read."""
    return fetch(services, lambda service: service.get_settings(), at_once=at_once)


def fetch_packages(services: Iterable[DSSAPIService], *, at_once: int = AT_ONCE) -> list[Fetched[list[dict[str, Any]]]]:
    """List the packages of services, in their order. One that fails doesn't keep the others from being read."""
    return fetch(services, lambda service: service.list_packages(), at_once=at_once)


def fetch(
    services: Iterable[DSSAPIService], ask: Callable[[DSSAPIService], T], *, at_once: int = AT_ONCE
) -> list[Fetched[T]]:
    """Ask every service the same, at most `at_once` at a time; any error but a DSSError ends it."""
    asked = tuple(services)
    with closing(Askers("fleet", at_once)) as askers:
        answers = askers.ask(asked, ask)
    return [
        Fetched(service, error=answer) if isinstance(answer, DSSError) else Fetched(service, answer)
        for service, answer in zip(asked, answers, strict=True)
    ]
