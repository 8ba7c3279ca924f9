"""The verbs that show what was done: history, for who may read a service, and audit, for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.audit import Head, entry_of
from opsbot.domain.commands import PAGE_SIZE
from opsbot.domain.results import AuditShown, HistoryShown

if TYPE_CHECKING:
    from opsbot.actions.stores import Audit
    from opsbot.domain.audit import Entry, Record
    from opsbot.domain.commands import ShowAudit, ShowHistory


def show_history(command: ShowHistory, audit: Audit) -> HistoryShown:
    """Tell what was done with a service, and what was tried."""
    found, total = audit.page(service=command.service, request=None, page=command.page, size=PAGE_SIZE)
    return HistoryShown(command, _entries(found), total)


def show_audit(command: ShowAudit, audit: Audit) -> AuditShown:
    """Show the audit's records, those of a service or a request if one is named."""
    found, total = audit.page(service=command.service, request=command.request, page=command.page, size=PAGE_SIZE)
    return AuditShown(command, _entries(found), total)


def _entries(records: list[Record]) -> tuple[tuple[Head, Entry], ...]:
    return tuple((Head(record.seq, record.link), entry_of(record)) for record in records)
