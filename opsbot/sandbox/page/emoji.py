"""The emoji that people and bots write by name."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EMOJI: Mapping[str, str] = MappingProxyType(
    {
        "+1": "👍", "-1": "👎", "alarm_clock": "⏰", "alert": "🚨", "arrow_down": "⬇️", "arrow_left": "⬅️",
        "arrow_forward": "▶️", "arrow_right": "➡️", "arrow_up": "⬆️", "arrows_counterclockwise": "🔄", "bar_chart": "📊", "beers": "🍻",
        "bell": "🔔", "black_circle": "⚫", "blue_heart": "💙", "bomb": "💣", "book": "📖", "boom": "💥", "brain": "🧠",
        "broom": "🧹", "bug": "🐛", "bulb": "💡", "calendar": "📆", "chart_with_upwards_trend": "📈", "check": "✔️",
        "clap": "👏", "clipboard": "📋", "clock1": "🕐", "cloud": "☁️", "coffee": "☕", "construction": "🚧",
        "cry": "😢", "dart": "🎯", "double_vertical_bar": "⏸️", "exclamation": "❗", "eyes": "👀", "fire": "🔥", "gear": "⚙️", "gift": "🎁",
        "green_heart": "💚", "grey_question": "❔", "hammer": "🔨", "hammer_and_wrench": "🛠️", "heart": "❤️",
        "heavy_check_mark": "✔️", "heavy_minus_sign": "➖", "heavy_multiplication_x": "✖️",
        "heavy_plus_sign": "➕", "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "inbox_tray": "📥", "information_source": "ℹ️", "joy": "😂", "key": "🔑", "label": "🏷️",
        "large_blue_circle": "🔵", "large_green_circle": "🟢", "large_orange_circle": "🟠", "large_red_circle": "🔴",
        "large_yellow_circle": "🟡", "leftwards_arrow_with_hook": "↩️", "link": "🔗", "lock": "🔒",
        "mag": "🔍", "mailbox": "📫", "mega": "📣", "memo": "📝", "moneybag": "💰", "mute": "🔇", "new": "🆕", "newspaper": "📰", "no_bell": "🔕", "no_entry": "⛔", "no_entry_sign": "🚫",
        "ok": "🆗", "ok_hand": "👌", "outbox_tray": "📤", "package": "📦", "page_facing_up": "📄", "pencil": "✏️",
        "point_right": "👉", "pray": "🙏", "pushpin": "📌", "question": "❓", "raised_hand": "✋", "raised_hands": "🙌",
        "red_circle": "🔴", "robot_face": "🤖", "rocket": "🚀", "rotating_light": "🚨", "satellite_antenna": "📡", "see_no_evil": "🙈",
        "shield": "🛡️", "shrug": "🤷", "skull": "💀", "sleeping": "😴", "slightly_smiling_face": "🙂", "smile": "😄",
        "smiley": "😃", "snail": "🐌", "snowflake": "❄️", "sob": "😭", "sparkles": "✨", "speech_balloon": "💬",
        "star": "⭐", "stop_sign": "🛑", "stopwatch": "⏱️", "sunny": "☀️", "sunglasses": "😎", "tada": "🎉", "test_tube": "🧪",
        "thinking_face": "🤔", "thumbsdown": "👎", "thumbsup": "👍", "timer_clock": "⏲️", "tools": "🛠️",
        "triangular_flag_on_post": "🚩", "unlock": "🔓", "warning": "⚠️", "wastebasket": "🗑️", "wave": "👋",
        "white_check_mark": "✅", "white_circle": "⚪", "wink": "😉", "wrench": "🔧", "x": "❌", "zap": "⚡", "zzz": "💤",
    }
)  # fmt: skip

_SHORTCODE = re.compile(r":([a-z0-9_+-]+):")


def with_emoji(text: str) -> str:
    """Return the text with known shortcodes as emoji; others stay as they are."""
    return _SHORTCODE.sub(lambda found: EMOJI.get(found[1], found[0]), text)
