"""The verbs that show what was done: history, for who may read a service, and audit, for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions.reading import find_service, published_of
from opsbot.actions.stores import RequestQuery
from opsbot.domain.audit import Head, entry_of
from opsbot.domain.commands import PAGE_SIZE
from opsbot.domain.files import Attachment
from opsbot.domain.results import AuditShown, HistoryShown, TimelineDrawn
from opsbot.domain.timeline import MOST_SHOWN, timeline_in_words, timeline_of

if TYPE_CHECKING:
    from opsbot.actions.stores import Audit
    from opsbot.actions.world import World
    from opsbot.domain.audit import Entry, Record
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import ShowAudit, ShowHistory


def show_history(command: ShowHistory, audit: Audit) -> HistoryShown:
    """Tell what was done with a service, and what was tried."""
    found, total = audit.page(service=command.service, request=None, page=command.page, size=PAGE_SIZE)
    return HistoryShown(command, _entries(found), total)


def draw_history(command: ShowHistory, standing: Standing, world: World) -> TimelineDrawn:
    """Draw the packages of a service and what became of the wishes to publish them."""
    service = command.service
    packages = world.designer.packages(service)
    if not packages:
        find_service(service, standing, world.designer)
    query = RequestQuery(("*",), service=service, size=MOST_SHOWN)
    requests, asked = world.requests.page(query)
    published = published_of(service, world.designer) or frozenset()
    timeline = timeline_of(service, packages, published, requests, asked=asked, now=world.clock())
    if timeline.is_empty:
        return TimelineDrawn(timeline, None)
    alt = timeline_in_words(timeline)
    picture = world.pictures.timeline(timeline)
    title = f"Packages and publishes of {service}"
    return TimelineDrawn(timeline, Attachment(f"{service.service}-history.png", title, picture, alt=alt, instead=alt))


def show_audit(command: ShowAudit, audit: Audit) -> AuditShown:
    """Show the audit's records, those of a service or a request if one is named."""
    found, total = audit.page(service=command.service, request=command.request, page=command.page, size=PAGE_SIZE)
    return AuditShown(command, _entries(found), total)


def _entries(records: list[Record]) -> tuple[tuple[Head, Entry], ...]:
    return tuple((Head(record.seq, record.link), entry_of(record)) for record in records)
