"""What is wrong with a piece of Block Kit, and where: the sentences of `response_metadata.messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Fault = str


def fault(place: str, what: str) -> Fault:
    """Return one fault as Slack writes it, with a JSON pointer to the place."""
    return f"{what} [json-pointer:{place}]"


def check_keys(value: Mapping[str, Any], allowed: frozenset[str], place: str) -> Iterator[Fault]:
    """Yield a fault for each key that doesn't belong there."""
    for key in value.keys() - allowed:
        yield fault(place, f"invalid additional property: {key}")


def check_length(value: Mapping[str, Any], key: str, limit: int, place: str) -> Iterator[Fault]:
    """Yield a fault if there is a value that is no text or too long; absence is no fault."""
    text = value.get(key)
    if text is None:
        return
    if not isinstance(text, str):
        yield fault(f"{place}/{key}", "must be a string")
    elif len(text) > limit:
        yield fault(f"{place}/{key}", f"must be less than {limit + 1} characters")


def check_number(value: Mapping[str, Any], key: str, least: int, most: int | None, place: str) -> Iterator[Fault]:
    """Yield a fault if there is a value that is no whole number or out of bounds; absence is no fault."""
    number = value.get(key)
    if number is None:
        return
    if not isinstance(number, int) or isinstance(number, bool):
        yield fault(f"{place}/{key}", "must be an integer")
    elif number < least or (most is not None and number > most):
        yield fault(
            f"{place}/{key}", f"must be at least {least}" + (f" and at most {most}" if most is not None else "")
        )


def check_items(items: Any, limit: int, place: str) -> Iterator[Fault]:
    """Yield what is wrong with a list as such: that it is none, is empty, is too long, or holds no objects."""
    if not isinstance(items, list) or not items:
        yield fault(place, "must have at least 1 item")
        return
    if len(items) > limit:
        yield fault(place, f"no more than {limit} items allowed")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            yield fault(f"{place}/{index}", "must be an object")


def objects(items: Any) -> list[tuple[int, dict[str, Any]]]:
    """Return the objects in what ought to be a list of them, with their places."""
    listed = items if isinstance(items, list) else []
    return [(index, item) for index, item in enumerate(listed) if isinstance(item, dict)]
