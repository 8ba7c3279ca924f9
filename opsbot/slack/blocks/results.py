"""From a result to what is said about it: one function per result."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from slack_sdk.models.blocks import ActionsBlock
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.domain.authorization import Permission
from opsbot.domain.commands import PAGE_SIZE
from opsbot.domain.homes import HomeShown
from opsbot.domain.models import AuthMethod
from opsbot.domain.results import (
    AccessShown,
    ArchiveFetched,
    ArchiveNotFetched,
    AuditShown,
    ChangeBegun,
    Compared,
    ConfirmationAsked,
    Decided,
    DeliveriesListed,
    Explained,
    HelpShown,
    HistoryShown,
    ModelsListed,
    NodesListed,
    PackagesListed,
    Paused,
    PublishRequested,
    Refused,
    RequestsListed,
    Resumed,
    Reviewed,
    ServiceShown,
    ServicesListed,
    SettingsShown,
    Settled,
    StatusShown,
    SummaryShown,
    TimelineDrawn,
    Unwatched,
    Watched,
    WatchesListed,
    WatchesTested,
)
from opsbot.errors import CommandError
from opsbot.slack.blocks import approvals, changes, delivered, fetched, overviews, status, watches
from opsbot.slack.blocks.home import inbox
from opsbot.slack.blocks.messages import RUN_LINE, About, Answer, Message, notes, of_lines
from opsbot.slack.blocks.mrkdwn import (
    at_least,
    clipped,
    code,
    counted,
    date,
    escaped,
    listed,
    named,
    or_none,
    packaged_by,
    person,
    readable,
)
from opsbot.slack.blocks.overviews import auth, how_to_authenticate
from opsbot.slack.blocks.paging import listing, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opsbot.domain.models import Asker, Package, Person, PublishRequest
    from opsbot.domain.results import Result, VerbHelp
    from opsbot.errors import OpsbotError

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

_APOLOGY_LIMIT = 500
_LONGEST_LINE = 2000
_BUTTON_LIMIT = 75
_MOST_ASKED = 5


def answer(result: Result, asker: Asker, command_name: str, *, private: bool = False) -> Answer | None:  # noqa: C901, PLR0911, PLR0912 - one arm per result
    """Say what came of a command; None where the card says it already and nobody asked for an answer of their own."""
    match result:
        case HelpShown():
            return help_shown(result, command_name)
        case AccessShown():
            return access_shown(result)
        case NodesListed():
            return overviews.nodes_listed(result, asker)
        case ServicesListed():
            return overviews.services_listed(result, asker)
        case ModelsListed():
            return overviews.models_listed(result, asker)
        case Compared():
            return overviews.compared(result, asker)
        case ServiceShown():
            return service_shown(result, asker)
        case PackagesListed():
            return packages_listed(result, asker)
        case SummaryShown():
            return summary_shown(result, asker)
        case RequestsListed():
            return requests_listed(result, asker)
        case ChangeBegun():
            return changes.change_begun(result, asker)
        case ConfirmationAsked():
            return changes.confirmation_asked(result)
        case SettingsShown():
            return fetched.settings_shown(result, asker)
        case ArchiveFetched():
            return fetched.archive_fetched(result, asker)
        case ArchiveNotFetched():
            return fetched.archive_not_fetched(result, asker)
        case TimelineDrawn():
            return fetched.timeline_drawn(result, asker)
        case PublishRequested():
            return approvals.publish_requested(result, asker, private=private)
        case Explained():
            return approvals.explained(result, asker)
        case Decided():
            return approvals.decided(result, asker)
        case Settled() | Reviewed():
            return approvals.judged(result, asker)
        case Paused():
            return approvals.paused(result)
        case Resumed():
            return approvals.resumed(result, asker)
        case HistoryShown() | AuditShown():
            return approvals.records_shown(result, asker)
        case HomeShown():
            return inbox(result, command_name)
        case Watched():
            return watches.watched(result, asker)
        case Unwatched():
            return watches.unwatched(result, asker)
        case WatchesListed():
            return watches.watches_listed(result, asker)
        case WatchesTested():
            return watches.watches_tested(result, asker)
        case DeliveriesListed():
            return delivered.deliveries_listed(result, asker)
        case StatusShown():
            return status.status_shown(result, asker)
        case Refused():
            return refused(result)
        case _:
            assert_never(result)


def refused(result: Refused) -> Answer:
    """Say that the asker may not, and who could change that."""
    users, groups = result.ask
    whom = [f"<@{user}>" for user in sorted(users)] + [code(group) for group in sorted(groups)]
    more = [f"{len(whom) - _MOST_ASKED} more"] if len(whom) > _MOST_ASKED else []
    ask = f" Ask {listed([*whom[:_MOST_ASKED], *more], 'or')} for it." if whom else ""
    return Answer(f":no_entry: {escaped(clipped(result.reason, _APOLOGY_LIMIT))}{ask}", private=True, undone=True)


def apology(error: OpsbotError, command_name: str, note: str = "", instead: str | None = None) -> Answer:
    """Say what was wrong, and what to type instead where that is known; `instead` is the whole line, for a button."""
    said = f":warning: {escaped(clipped(str(error), _APOLOGY_LIMIT))}"
    if note:
        said += f" {note}"
    if instead is not None and len(instead) <= _LONGEST_LINE:
        line = f"{command_name} {instead}"
        button = ButtonElement(text=clipped(readable(line), _BUTTON_LIMIT), action_id=RUN_LINE, value=instead)
        mended = Message(f"Type: {code(line)}", (ActionsBlock(elements=[button]),))
        return Answer(said, (mended,), private=True, undone=True)
    if isinstance(error, CommandError) and error.suggestion is not None:
        said += f"\nType for example: {code(f'{command_name} {error.suggestion}')}"
    return Answer(said, private=True, undone=True)


def greeting(asker: Asker) -> Answer:
    """Greet whoever wrote to the bot without a verb, and say in short what can be written."""
    examples = listed(map(code, ("services PROJECT", "packages PROJECT/SERVICE", "inbox")), "or")
    lines = [
        f"Write to me here what you want to know or have done, for example {examples}.",
        f"{code('help')} lists all that you can do.",
    ]
    headline = f"Hello {person(asker.person)}! I'm the API Designer's bot."
    return Answer(headline, (of_lines(lines, _form_button()),), private=True)


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


def _by_theme(verbs: tuple[VerbHelp, ...], command_name: str) -> Iterator[str]:
    for theme, permissions in _THEMES.items():
        entries = [entry for entry in verbs if entry.permission in permissions]
        if entries:
            yield f"*{theme}*"
            yield from (f"{code(f'{command_name} {entry.usage}')} {escaped(entry.says)}" for entry in entries)


def access_shown(result: AccessShown) -> Answer:
    """Show what somebody may do here."""
    lines = [
        f"• {code(grant.role)} on {listed(map(code, grant.services))}: {', '.join(permissions)}"
        for grant, permissions in result.grants
    ]
    headline = f"{person(result.person)}, you hold {counted(len(lines), 'grant')} here."
    if not lines:
        headline = f"{person(result.person)}, no grant holds for you here. Ask whoever runs me for one."
    lines += [escaped(result.problem)] if result.problem else []
    return Answer(headline, (of_lines(lines),) if lines else (), private=True)


def service_shown(result: ServiceShown, asker: Asker) -> Answer:
    """Show one service."""
    service, packages = result.service, result.packages
    newest = f", the newest is {code(packages[0].version)}" if packages else ""
    headline = f"{person(asker.person)} looked at {code(service.ref)}: {or_none(len(packages), 'package')}{newest}."
    lines = [f"Authentication: {auth(service.auth_method)}"]
    lines += [how_to_authenticate(result.page)] if service.auth_method == AuthMethod.PUBLIC else []
    lines += [f"Endpoint {code(endpoint.id)}: {code(endpoint.type)}" for endpoint in service.endpoints]
    lines += [] if service.endpoints else ["It has no endpoints yet."]
    lines += [
        _package(package, result.packagers.get(package.version), _mark(package, result.published))
        for package in packages[:PAGE_SIZE]
    ]
    if result.published is None:
        lines.append("What is published isn't known: the API Deployer doesn't answer.")
    about = About(service.ref, "")
    return Answer(headline, (replace(of_lines(lines), about=about),), about=about)


def packages_listed(result: PackagesListed, asker: Asker) -> Answer:
    """List packages, newest first, a page at a time."""
    service, packages = result.command.service, result.packages
    newest = f", the newest is {code(packages[0].version)}" if packages else ""
    found = f"{or_none(len(packages), 'package')}{newest}"
    headline = f"{person(asker.person)} asked for the packages of {code(service)}: {found}."
    shown = page_of(packages, result.command.page)
    lines = [_package(package, result.packagers.get(package.version)) for package in shown]
    listed_ = listing(headline, lines, f"packages {service}", result.command.page, len(packages))
    about = About(service, "")
    return replace(listed_, details=tuple(replace(each, about=about) for each in listed_.details), about=about)


def summary_shown(result: SummaryShown, asker: Asker) -> Answer:
    """Show one package, its notes in its makers' own words."""
    package = result.summary.package
    headline = f"{person(asker.person)} looked at {code(package.version)} of {code(result.service)}."
    lines = [
        _package(package, result.packager),
        *(f"Endpoint {code(endpoint.id)}: {code(endpoint.type)}" for endpoint in result.summary.endpoints),
    ]
    about = About(result.service, package.version)
    return Answer(headline, (of_lines(lines, *notes(package.release_notes)),), about=about)


def requests_listed(result: RequestsListed, asker: Asker) -> Answer:
    """List publish requests, a page at a time."""
    command = result.command
    kind = command.state.value if command.state is not None else "publish" if command.every else "open"
    headline = f"{person(asker.person)} asked for {kind} requests: {at_least(result.total, 'request')}."
    lines = [_request(request) for request in result.requests]
    return listing(headline, lines, _again(result), command.page, result.total, counts_on=False)


def _form_button(verb: str | None = None) -> ActionsBlock:
    """Offer the form of a verb, or the menu of all, to whoever would rather not type."""
    return ActionsBlock(elements=[ButtonElement(text="Fill in a form…", action_id=OPEN_FORM, value=verb)])


def _manual(entry: VerbHelp, command_name: str) -> list[str]:
    lines = [f"{code(f'{command_name} {entry.usage}')} {escaped(entry.says)}"]
    lines += [f"{code(option)} {escaped(says)}" for option, says in entry.options]
    return [*lines, f"For example: {code(f'{command_name} {entry.example}')}"]


def _again(result: RequestsListed) -> str:
    """Write the line that asks for the same requests."""
    command = result.command
    words = ["requests"]
    words += [str(command.service)] if command.service is not None else []
    words += [f"--state {command.state.value}"] if command.state is not None else []
    words += ["--all"] if command.every else []
    if command.requester is not None:
        words.append(f"--by <@{command.requester.id}>" if command.requester.id else f"--by @{command.requester.name}")
    return " ".join(words)


def _request(request: PublishRequest) -> str:
    asked = f"asked by {named(request.wish.requester)} {date(request.wish.asked_at)}"
    return f"*{request.id}* · {code(request.service)} {code(request.version)} · {request.state.value} · {asked}"


def _package(package: Package, packager: Person | None, mark: str = "") -> str:
    by = packaged_by(packager, package.created_by)
    return f"*{code(package.version)}* · {' '.join(filter(None, ('packaged', date(package.created_on), by)))}{mark}"


def _mark(package: Package, published: frozenset[str] | None) -> str:
    return " · *published*" if published is not None and package.version in published else ""
