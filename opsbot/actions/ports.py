"""What the actions need of the world, as protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from opsbot.domain.authorization import Membership
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Delivery
    from opsbot.domain.difference import ServiceSetup
    from opsbot.domain.figures import Figures
    from opsbot.domain.files import Archive
    from opsbot.domain.homes import HomeShown
    from opsbot.domain.models import (
        Endpoint,
        EndpointType,
        MessageRef,
        Package,
        PackageSummary,
        Person,
        Place,
        PublishRequest,
        SavedModel,
        Service,
    )
    from opsbot.domain.references import ProjectRef, ServiceRef
    from opsbot.domain.results import VerbHelp
    from opsbot.domain.status import Outlook, Records
    from opsbot.domain.timeline import Timeline
    from opsbot.domain.watching import Event, News, Watch


class Designer(Protocol):
    """The API Designers of all nodes, and what their API Deployers hold. Every call may raise DSSError."""

    def services(self, project: ProjectRef) -> list[Service]:
        """List the services of a project, in no order."""
        ...

    def packages(self, service: ServiceRef) -> list[Package]:
        """List the packages of a service, in no order; none for a service that isn't there."""
        ...

    def summary(self, service: ServiceRef, version: str) -> PackageSummary:
        """Show one package; NotFoundError where there is none."""
        ...

    def create_package(self, service: ServiceRef, version: str, release_notes: str) -> None:
        """Create a package; ConflictError where the version exists."""
        ...

    def delete_package(self, service: ServiceRef, version: str) -> None:
        """Delete a package; NotFoundError where there is none, as far as the node tells."""
        ...

    def create_service(self, service: ServiceRef) -> None:
        """Create a service without endpoints; ConflictError where the id is taken."""
        ...

    def endpoints(self, service: ServiceRef) -> tuple[Endpoint, ...]:
        """Read the endpoints of a service as it is set up now; NotFoundError where there is no such service."""
        ...

    def models(self, project: ProjectRef) -> list[SavedModel]:
        """List the saved models of a project, in no order."""
        ...

    def add_endpoint(
        self, service: ServiceRef, endpoint: str, kind: EndpointType, model: str, *, compute_propensity: bool
    ) -> None:
        """Add an endpoint that calls a saved model; ConflictError where the id is taken, or somebody else is saving."""
        ...

    def remove_endpoint(self, service: ServiceRef, endpoint: str) -> None:
        """Take an endpoint out; NotFoundError where there is none, ConflictError where somebody else is saving."""
        ...

    def publish(self, service: ServiceRef, version: str, published_service: str) -> None:
        """Put a version on the API Deployer, once; never tried again by itself."""
        ...

    def setup(self, service: ServiceRef) -> ServiceSetup:
        """Read how a service is set up now, without its secrets."""
        ...

    def archive_digest(self, service: ServiceRef, version: str) -> str:
        """Read a package's archive through; gives the digest of its entries."""
        ...

    def settings(self, service: ServiceRef, *, with_code: bool) -> str:
        """Read the settings of a service as the node keeps them, as JSON for people to read, without secrets.

        Without its code, that stands there by its digest.
        """
        ...

    def download(self, service: ServiceRef, version: str, path: Path, heard: Heard) -> Archive:
        """Fetch a package's archive to a file, whole or not at all; NotFoundError where there is none.

        Whatever `heard` raises ends it, and leaves no file.
        """
        ...

    def page(self, service: ServiceRef) -> str:
        """Tell the address at which people find a service's packages on the node."""
        ...

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        """Name the versions of a published service; none where the service isn't there."""
        ...


class Messenger(Protocol):
    """Slack, for what is told without being the answer to a command.

    Refusals are raised: NotHereError where the bot may not speak there, TellingError for the rest; its `again` tells
    whether another try may help, `after` how many seconds to wait first, `uncertain` whether it may have been said.
    """

    def say(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        """Say it; gives where, or None where there was nothing to say any more."""
        ...

    def find(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        """Find where it was said already, by the mark that every message carries; TellingError where Slack won't tell."""
        ...


class Newsroom(Protocol):
    """Slack, for what is told to whoever watches. Refusals are raised as by the Messenger."""

    def post(self, delivery: Delivery, news: News) -> MessageRef:
        """Tell news, in the thread of their version's story if it has begun; gives where."""
        ...

    def burst(self, delivery: Delivery, events: Sequence[Event], figures: Sequence[Figures] = ()) -> MessageRef:
        """Tell of many packages in one message, or of what was held back, a digest with its figures; gives where."""
        ...

    def of_node(self, delivery: Delivery) -> MessageRef:
        """Tell that a node doesn't answer, or does again."""
        ...

    def stopped(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Tell who set a watch that nothing more is told by it, and why."""
        ...

    def test(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Say a test to whoever hears by the watch; gives where. Raises TellingError."""
        ...

    def test_ended(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Tell who asked for a test whether it arrived; gives where. Raises TellingError."""
        ...

    def find(self, delivery: Delivery, thread: MessageRef | None) -> MessageRef | None:
        """Find where it was told already, by its mark; TellingError where Slack won't say."""
        ...


class HomeScreen(Protocol):
    """Slack's App Homes."""

    def show(self, home: HomeShown, instead_of: str) -> str:
        """Show the person their Home from now on; gives Slack's mark of what is shown.

        Where `instead_of` is the mark of what is to be replaced, and something else is shown by now, nothing is done:
        OvertakenError. Any other refusal is a TellingError.
        """
        ...


class Directory(Protocol):
    """Slack's knowledge of people."""

    def membership(self, person: Person, *, fresh: bool = False) -> Membership:
        """Tell the user groups a person is in; never raises: what could not be read is the `problem`.

        What is told was read at most a minute ago, or just now where it has to be `fresh`. One reading is of everybody:
        whoever is asked about next is told of by it or by a later one.
        """
        ...

    def known_membership(self, person: Person) -> Membership:
        """Tell the groups as they were some minutes ago at most: for choosing, never for deciding.

        It answers within half a second; where nothing is known by then, that is the `problem`.
        """
        ...

    def members(self, group: str) -> frozenset[str]:
        """Name the people in a group, by the group's id or handle; none where that can't be read."""
        ...

    def known_name(self, user: str) -> str | None:
        """Tell what a person is called, where that is known already: Slack isn't asked."""
        ...


class Durable(Protocol):
    """Whatever survives a crash: what is begun here is carried to its end by this process or another."""

    def publish(self, request: int, attempt: int) -> None:
        """Have an approved request carried out; twice for the same attempt is the same as once."""
        ...

    def change(self, change: int) -> None:
        """Have a node changed; twice is the same as once."""
        ...

    def deliver(self, channel: str) -> None:
        """Have said what waits in the channel's line."""
        ...


class Progress(Protocol):
    """The progress of one piece of work, as long as it lasts."""

    def tell(self, text: str) -> None:
        """Say what is being done from now on, in plain words; shown with the next edit."""
        ...

    def where(self) -> MessageRef | None:
        """Tell which message it is; None where nothing could be posted."""
        ...


class Progresses(Protocol):
    """Long work in one message, edited with what is being done and the time so far. Never raises."""

    def begin(self, place: Place, text: str) -> AbstractContextManager[Progress]:
        """Post a message that says, in plain words, what is being done; it is edited until the context ends.

        What the message says afterwards is the caller's business: it is at the progress's `where`. Where an error leaves
        the context, the message says so.
        """
        ...

    def if_long(self, place: Place, text: str) -> AbstractContextManager[Progress]:
        """Do as `begin`, but post nothing unless it lasts a while: what is done by then was never announced."""
        ...

    def over(self, where: Callable[[], MessageRef | None], text: str) -> AbstractContextManager[Progress]:
        """Edit a message that is there already, or will be: `where` is asked before each edit, and may say None."""
        ...


class Counted(Protocol):
    """Called as many things are read."""

    def __call__(self, done: int, of: int, /) -> None:
        """Hear how many of them were read so far."""
        ...


class Heard(Protocol):
    """Called as an archive comes in."""

    def __call__(self, received: int, total: int | None, /) -> None:
        """Hear how many bytes came so far, and how many there will be if that is known."""
        ...


class Pictures(Protocol):
    """Drawing; raises MissingExtraError where what it takes isn't installed."""

    def timeline(self, timeline: Timeline) -> bytes:
        """Draw packages and publishes along time, as a PNG."""
        ...


class Health(Protocol):
    """How the bot is."""

    @property
    def version(self) -> str:
        """The version that runs."""
        ...

    def records(self) -> Records:
        """Tell what the store knows, or knew some seconds ago; raises StoreError."""
        ...

    def outlook(self) -> Outlook:
        """Tell what this replica sees, or saw some seconds ago."""
        ...


class Manual(Protocol):
    """How each verb is used."""

    def __call__(self) -> tuple[VerbHelp, ...]:
        """Describe every verb, in the order of learning them."""
        ...


class Waiting(Protocol):
    """Entered around whatever waits for somebody else, so that others may compute meanwhile."""

    def __call__(self) -> AbstractContextManager[None]:
        """Make the context."""
        ...


class Clock(Protocol):
    """What time it is."""

    def __call__(self) -> datetime:
        """Tell the time, in UTC."""
        ...
