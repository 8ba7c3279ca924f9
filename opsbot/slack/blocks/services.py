"""What is answered about one service: itself, its packages, and one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.domain.commands import PAGE_SIZE
from opsbot.domain.models import AuthMethod
from opsbot.slack.blocks.messages import About, Answer, notes, of_lines
from opsbot.slack.blocks.mrkdwn import code, date, or_none, packaged_by, person
from opsbot.slack.blocks.overviews import auth, how_to_authenticate
from opsbot.slack.blocks.paging import listing, page_of

if TYPE_CHECKING:
    from opsbot.domain.models import Asker, Package, Person
    from opsbot.domain.results import PackagesListed, ServiceShown, SummaryShown


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


def _package(package: Package, packager: Person | None, mark: str = "") -> str:
    by = packaged_by(packager, package.created_by)
    return f"*{code(package.version)}* · {' '.join(filter(None, ('packaged', date(package.created_on), by)))}{mark}"


def _mark(package: Package, published: frozenset[str] | None) -> str:
    return " · *published*" if published is not None and package.version in published else ""
