"""Publishing App Homes; Slack's hash of a view is the mark by which an older picture never replaces a newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.errors import OvertakenError
from opsbot.slack.blocks.home import home_view
from opsbot.slack.sending.messenger import telling_error
from opsbot.slack.transport.calls import CALL_ERRORS, error_code

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from opsbot.domain.homes import HomeShown


class SlackHomeScreen:
    """Shows Homes through `views.publish`."""

    def __init__(self, client: WebClient, command_name: str) -> None:
        self._client = client
        self._command_name = command_name

    def show(self, home: HomeShown, instead_of: str) -> str:
        """Show the person their Home; gives the hash of what is shown. Raises OvertakenError, TellingError."""
        view = home_view(home, self._command_name)
        try:
            reply = self._client.views_publish(user_id=home.person.id, view=view, hash=instead_of or None)
        except CALL_ERRORS as error:
            if error_code(error) == "hash_conflict":
                raise OvertakenError("Something else is shown there by now.", again=True) from error
            raise telling_error(error) from error
        return str(reply["view"]["hash"])
