"""Whether a call whose reply was lost made a package all the same: the node's own list tells."""

from __future__ import annotations

from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from opsbot.dataiku import replies

if TYPE_CHECKING:
    from opsbot.dataiku.failures import Answer
    from opsbot.dataiku.replies import PackageReply
    from opsbot.errors import DSSUnavailableError

_DATE_STEP = 1.0  # seconds: what a Date header leaves out


def may_have_happened(error: DSSUnavailableError) -> bool:
    """Tell whether the node may have done what it gave no answer to."""
    # 429 comes before any work; 502 to 504 come from gateways, which don't know.
    return error.reply is None or (error.reply.sent and error.reply.status != HTTPStatus.TOO_MANY_REQUESTS)


class Witness:
    """Remembers when a call began, to tell later whether a package was made since, by the node's clock."""

    def __init__(self) -> None:
        self._began = monotonic()

    def read(self, answer: Answer) -> tuple[list[PackageReply], float]:
        """Return the packages in a reply, and what the node's clock said when the call began (epoch seconds)."""
        return replies.PACKAGES.read(answer), answer.node_time.timestamp() - (monotonic() - self._began)


def made_since(packages: list[PackageReply], package_id: str, began: float) -> bool:
    """Tell whether a package of this id is there that was made since; one that has no date wasn't, as far as we know.

    Its presence alone says nothing: it may be an older one, because of which the node refused the call.
    """
    made = [package.get("createdOn") for package in packages if package["id"] == package_id]
    return any(created_on is not None and created_on / 1000 >= began - _DATE_STEP for created_on in made)
