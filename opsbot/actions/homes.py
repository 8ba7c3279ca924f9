"""What concerns one person, gathered, and kept in sight on their App Home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from opsbot.actions.introducing import show_access
from opsbot.actions.stores import RequestQuery
from opsbot.domain.authorization import Permission
from opsbot.domain.commands import Approve, Cancel, Decline, Mention, Review, Settle
from opsbot.domain.deliveries import HOMES, Kind, Message
from opsbot.domain.homes import Choice, Few, HomeShown
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import HOME, Asker, Person
from opsbot.domain.policy import lacking, objection, policy_of
from opsbot.domain.verdict import ending
from opsbot.errors import NotFoundError, OvertakenError, TellingError

if TYPE_CHECKING:
    from opsbot.actions.ports import HomeScreen
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import OnRequest
    from opsbot.domain.models import Pause, PublishRequest
    from opsbot.domain.policies import Policy

MOST_WAITING = 8
MOST_OTHERS = 5
_ENDED_LATELY = timedelta(days=7)
_TRIES = 8
_EVERYTHING = "*"


def show_home(asker: Asker, standing: Standing, world: World) -> HomeShown:
    """Gather what concerns the asker, as far as their grants count where they ask; nothing for whom nothing is done."""
    if standing.barred:  # not even what they asked for when they weren't; what isn't known may be known any moment
        sight = frozenset({_EVERYTHING} if standing.problem else ())
        return HomeShown(asker.person, barred=standing.barred, sight=sight)
    return _Gathering(asker.person, standing, world, world.policies.in_force(), world.clock()).home()


@dataclass(frozen=True, slots=True)
class HomePainter:
    """Shows people their Homes, so that what is shown last is what is true.

    Any number of processes may paint the same Home at once. Each replaces only what it knows to be shown; who comes
    second looks at what is true by then, and paints that. Where nobody knows what is shown, whatever it is gets
    replaced, and then it is looked again.
    """

    world: World
    screen: HomeScreen

    def welcome(self, user: str) -> None:
        """Show the Home to whoever opened it, and keep it fresh from now on. Raises TellingError."""
        self.world.homes.opened(user, self.world.clock())
        self.refresh(user)

    def refresh(self, user: str) -> None:
        """Show the Home at once, or as soon as Slack takes it. Raises TellingError where it never will."""
        try:
            self.paint(user)
        except TellingError as error:
            if not error.again:
                raise
            self.world.deliveries.add((Message(Kind.HOME, HOMES, text=user),), self.world.clock())
            self.world.durable.deliver(HOMES)

    def paint(self, user: str) -> None:
        """Show the Home as it is to be now, unless nobody looks at it. Raises TellingError.

        A Home that Slack refuses for good isn't kept fresh any more.
        """
        home = self.world.homes.get(user)
        if home is None:
            return
        try:
            self._paint_over(user, home.mark)
        except TellingError as error:
            if not error.again:
                self.world.homes.forget(user)
            raise

    def _paint_over(self, user: str, known: str) -> None:
        for _ in range(_TRIES):
            picture = self._picture(user)
            try:
                mark = self.screen.show(picture, known)
            except OvertakenError:
                known = self._mark_after(user, known)
                continue
            self.world.homes.shown(user, mark, instead_of=known)
            if known or self._picture(user) == picture:
                return
            known = mark
        raise TellingError("The Home changes faster than it can be shown.", again=True, after=1.0)

    def _picture(self, user: str) -> HomeShown:
        """Gather what is to be shown; what changes after that is told, since what it is about is kept first."""
        asker = Asker(Person(user, user), HOME)
        while True:
            standing = self.world.rules.access.standing(asker, self.world.directory.membership(asker.person))
            picture = show_home(asker, standing, self.world)
            home = self.world.homes.get(user)
            if home is None or picture.sight <= home.sight:
                return picture
            self.world.homes.see(user, picture.sight | home.sight)

    def _mark_after(self, user: str, known: str) -> str:
        """Tell what is shown by now, as who showed it has kept it; empty where they died before they could."""
        home = self.world.homes.get(user)
        return home.mark if home is not None and home.mark != known else ""


@dataclass(frozen=True, slots=True)
class _Gathering:
    """What is asked of the requests for one person."""

    person: Person
    standing: Standing
    world: World
    policies: tuple[Policy, ...]
    now: datetime

    def home(self) -> HomeShown:
        own = self._own()
        access = show_access(Asker(self.person, HOME), self.standing, self.world.rules.access)
        sight = {glob for grant in self.standing.grants for glob in grant.services}
        sight |= {str(choice.request.service) for choice in own.shown}
        sight |= {_EVERYTHING} if self.standing.problem else set()  # nobody knows what else they could see
        return HomeShown(
            person=self.person,
            waiting=self._waiting(),
            unjudged=self._unjudged(),
            own=own,
            published=self._published(),
            pauses=tuple(each for each in self.world.pauses.active() if self._concerns(each)),
            grants=access.grants,
            problem=access.problem,
            watches=self.world.watches.set_by(self.person.id),
            sight=frozenset(sight),
            ask=access.ask,
        )

    def _waiting(self) -> Few[Choice]:
        """Find the requests on which the person's yes would count now, the longest waiting first."""
        choices = map(self._choice, self.world.requests.in_states(frozenset({State.PENDING})))
        found = [each for each in choices if Approve.verb in each.verbs and each.missing]
        return Few(tuple(found[:MOST_WAITING]), len(found))

    def _unjudged(self) -> Few[PublishRequest]:
        """Find the publishes whose outcome the person could settle, or which they could review."""
        unknown = self.world.requests.in_states(frozenset({State.UNKNOWN}))
        found = [each for each in unknown if self._may(Settle(each.id, published=True, reason=""), each)]
        found += [each for each in self.world.requests.in_debt() if self._may(Review(each.id, ""), each)]
        return Few(tuple(found[:MOST_OTHERS]), len(found))

    def _own(self) -> Few[Choice]:
        """Find what the person asked for: what is open, and below that what ended lately."""
        mine = Mention(id=self.person.id)
        going, in_all = self.world.requests.page(
            RequestQuery((_EVERYTHING,), states=OPEN, requester=mine, size=MOST_OTHERS)
        )
        over, _ = self.world.requests.page(
            RequestQuery((_EVERYTHING,), states=frozenset(State) - OPEN, requester=mine, size=MOST_OTHERS)
        )
        lately = [each for each in over if each.ended_at is not None and each.ended_at > self.now - _ENDED_LATELY]
        return Few(tuple(map(self._choice, [*going, *lately])), in_all + len(lately))

    def _published(self) -> Few[PublishRequest]:
        visible = self.standing.reach(Permission.READ)
        published = RequestQuery(visible, states=frozenset({State.PUBLISHED}), size=MOST_OTHERS)
        found, in_all = self.world.requests.page(published)
        return Few(tuple(found), in_all)

    def _choice(self, request: PublishRequest) -> Choice:
        policy = policy_of(request, self.policies)
        doors = (Approve(request.id), Decline(request.id), Cancel(request.id))
        verbs = frozenset(door.verb for door in doors if self._may(door, request))
        is_over = ending(request, policy, self.now) is not None  # though nobody has come to say so yet
        missing = lacking(request, policy) if request.state is State.PENDING else ()
        return Choice(request, missing, frozenset() if is_over else verbs)

    def _may(self, command: OnRequest, request: PublishRequest) -> bool:
        policy = policy_of(request, self.policies)
        try:
            return objection(command, request, self.person, self.standing, policy) is None
        except NotFoundError:
            return False

    def _concerns(self, pause: Pause) -> bool:
        """Tell whether the pause stops something that the person may see."""
        reach = self.standing.reach(Permission.READ)
        return bool(reach) and (
            pause.services == _EVERYTHING or any(fnmatchcase(pause.services, glob) for glob in reach)
        )
