"""Whatever comes as blocks is taken or refused; nothing breaks the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsbot.sandbox.workspace.blocks import check_message_blocks, check_view_blocks
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = (
    *("plain_text", "mrkdwn", "button", "static_select", "image", "overflow", "checkboxes", "multi_users_select"),
    *("plain_text_input", "number_input", "datepicker", "rich_text_section", "rich_text_list", "text", "link"),
)
BLOCKS = ("section", "actions", "context", "header", "input", "image", "markdown", "rich_text", "divider")
KEYS = (
    *("type", "text", "fields", "elements", "accessory", "options", "value", "confirm", "title", "label", "element"),
    *("option_groups", "initial_option", "initial_options", "initial_date", "initial_users", "max_length", "style"),
    *("dispatch_action_config", "trigger_actions_on", "focus_on_load", "url", "initial_date_time", "description"),
)

values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=10,
)
blocks = st.builds(
    lambda kind, rest: {**rest, "type": kind},
    st.sampled_from(BLOCKS),
    st.dictionaries(st.sampled_from(KEYS), values, max_size=4),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(blocks, max_size=3))
def test_any_blocks_of_a_view_are_taken_or_refused(given_blocks: list[dict[str, Any]]) -> None:
    assert refusal_of(given_blocks, check_view_blocks) in {None, "invalid_arguments"}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(blocks, max_size=3))
def test_any_blocks_are_taken_or_refused(given_blocks: list[dict[str, Any]]) -> None:
    assert refusal_of(given_blocks, check_message_blocks) in {None, "invalid_blocks", "msg_blocks_too_long"}


def refusal_of(given_blocks: list[dict[str, Any]], check: Callable[[Any], Any]) -> str | None:
    try:
        check(given_blocks)
    except RefusedError as refusal:
        return refusal.code
    return None
