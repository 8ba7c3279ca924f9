"""Slack's documented limits, each under its name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_BLOCKS_CHARACTERS = 13_000
MESSAGE_TEXT = 40_000  # what is beyond is cut off
UPDATED_TEXT = 4_000  # what is beyond is refused
SECTION_TEXT = 3_000
SECTION_FIELDS = 10
SECTION_FIELD = 2_000
HEADER_TEXT = 150
MARKDOWN_TEXT = 12_000
ACTIONS = 25
CONTEXT_ELEMENTS = 10
CONTEXT_TEXT = 2_000
IDENTIFIER = 255
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
URL = 3_000
IMAGE_ALT = 2_000
SELECT_OPTIONS = 100
OVERFLOW_OPTIONS = 5
FEW_OPTIONS = 10
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTION_DESCRIPTION = 75
PLACEHOLDER = 150
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
INPUT_LABEL = 2_000
INPUT_HINT = 2_000
INPUT_TEXT = 3_000  # of min_length and max_length; initial_value has no limit
INPUT_FILES = 10
VIEW_TITLE = 24
VIEW_BYTES = 250_000
PRIVATE_METADATA = 3_000
METADATA_BYTES = 16_384
FILE_BYTES = 1 << 30  # 1 GB
STORAGE_BYTES = 5 << 30  # of a workspace that pays nothing
SNIPPET_BYTES = 1 << 20
FILE_ALT = 1_000
FILE_CHANNELS = 100

# Slack's documented types of snippets, those that a bot may meet; an unknown one is refused.
SNIPPET_TYPES = frozenset(
    {
        *("auto", "text", "c", "clojure", "cpp", "csharp", "css", "csv", "diff", "dockerfile", "go", "groovy", "html"),
        *(
            "java",
            "javascript",
            "json",
            "kotlin",
            "lua",
            "markdown",
            "perl",
            "php",
            "powershell",
            "python",
            "r",
            "ruby",
        ),
        *("rust", "scala", "shell", "sql", "swift", "toml", "typescript", "xml", "yaml"),
    }
)

OPTIONS: Mapping[str, int] = MappingProxyType(
    {
        "static_select": SELECT_OPTIONS,
        "multi_static_select": SELECT_OPTIONS,
        "overflow": OVERFLOW_OPTIONS,
        "checkboxes": FEW_OPTIONS,
        "radio_buttons": FEW_OPTIONS,
    }
)
