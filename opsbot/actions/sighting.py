"""Looking whether a package is still the one that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.verdict import Sighting
from opsbot.errors import NotFoundError

if TYPE_CHECKING:
    from opsbot.actions.ports import Designer
    from opsbot.domain.models import Wish


def sight(wish: Wish, designer: Designer) -> Sighting:
    """Read from the node what the package is now; the archive only where its digest counts. Raises DSSError."""
    version = wish.package.version
    found = (package for package in designer.packages(wish.service) if package.version == version)
    package = next(found, None)
    if package is None:
        return Sighting(None)
    try:
        summary = designer.summary(wish.service, version).digest
        archive = designer.archive_digest(wish.service, version) if wish.archive_digest else ""
    except NotFoundError:  # deleted since it was listed
        return Sighting(None)
    return Sighting(package, summary, archive)
