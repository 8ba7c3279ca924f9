from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from opsbot.domain.commands import Command, Defaults
from opsbot.grammar import manual, parse

if TYPE_CHECKING:
    from opsbot.domain.results import VerbHelp


def test_every_command_has_a_verb_and_every_verb_a_command() -> None:
    commands = [each for kind in get_args(Command) for each in (get_args(kind) or (kind,))]
    assert {each.verb for each in commands} == {entry.verb for entry in manual()}


@pytest.mark.parametrize("entry", manual(), ids=lambda entry: entry.verb)
def test_every_example_is_a_line_of_its_verb(entry: VerbHelp) -> None:
    typed = parse(entry.example, Defaults(node="design"))
    assert typed.command.verb == entry.verb
    assert typed.command.permission == entry.permission


@pytest.mark.parametrize("entry", manual(), ids=lambda entry: entry.verb)
def test_every_verb_says_what_it_does_and_what_its_options_do(entry: VerbHelp) -> None:
    assert entry.says.endswith(".")
    assert all(says.endswith(".") for _, says in entry.options)
    assert any(option == "--private" and says.startswith("Answer only me") for option, says in entry.options)
