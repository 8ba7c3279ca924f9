"""The App Home: what one person is shown of everything, and which changes concern it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Generic, TypeVar

from opsbot.domain.authorization import NOBODY
from opsbot.domain.commands import Pause, Resume, Unwatch, WatchServices

if TYPE_CHECKING:
    from opsbot.domain import models
    from opsbot.domain.audit import Entry
    from opsbot.domain.authorization import Grant, Permission, Whom
    from opsbot.domain.models import Person, PublishRequest
    from opsbot.domain.watching import Watch

T = TypeVar("T")

LATELY = timedelta(days=3)
"""How long after somebody opened their Home it is kept fresh: over a weekend, as long as the window may stay open."""


@dataclass(frozen=True, slots=True)
class Home:
    """What is known of somebody's Home: of which services it tells, and Slack's mark of what is shown."""

    user: str
    sight: frozenset[str] = frozenset()
    mark: str = ""

    def is_concerned(self, entry: Entry) -> bool:
        """Tell whether the Home may look different after what the entry records."""
        if entry.what in {WatchServices.verb, Unwatch.verb}:
            return self.user in {entry.who.id, entry.detail.get("target"), entry.detail.get("set_by")}
        if entry.request is None and entry.what not in {Pause.verb, Resume.verb}:
            return False
        if entry.service is None or entry.who.id == self.user:
            return True
        return any(fnmatchcase(str(entry.service), glob) for glob in self.sight)


@dataclass(frozen=True, slots=True)
class Few(Generic[T]):
    """The first of many, and how many there are in all."""

    shown: tuple[T, ...] = ()
    total: int = 0

    @property
    def more(self) -> int:
        """How many aren't shown."""
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True)
class Choice:
    """A request, and what one person may do to it: the `verbs` of approve, decline and cancel that count now.

    `missing` are the roles that still have to approve, each with how many people.
    """

    request: PublishRequest
    missing: tuple[tuple[str, int], ...] = ()
    verbs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HomeShown:
    """What concerns one person: what waits for them, what they asked for, what was published, who they are here.

    `waiting` are requests on which their yes would count now, `unjudged` publishes that wait to be settled or reviewed
    by them, `watches` what they set or hear of. `sight` are globs of the services that all of this is about. `barred`
    says why nothing of it is shown to them; `ask` are who could give them a grant, where none holds.
    """

    person: Person
    waiting: Few[Choice] = Few()
    unjudged: Few[PublishRequest] = Few()
    own: Few[Choice] = Few()
    published: Few[PublishRequest] = Few()
    pauses: tuple[models.Pause, ...] = ()
    grants: tuple[tuple[Grant, tuple[Permission, ...]], ...] = ()
    problem: str = ""
    watches: tuple[Watch, ...] = ()
    sight: frozenset[str] = frozenset()
    barred: str = ""
    ask: Whom = NOBODY
