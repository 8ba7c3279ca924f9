"""What is kept of the configuration: the rules that every replica goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from opsbot.domain.deliveries import Effects
    from opsbot.domain.policies import Policy
    from opsbot.domain.rules import NewInForce
    from opsbot.domain.watching import WatchRule


class Rulebook(Protocol):
    """The policies and the watches of the configuration. The call may raise StoreError: then nothing has changed."""

    def put_in_force(
        self,
        policies: tuple[Policy, ...],
        watching: Iterable[WatchRule],
        at: datetime,
        effects: Callable[[NewInForce], Effects | None],
        settings: Mapping[str, str] | None = None,
    ) -> NewInForce:
        """Make these count from now on, everywhere; tells what of them is new.

        `settings` are the digests of what else the configuration decides, for the next who puts something in force.
        `effects` is asked with that for what is kept in the same transaction.
        """
        ...
