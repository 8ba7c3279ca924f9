"""What is answered about watches, and how each is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.watching import BY_CONFIG, EVERY_TOPIC
from opsbot.slack.blocks.messages import Answer, Message, mrkdwn_section, of_lines
from opsbot.slack.blocks.mrkdwn import clipped, code, date, escaped, link, listed, named, person

if TYPE_CHECKING:
    from opsbot.domain.models import Asker
    from opsbot.domain.results import Unwatched, Watched, WatchesListed, WatchesTested
    from opsbot.domain.watching import Watch

_WHY_LIMIT = 200
_MOST = 50


def watched(result: Watched, asker: Asker) -> Answer:
    """Say who hears of what from now on."""
    watch = result.watch
    who = "you hear" if watch.target == asker.person.id else f"{_who(watch)} hears"
    said = f":bell: {person(asker.person)}: {who} of {code(watch.services)} from now on: {_topics(watch)}."
    return Answer(said, private=watch.is_personal)


def unwatched(result: Unwatched, asker: Asker) -> Answer:
    """Say that a watch is over."""
    watch = result.watch
    who = "you don't hear" if watch.target == asker.person.id else f"{_who(watch)} doesn't hear"
    said = f":no_bell: {person(asker.person)}: {who} of {code(watch.services)} any more."
    return Answer(said, private=watch.is_personal or watch.target != asker.place.channel)


def watches_tested(result: WatchesTested, asker: Asker) -> Answer:
    """Say that tests are on their way."""
    where = listed(f"{_who(watch)} (watch {watch.id})" for watch in result.watches)
    directly = any(watch.target != asker.person.id for watch in result.watches)
    later = " I tell you directly whether it arrives." if directly else ""
    said = (
        f":test_tube: {person(asker.person)}: a test is on its way to {where}. It is no news: quiet hours and digests "
        f"don't hold it back, and it begins no story.{later}"
    )
    return Answer(said, private=True)


def trial(watch: Watch, asked_by: str, command_name: str) -> Message:
    """Say to whoever hears by a watch that this is a test, and how news would be told."""
    how = "at once"
    if watch.digest is not None:
        how = f"{watch.digest.value} at 9:00, in one message"
    if watch.quiet is not None:
        how += f", but not {watch.quiet}"
    said = (
        f":test_tube: This is a test, which <@{asked_by}> asked for: nothing happened. By watch {watch.id} I tell here "
        f"of {code(watch.services)}: {_what(watch)}; {how}."
    )
    if watch.stopped:
        line = code(f"{command_name} watch {watch.services}")
        said += f" But the watch is stopped: {escaped(clipped(watch.stopped, _WHY_LIMIT))} To begin anew: {line}"
    return Message(said, (mrkdwn_section(said),))


def trial_ended(watch: Watch, text: str, *, arrived: bool) -> Message:
    """Tell who asked for a test whether it arrived; the text is its address, or why it didn't."""
    test = link(text, "The test") if arrived and text else "The test"
    of = f"of watch {watch.id}, {code(watch.services)},"
    said = f":white_check_mark: {test} {of} arrived in {_who(watch)}."
    if not arrived:
        why = escaped(clipped(text, _WHY_LIMIT))
        said = f":x: {test} {of} can't be said in {_who(watch)}: {why} News would not arrive there, either."
    return Message(said, (mrkdwn_section(said),))


def watches_listed(result: WatchesListed, asker: Asker) -> Answer:
    """List watches, and who set them."""
    found = result.watches
    about = "that you set or hear by" if result.personal else "of this channel"
    number = {0: "no watches", 1: "1 watch"}.get(len(found), f"{len(found)} watches")
    headline = f"{person(asker.person)}: {number} {about}."
    lines = [in_a_line(watch) for watch in found[:_MOST]]
    lines += [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return Answer(headline, (of_lines(lines),) if lines else (), private=result.personal)


def in_a_line(watch: Watch) -> str:
    """Write a watch in a line."""
    by = "by the configuration" if watch.by.id == BY_CONFIG else f"by {named(watch.by)} {date(watch.at)}"
    stopped = f" · :no_bell: stopped: {escaped(clipped(watch.stopped, _WHY_LIMIT))}" if watch.stopped else ""
    return f"*{watch.id}* · {code(watch.services)} · {_topics(watch)} · {_who(watch)} · set {by}{stopped}"


def _who(watch: Watch) -> str:
    return f"<@{watch.target}>" if watch.is_personal else f"<#{watch.target}>"


def _what(watch: Watch) -> str:
    return "all that happens" if watch.topics == EVERY_TOPIC else ", ".join(sorted(watch.topics))


def _topics(watch: Watch) -> str:
    said = _what(watch)
    said += f", {watch.digest.value}" if watch.digest is not None else ""
    return f"{said}, but not {watch.quiet}" if watch.quiet is not None else said
