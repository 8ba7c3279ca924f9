"""The odd behaviours of a live node, each a switch."""

from __future__ import annotations

from dataclasses import dataclass, fields

from opsbot.sandbox.designer.refusals import ILLEGAL_ARGUMENT, RefusalError


@dataclass(slots=True)
class Habits:
    """On by default where a live node was seen to do so; the rest is guessed."""

    unknown_service_has_packages: bool = True
    """Seen live: 200 and [] for the packages of a service that isn't there; else 404."""
    shows_data_directory: bool = True
    """Seen live: 500 with a path for the summary or archive of a package that isn't there; else 404."""
    drops_unknown_settings: bool = True
    """Seen live: top-level keys that the node doesn't know are gone after a PUT; `customFields` stays."""
    unknown_project_status: int = 403
    """Two records of live nodes differ: 403 and 401."""
    duplicate_status: int = 500
    """guess: for a package, service or version whose id is taken."""
    deployer: bool = True
    """Whether the node has an API Deployer; without one its calls are 404."""
    creation_seconds: float = 0.0
    """How long the node works on a new package before it answers."""

    def reset(self) -> None:
        """Be as at the start again."""
        for each in fields(self):
            setattr(self, each.name, each.default)

    def taken(self, what: str) -> RefusalError:
        """Make the refusal of what is there already."""
        return RefusalError(self.duplicate_status, ILLEGAL_ARGUMENT, f"{what} already exists")
