"""The shapes of a node's replies: checked by pydantic, kept as plain dicts with every key the node sent.

Only what a caller relies on is asked for; a node may add, drop and reorder the rest from version to version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, NotRequired, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from opsbot.dataiku.failures import Answer, unreadable

T = TypeVar("T")

# Errors don't show the input: settings hold the API keys of services.
_OPEN = ConfigDict(extra="allow", strict=True, hide_input_in_errors=True)


class ProjectReply(TypedDict):
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # how pydantic configures a TypedDict
    projectKey: str


class ServiceListItemReply(TypedDict):
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above
    id: str
    projectKey: NotRequired[str | None]
    name: NotRequired[str | None]
    authMethod: NotRequired[str | None]
    endpoints: NotRequired[list[dict[str, Any]] | None]


class ServiceSettingsReply(TypedDict):
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above
    authMethod: NotRequired[str | None]
    endpoints: NotRequired[list[dict[str, Any]] | None]


class PackageReply(TypedDict):
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above
    id: str
    createdOn: NotRequired[int | None]  # epoch milliseconds


class SavedModelReply(TypedDict):
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above
    id: str


class ModelVersionReply(TypedDict):
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above
    id: str
    active: NotRequired[bool | None]


class ServiceBasicInfoReply(TypedDict):
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above
    id: str


class PublishedServiceReply(TypedDict):
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above
    serviceBasicInfo: ServiceBasicInfoReply
    packages: NotRequired[list[PackageReply] | None]
    deployments: NotRequired[list[dict[str, Any]] | None]


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """What a call returns: its name in an error, and how to read it."""

    due: str
    adapter: TypeAdapter[T]

    def read(self, answer: Answer) -> T:
        """Return what the reply holds, or raise DSSUnreadableError."""
        try:
            return self.adapter.validate_json(answer.body)
        except ValidationError as error:
            raise unreadable(answer, self.due) from error


PROJECTS = Shape("a list of projects", TypeAdapter(list[ProjectReply]))
SERVICES = Shape("a list of API services", TypeAdapter(list[ServiceListItemReply]))
SERVICE_SETTINGS = Shape("the settings of an API service", TypeAdapter(ServiceSettingsReply))
PACKAGES = Shape("a list of packages", TypeAdapter(list[PackageReply]))
# guess: no public source shows the keys of a summary, so any object will do.
PACKAGE_SUMMARY = Shape("the summary of a package", TypeAdapter(dict[str, Any]))
SAVED_MODELS = Shape("a list of saved models", TypeAdapter(list[SavedModelReply]))
SAVED_MODEL = Shape("the settings of a saved model", TypeAdapter(SavedModelReply))
MODEL_VERSIONS = Shape("the versions of a saved model", TypeAdapter(list[ModelVersionReply]))
PUBLISHED_SERVICES = Shape("a list of published services", TypeAdapter(list[PublishedServiceReply]))
PUBLISHED_SERVICE = Shape("the status of a published service", TypeAdapter(PublishedServiceReply))
_OBJECT = TypeAdapter(dict[str, Any])


def acknowledgement(answer: Answer) -> dict[str, Any]:
    """Return what the node says after a change: an object, or {} for an empty body.

    A page of HTML is nobody's acknowledgement, whatever its status, and neither is anything that isn't an object,
    unless the node's own headers are on it (some replies are known to be plain text).
    """
    if not answer.body.strip():
        return {}
    try:
        return _OBJECT.validate_json(answer.body)
    except ValidationError as error:
        if "DSS-Version" in answer.headers and not answer.looks_like_html:
            return {"msg": answer.body.decode("utf-8", errors="replace")}
        raise unreadable(answer, "an acknowledgement") from error
