"""The rows of a run, as a table for people and as JSON for machines."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

HEADINGS: Final = ("benchmark", "measured", "peer or limit", "ratio", "target", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure against its peer or its limit; a row without a bound only informs."""

    name: str
    measured: float
    unit: str
    peer: float
    peer_name: str
    ratio: float
    bound: Literal["at least", "at most", ""] = ""
    target: float = 0.0
    note: str = ""

    @property
    def met(self) -> bool | None:
        match self.bound:
            case "at least":
                return self.ratio >= self.target
            case "at most":
                return self.ratio <= self.target
            case "":
                return None

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            self.name,
            f"{self.measured:,.1f} {self.unit}",
            f"{self.peer:,.1f} {self.unit} ({self.peer_name})",
            f"{self.ratio:.3g}",
            f"{self.bound} {self.target:g}" if self.bound else "",
            {True: "yes", False: "NO", None: ""}[self.met],
        )


def all_of(name: str, measured: float, whole: float, note: str) -> Row:
    """How much of what was sent came to something; nothing may be missing."""
    return Row(name, measured, "", whole, "sent", measured / whole, "at least", 1.0, note)


def limited(name: str, measured: float, unit: str, limit: float, note: str = "") -> Row:
    """Compare a figure with the most that it may be."""
    return Row(name, measured, unit, limit, "limit", measured / limit, "at most", 1.0, note)


def table(rows: list[Row]) -> str:
    """Draw the rows, with each one's note below it."""
    widths = [max(map(len, column)) for column in zip(HEADINGS, *(row.cells for row in rows), strict=True)]
    lines = [_line(HEADINGS, widths), _line(tuple("-" * width for width in widths), widths)]
    for row in rows:
        lines.append(_line(row.cells, widths))
        if row.note:
            lines.append(f"    {row.note}")
    return "\n".join(lines)


def write_json(path: Path, rows: list[Row], settings: dict[str, Any]) -> None:
    value = {"settings": settings, "rows": [asdict(row) | {"met": row.met} for row in rows]}
    path.write_text(json.dumps(value, indent=2) + "\n")


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
