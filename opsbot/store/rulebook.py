"""The rules that all replicas go by, put in force together with the record of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.store.policies import put_in_force_in
from opsbot.store.watches import put_configured_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from opsbot.domain.deliveries import Effects
    from opsbot.domain.policies import Policy
    from opsbot.domain.rules import NewInForce
    from opsbot.domain.watching import WatchRule
    from opsbot.store.keeping import Keeper


class RulebookStore:
    """Keeps the policies and the watches of the configuration: both and their record, or nothing of it."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

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
        `effects` is asked with that for what is kept with it. Raises StoreError.
        """
        with self._keeper.transaction() as keeping:
            keeping.alone()
            new = put_in_force_in(keeping.connection, policies, at, settings or {})
            if put_configured_in(keeping.connection, watching, at):
                new = replace(new, names=new.names | {"watches"})
            said = effects(new)
            if said is not None:
                keeping.keep(said)
        return new
