"""Forms that are opened before it is known what stands in them: they never go on promising what won't come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.slack.blocks.messages import Answer
from opsbot.slack.forms.opening import CLOSED
from opsbot.slack.forms.views import told_view
from opsbot.slack.trouble import in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.models.views import View

    from opsbot.domain.models import Asker
    from opsbot.slack.forms.opening import Opened, Opener
    from opsbot.slack.sending.replies import Replier

_NOT_SHOWN = Answer(":warning: Slack didn't let me show the form. Please close it, and try again.")


@dataclass(frozen=True, slots=True)
class Promises:
    """Keeps what a form says that is coming; where it can't, the form says why, or at last a direct message does."""

    opener: Opener
    replier: Replier
    command_name: str

    def keep(self, opened: Opened, title: str, make: Callable[[], View], asker: Asker) -> None:
        """Show what is made in the form, or what went wrong with that."""
        made: list[View] = []
        said = in_words(lambda: made.append(make()), self.command_name, self.command_name)
        if made and self.opener.update(opened, made[0]) in {None, *CLOSED}:
            return
        told = said or _NOT_SHOWN
        if self.opener.update(opened, told_view(title, told)) not in {None, *CLOSED}:
            self.replier.direct(told.in_one(), asker)
