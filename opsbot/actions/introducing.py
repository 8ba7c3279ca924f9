"""The verbs by which people find their way: help and whoami."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.authorization import NOBODY
from opsbot.domain.results import AccessShown, HelpShown

if TYPE_CHECKING:
    from opsbot.actions.ports import Manual
    from opsbot.domain.authorization import AccessRules, Standing
    from opsbot.domain.commands import ShowHelp
    from opsbot.domain.models import Asker
    from opsbot.domain.rules import ChannelRules


def show_help(command: ShowHelp, standing: Standing, manual: Manual, here: ChannelRules) -> HelpShown:
    """Describe the verbs that the asker may use here, or one of them whoever asks."""
    if command.about is not None:
        return HelpShown(tuple(entry for entry in manual() if entry.verb == command.about), command.about)
    allowed = (entry for entry in manual() if here.allows(entry.verb, entry.permission))
    usable = (entry for entry in allowed if entry.permission is None or standing.allows_somewhere(entry.permission))
    return HelpShown(tuple(usable))


def show_access(asker: Asker, standing: Standing, access: AccessRules) -> AccessShown:
    """Tell the grants that hold for the asker here."""
    explained = ((grant, tuple(sorted(standing.roles[grant.role]))) for grant in standing.grants)
    problem = standing.barred or standing.problem
    ask = NOBODY if standing.grants or problem else access.administrators(None)
    return AccessShown(asker.person, tuple(explained), problem, ask)
