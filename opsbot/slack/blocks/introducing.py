"""What is answered to whoever finds their way: help, what they may do, and a greeting."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from slack_sdk.models.blocks import ActionsBlock
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.domain.authorization import Permission
from opsbot.slack.blocks.messages import Answer, Message, of_lines
from opsbot.slack.blocks.mrkdwn import code, counted, escaped, listed, person, whom

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opsbot.domain.models import Asker
    from opsbot.domain.results import AccessShown, HelpShown, VerbHelp

OPEN_FORM = "open_form"
"""The action id of the button that opens a form."""

_THEMES: Mapping[str, frozenset[Permission | None]] = MappingProxyType(
    {
        "Look": frozenset({None, Permission.READ}),
        "Change": frozenset({Permission.DESIGN, Permission.PACKAGE}),
        "Publish": frozenset({Permission.PUBLISH, Permission.APPROVE}),
        "Administer": frozenset({Permission.ADMIN}),
    }
)
"""Under which heading help shows a verb, by the permission that it takes."""


def greeting(asker: Asker) -> Answer:
    """Greet whoever wrote to the bot without a verb, and say in short what can be written."""
    examples = listed(map(code, ("services PROJECT", "packages PROJECT/SERVICE", "inbox")), "or")
    lines = [
        f"Write to me here what you want to know or have done, for example {examples}.",
        f"{code('help')} lists all that you can do.",
    ]
    headline = f"Hello {person(asker.person)}! I'm the API Designer's bot."
    return Answer(headline, (of_lines(lines, _form_button()),), private=True)


def wordless(asker: Asker) -> Answer:
    """Tell whoever sent a file, or handed a message on, without a word, that it takes words."""
    headline = f"{person(asker.person)}, I read what you write, but no files and no messages that you hand on."
    return replace(greeting(asker), headline=headline)


def with_form_for(line: str, said: Answer) -> Answer:
    """Offer, beside what a line lacks, the form that asks for it and holds what was written already."""
    button = ActionsBlock(elements=[ButtonElement(text="Fill in the form…", action_id=OPEN_FORM, value=line)])
    return replace(said, details=(*said.details, Message("A form can ask for it.", (button,))))


def help_shown(result: HelpShown, command_name: str) -> Answer:
    """Show what can be typed."""
    if result.about is None:
        lines = [*_by_theme(result.verbs, command_name)]
        lines.append(f"{code(f'{command_name} help VERB')} tells more of one. Every verb takes {code('--private')}.")
        headline = (
            f"Here is what you can do with me, the API Designer's bot. Try {code(f'{command_name} whoami')}, too."
        )
        return Answer(headline, (of_lines(lines, _form_button()),), private=True)
    headline = f"How to use {code(result.about)}:"
    lines = [line for entry in result.verbs for line in _manual(entry, command_name)]
    return Answer(headline, (of_lines(lines, _form_button(result.about)),), private=True)


def access_shown(result: AccessShown) -> Answer:
    """Show what somebody may do here."""
    lines = [
        f"• {code(grant.role)} on {listed(map(code, grant.services))}: {', '.join(permissions)}"
        for grant, permissions in result.grants
    ]
    headline = f"{person(result.person)}, you hold {counted(len(lines), 'grant')} here."
    if not lines:
        ask = "" if result.problem else f" Ask {whom(result.ask) or 'whoever runs me'} for one."
        headline = f"{person(result.person)}, no grant holds for you here.{ask}"
    lines += [escaped(result.problem)] if result.problem else []
    return Answer(headline, (of_lines(lines),) if lines else (), private=True)


def _by_theme(verbs: tuple[VerbHelp, ...], command_name: str) -> Iterator[str]:
    for theme, permissions in _THEMES.items():
        entries = [entry for entry in verbs if entry.permission in permissions]
        if entries:
            yield f"*{theme}*"
            yield from (f"{code(f'{command_name} {entry.usage}')} {escaped(entry.says)}" for entry in entries)


def _manual(entry: VerbHelp, command_name: str) -> list[str]:
    lines = [f"{code(f'{command_name} {entry.usage}')} {escaped(entry.says)}"]
    lines += [f"{code(option)} {escaped(says)}" for option, says in entry.options]
    return [*lines, f"For example: {code(f'{command_name} {entry.example}')}"]


def _form_button(verb: str | None = None) -> ActionsBlock:
    """Offer the form of a verb, or the menu of all, to whoever would rather not type."""
    return ActionsBlock(elements=[ButtonElement(text="Fill in a form…", action_id=OPEN_FORM, value=verb)])
