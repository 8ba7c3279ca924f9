"""The verbs that fetch files: settings, and archives of packages."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from opsbot.actions.reading import find_package, find_service
from opsbot.actions.recording import DONE
from opsbot.domain.audit import Entry
from opsbot.domain.authorization import Permission
from opsbot.domain.files import Attachment, size_in_words
from opsbot.domain.models import Place
from opsbot.domain.results import ArchiveFetched, ArchiveNotFetched, SettingsShown
from opsbot.errors import DSSError, StoreError

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.actions.ports import Designer, Progress
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import DownloadPackage, ShowService
    from opsbot.domain.files import Archive
    from opsbot.domain.models import Asker

_log = logging.getLogger(__name__)

_PREFIX = "opsbot-"
"""What archives are called here; with a dot before it, what is downloaded and not yet found whole."""

_LEFT_BEHIND = timedelta(days=1)


def show_settings(command: ShowService, standing: Standing, designer: Designer) -> SettingsShown:
    """Show the settings of a service, as a file; with its code to those who could put it into a package."""
    service = command.service
    find_service(service, standing, designer)
    with_code = any(standing.allows(each, service) for each in (Permission.DESIGN, Permission.PACKAGE))
    content = designer.settings(service, with_code=with_code).encode()
    file = Attachment(f"{service.service}-settings.json", f"Settings of {service}", content, snippet="json")
    return SettingsShown(service, file, with_code)


def download_package(
    command: DownloadPackage, asker: Asker, standing: Standing, world: World
) -> ArchiveFetched | ArchiveNotFetched:
    """Fetch the archive of a package, and show how that goes; the audit keeps who has it from here.

    What goes wrong once it was begun is a result, which ends the message that told of it.
    """
    find_package(command.service, command.version, standing, world.designer)
    began = world.clock()
    place = Place(asker.person.id) if command.private else asker.place
    with world.progress.begin(place, f"Fetching {_what(command)} from the node") as progress:
        fetched = _fetch(command, progress, world)
        if isinstance(fetched, ArchiveFetched):
            fetched = _kept(fetched, asker, world)
    if isinstance(fetched, ArchiveNotFetched):
        return replace(fetched, shown_at=progress.where())
    seconds = (world.clock() - began).total_seconds()
    return replace(fetched, seconds=seconds, shown_at=progress.where())


def clear_leftovers(now: datetime) -> None:
    """Delete the archives that a process left behind a day ago or longer: one that was killed could not."""
    folder = Path(tempfile.gettempdir())
    for pattern in (f"{_PREFIX}*.zip", f".{_PREFIX}*.part"):
        for path in folder.glob(pattern):
            with suppress(OSError):  # it is another's, or somebody was quicker
                if path.lstat().st_mtime < (now - _LEFT_BEHIND).timestamp():
                    path.unlink()


def _fetch(command: DownloadPackage, progress: Progress, world: World) -> ArchiveFetched | ArchiveNotFetched:
    service, version, link = command.service, command.version, world.designer.page(command.service)
    limit = world.rules.largest_upload

    def heard(received: int, total: int | None) -> None:
        if max(received, total or 0) > limit:
            raise _TooLargeError
        of = f" of {size_in_words(total)}" if total is not None else ""
        progress.tell(f"Fetching {_what(command)} from the node: {size_in_words(received)}{of}")

    path = _temporary_file()
    try:
        archive = world.designer.download(service, version, path, heard)
    except (_TooLargeError, DSSError, OSError) as error:
        path.unlink(missing_ok=True)
        return ArchiveNotFetched(command, _why_not(error, limit), link)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    file = Attachment(
        f"{service.service}-{version}.zip",
        f"{version} of {service}",
        path,
        instead="The archive itself can be had on the node.",
        link=link,
    )
    return ArchiveFetched(command, archive, file)


def _kept(fetched: ArchiveFetched, asker: Asker, world: World) -> ArchiveFetched | ArchiveNotFetched:
    """Keep in the audit who gets the archive; where that can't be kept nobody gets it."""
    try:
        _keep(fetched.command, asker, fetched.archive, world)
    except StoreError as error:
        _log.exception("who gets an archive could not be kept")
        _discard(fetched)
        link = world.designer.page(fetched.command.service)
        return ArchiveNotFetched(fetched.command, f"I can't note down who gets it: {error}", link)
    except BaseException:
        _discard(fetched)
        raise
    return fetched


def _discard(fetched: ArchiveFetched) -> None:
    assert isinstance(fetched.file.content, Path)
    fetched.file.content.unlink(missing_ok=True)


def _temporary_file() -> Path:
    """Make an empty file that only we may read: an archive may hold code and keys."""
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=".zip")
    os.close(descriptor)
    return Path(name)


def _why_not(error: _TooLargeError | DSSError | OSError, limit: int) -> str:
    """Say why there is no archive."""
    if isinstance(error, _TooLargeError):
        return f"It is larger than the {size_in_words(limit)} that I may send to Slack."
    return str(error) if isinstance(error, DSSError) else f"My disk doesn't take it: {error.strerror}."


def _keep(command: DownloadPackage, asker: Asker, archive: Archive, world: World) -> None:
    detail = {"size": archive.size, "sha256": archive.sha256, "entries_digest": archive.entries_digest}
    what, now = command.verb, world.clock()
    world.audit.append(
        Entry(now, asker.person, what, DONE, asker.place, command.service, command.version, detail=detail)
    )


def _what(command: DownloadPackage) -> str:
    return f"{command.version} of {command.service}"


class _TooLargeError(Exception):
    """More came than may go to Slack."""
