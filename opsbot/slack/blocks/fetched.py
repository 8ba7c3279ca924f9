"""What is answered with a file: settings, archives, pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.files import size_in_words
from opsbot.slack.blocks.messages import Answer
from opsbot.slack.blocks.mrkdwn import clipped, code, escaped, link, person
from opsbot.slack.blocks.working import so_long

if TYPE_CHECKING:
    from opsbot.domain.models import Asker
    from opsbot.domain.results import ArchiveFetched, ArchiveNotFetched, SettingsShown, TimelineDrawn

_LONGEST_REASON = 500


def settings_shown(result: SettingsShown, asker: Asker) -> Answer:
    """Give the settings of a service."""
    left_out = "secrets are left out" if result.with_code else "secrets and code are left out"
    headline = f"{person(asker.person)} asked for the settings of {code(result.service)}; {left_out}."
    return Answer(headline, files=(result.file,))


def archive_fetched(result: ArchiveFetched, asker: Asker) -> Answer:
    """Give the archive of a package, with what it can be told by."""
    archive, command = result.archive, result.command
    took = f"{size_in_words(archive.size)} in {so_long(result.seconds)}"
    lines = [
        f":package: {person(asker.person)} fetched {code(command.version)} of {code(command.service)}: {took}.",
        f"SHA-256 {code(archive.sha256)}",
        f"Digest of its entries {code(archive.entries_digest)}",
    ]
    return Answer("\n".join(lines), files=(result.file,), instead_of=result.shown_at)


def archive_not_fetched(result: ArchiveNotFetched, asker: Asker) -> Answer:
    """Say why there is no archive, and where it may be had."""
    what = f"{code(result.command.version)} of {code(result.command.service)}"
    said = (
        f":warning: {person(asker.person)}: I can't give you {what}. {escaped(clipped(result.reason, _LONGEST_REASON))}"
    )
    if result.link:
        said += f" {link(result.link, 'See its packages on the node')}."
    return Answer(said, instead_of=result.shown_at)


def timeline_drawn(result: TimelineDrawn, asker: Asker) -> Answer:
    """Show the picture of a service's packages and publishes."""
    service = code(result.timeline.service)
    if result.file is None:
        return Answer(f"{person(asker.person)} asked for a picture of {service}, but nothing was done with it yet.")
    words = escaped(clipped(result.file.alt.partition(". ")[2], _LONGEST_REASON))
    return Answer(f"{person(asker.person)} asked for a picture of {service}. {words}", files=(result.file,))
