"""Names of things on a node: projects, services, versions; what may be in them, and how people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from opsbot.errors import CommandError

# No public page of Dataiku states which characters an id may have; these are all that was seen in use.
# ASCII is said out loud: to \w a look-alike letter of another script is a letter too.
_NODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_PROJECT = re.compile(r"\w+", re.ASCII)
_SERVICE = re.compile(r"[\w-]+", re.ASCII)
_VERSION = re.compile(r"(?!\.)[\w.-]+", re.ASCII)
_MODEL = re.compile(r"(\w+\.)?[\w-]+", re.ASCII)
_LONGEST = 200

EVERY = "*"
"""What people write for all projects of a node."""


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """`NODE:PROJECT`."""

    node: str
    project: str

    def __str__(self) -> str:
        return f"{self.node}:{self.project}"

    @classmethod
    def parse(cls, text: str, *, node: str | None) -> Self:
        """Read `[NODE:]PROJECT`, with `node` standing in for a node that isn't named."""
        named, colon, project = text.rpartition(":")
        return cls(_node(named if colon else node), _checked(project, _PROJECT, "project key", "letters, digits and _"))


@dataclass(frozen=True, slots=True)
class NodeRef:
    """`NODE:*`: all projects of a node."""

    node: str

    def __str__(self) -> str:
        return f"{self.node}:{EVERY}"


Scope = ProjectRef | NodeRef
"""Where to look: in one project, or in all of a node's."""


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A saved model, by the project that it is in; endpoints of other projects write it `PROJECT.MODEL`."""

    project: str
    model: str

    @classmethod
    def parse(cls, text: str, project: str) -> Self:
        """Read `[PROJECT.]MODEL`, with `project` standing in for one that isn't named."""
        named, _, model = text.rpartition(".")
        return cls(named or project, model)


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """`NODE:PROJECT/SERVICE`: an API service in the API Designer of a node."""

    node: str
    project: str
    service: str

    def __str__(self) -> str:
        return f"{self.node}:{self.project}/{self.service}"

    @property
    def project_ref(self) -> ProjectRef:
        """The project that the service is in."""
        return ProjectRef(self.node, self.project)

    @classmethod
    def parse(cls, text: str, *, node: str | None, project: str | None) -> Self:
        """Read `[[NODE:]PROJECT/]SERVICE`, with `node` and `project` standing in for what isn't named."""
        before, slash, service = text.rpartition("/")
        if not slash and ":" in text:
            message = f"“{text}” names a node but no project: write NODE:PROJECT/SERVICE."
            raise CommandError(message)
        if not slash and project is None:
            raise CommandError(
                f"Which project is “{text}” in? Write PROJECT/{text}; this channel has no default project."
            )
        home = ProjectRef.parse(before if slash else project or "", node=node)
        return cls(home.node, home.project, _checked(service, _SERVICE, "service id", "letters, digits, _ and -"))


Watchable = ServiceRef | ProjectRef | NodeRef
"""What can be watched: a service, or all of a project or of a node."""


def read_watchable(text: str, *, node: str | None) -> Watchable:
    """Read `[NODE:]PROJECT/SERVICE`, `[NODE:]PROJECT` or `[NODE:]*`; a word alone is a project."""
    home, slash, service = text.rpartition("/")
    if slash and service != EVERY:
        return ServiceRef.parse(text, node=node, project=None)
    return read_scope(home if slash else text, node=node)


def checked_version(text: str) -> str:
    """Give back the version id, or say what is wrong with it."""
    return _checked(text, _VERSION, "version", "letters, digits, _, - and . (not first)")


def checked_endpoint(text: str) -> str:
    """Give back the id of an endpoint, or say what is wrong with it."""
    return _checked(text, _VERSION, "endpoint id", "letters, digits, _, - and . (not first)")


def checked_service_id(text: str) -> str:
    """Give back the id of a published service, or say what is wrong with it."""
    return _checked(text, _SERVICE, "service id", "letters, digits, _ and -")


def checked_model(text: str) -> str:
    """Give back the reference to a saved model, or say what is wrong with it."""
    return _checked(text, _MODEL, "saved model id", "letters, digits, _ and -, and a project key and a dot before it")


def read_scope(text: str, *, node: str | None) -> Scope:
    """Read `[NODE:]PROJECT`, or `[NODE:]*` for all projects, with `node` standing in for a node that isn't named."""
    named, colon, project = text.rpartition(":")
    return NodeRef(_node(named if colon else node)) if project == EVERY else ProjectRef.parse(text, node=node)


def can_be_named(service: ServiceRef) -> bool:
    """Tell whether people could write the service; a node may call its own as it likes."""
    return all(
        len(text) <= _LONGEST and form.fullmatch(text) is not None
        for text, form in ((service.node, _NODE), (service.project, _PROJECT), (service.service, _SERVICE))
    )


def is_version(text: str) -> bool:
    """Tell whether people could write the version."""
    return len(text) <= _LONGEST and _VERSION.fullmatch(text) is not None


def is_node_name(text: str) -> bool:
    """Tell whether a node may be called so in the configuration."""
    return _NODE.fullmatch(text) is not None


def _node(name: str | None) -> str:
    if name is None:
        raise CommandError("Which node? Write NODE:PROJECT; there are several, and this channel has no default one.")
    return _checked(name, _NODE, "node", "small letters, digits and _")


def _checked(text: str, form: re.Pattern[str], what: str, allowed: str) -> str:
    if len(text) > _LONGEST:
        raise CommandError(f"That {what} has {len(text)} characters; at most {_LONGEST} can be right.")
    if not form.fullmatch(text):
        raise CommandError(f"“{text}” can't be a {what}: it may have {allowed}.")
    return text
