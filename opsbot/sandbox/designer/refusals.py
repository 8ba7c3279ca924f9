"""How a node says no: with the status, the Java class and the words that were seen, or are guessed."""

from __future__ import annotations

NOT_AUTHENTICATED = "com.dataiku.dip.exceptions.NotAuthenticatedException"
UNAUTHORIZED = "com.dataiku.dip.exceptions.UnauthorizedException"
NOT_FOUND = "com.dataiku.dip.server.controllers.NotFoundException"
ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException"
IO = "java.io.IOException"

DATA_DIRECTORY = "/data/dataiku/dss_data"
"""Where the stand-in would keep its packages if it had a disk; a live node shows this in an error."""


class RefusalError(Exception):
    """What the node refuses, as its error body."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message

    def body(self) -> dict[str, object]:
        """Return the JSON of the reply."""
        return {
            "errorType": self.error_type,
            "message": self.message,
            "detailedMessage": self.message,
            "detailedMessageHTML": f"<span>{self.message}</span>",
            "stackTraceStr": f"{self.error_type}: {self.message}\n\tat com.dataiku.dip.Sandbox",
        }


def not_found(what: str) -> RefusalError:
    # guess: 404 and this class for a service that isn't there; the class is known from other objects.
    return RefusalError(404, NOT_FOUND, f"{what} not found")


def bad_argument(message: str) -> RefusalError:
    return RefusalError(400, ILLEGAL_ARGUMENT, message)


def package_directory_missing(project: str, service: str, package: str) -> RefusalError:
    """Seen live: a 500 that shows the path of the data directory."""
    path = f"{DATA_DIRECTORY}/apiservices/{project}/{service}/packages/{package}"
    return RefusalError(500, IO, f"Package directory does not exist: {path}")
