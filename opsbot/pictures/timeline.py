"""A service's packages and publish requests along time, drawn."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from opsbot.domain.lifecycle import State
from opsbot.domain.timeline import older

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from matplotlib.axes import Axes

    from opsbot.domain.timeline import Asked, Timeline

_PAPER, _INK, _SOFT, _LINE = "#ffffff", "#1d1b26", "#5f5b6f", "#e6e3ec"
_PACKAGE = "#6a4bd1"
_WIDTH, _DPI = 6.6, 220
_LANE = 0.34
"""How high a lane of requests is, in inches."""
_LEVEL = 0.22
"""How high a line of names of packages is, in inches."""
_BETWEEN = 0.6
"""What lies between packages and requests, in inches; then what title, dates, and a row of the key take."""
_TITLE, _AXIS, _KEYS = 0.62, 0.55, 0.24
_KEYS_IN_A_ROW = 4
_LEVELS = 4
_MOST_LANES = 14
_LONGEST_LABEL = 14
_LONGEST_TITLE = 44
_LETTER = 0.0145
"""How much of the width a letter takes."""
_MARGIN = 0.04


@dataclass(frozen=True, slots=True)
class _Look:
    """How a state is drawn: by colour and by shape, since not everybody sees the colours."""

    colour: str
    marker: str
    label: str


_LOOKS = {
    State.PENDING: _Look("#b7791f", ">", "waits"),
    State.APPROVED: _Look("#1b62c4", ">", "approved"),
    State.PUBLISHING: _Look("#1b62c4", ">", "is being published"),
    State.PUBLISHED: _Look("#0b7a5b", "o", "published"),
    State.FAILED: _Look("#c22f4e", "X", "failed"),
    State.UNKNOWN: _Look("#b7791f", "D", "unknown"),
    State.DECLINED: _Look("#c22f4e", "s", "declined"),
    State.CANCELLED: _Look("#817b93", "s", "cancelled"),
    State.EXPIRED: _Look("#817b93", "v", "expired"),
    State.STALE: _Look("#817b93", "P", "stale"),
}


def drawn(timeline: Timeline) -> bytes:
    """Draw a timeline as a PNG, on paper of its own, so that it reads the same on a light and on a dark screen."""
    lanes = _lanes(timeline)
    rows = max((lane for _, lane in lanes), default=0) + 1
    start, end = _span(timeline)
    names = _names(timeline, start, end)
    levels = max((level for _, level in names), default=0) + 1
    keys = list(_keys(timeline))
    frame = _TITLE + _AXIS + _KEYS * ceil(len(keys) / _KEYS_IN_A_ROW)
    height = frame + _BETWEEN + _LANE * rows + _LEVEL * levels
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xlim(_number(start), _number(end))
    axes.set_ylim(-1.0 - rows * 0.5, 0.65 + 0.36 * levels)
    _draw_packages(axes, timeline, names)
    _draw_requests(axes, lanes, timeline.until)
    _dress(figure, axes, timeline, keys, len(timeline.requests) - len(lanes))
    file = io.BytesIO()
    figure.savefig(file, format="png", facecolor=_PAPER, metadata={"Software": None})
    return file.getvalue()


def _span(timeline: Timeline) -> tuple[datetime, datetime]:
    length = max(timeline.until - timeline.since, timedelta(hours=1))
    return timeline.until - length * (1 + _MARGIN), timeline.until + length * _MARGIN


def _lanes(timeline: Timeline) -> list[tuple[Asked, int]]:
    """Give each request the first lane that is free when it was asked for; the newest first, while there are lanes."""
    gap = (timeline.until - timeline.since) * 0.09  # for the name beside it
    busy_from: list[datetime] = []
    placed: list[tuple[Asked, int]] = []
    for each in reversed(timeline.requests):
        end = (each.ended_at or timeline.until) + gap
        free = (lane for lane, begin in enumerate(busy_from) if end <= begin)
        lane = next(free, len(busy_from))
        if lane < _MOST_LANES:
            busy_from[lane : lane + 1] = [each.asked_at]
            placed.append((each, lane))
    return placed


def _names(timeline: Timeline, start: datetime, end: datetime) -> list[tuple[int, int]]:
    """Choose the packages that are named, each with how high its name stands: none lies over another, the newest first."""
    width = (end - start).total_seconds()
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_LEVELS)]
    chosen: list[tuple[int, int]] = []
    for index in range(len(timeline.packages) - 1, -1, -1):
        each = timeline.packages[index]
        middle, half = (each.at - start).total_seconds() / width, _LETTER * (len(_short(each.version)) + 1) / 2
        for level, spans in enumerate(taken):
            if all(middle + half <= left or middle - half >= right for left, right in spans):
                spans.append((middle - half, middle + half))
                chosen.append((index, level))
                break
    return chosen


def _draw_packages(axes: Axes, timeline: Timeline, names: list[tuple[int, int]]) -> None:
    """Set a mark for each package on a line, filled where it is published, and the names above."""
    axes.axhline(0, color=_LINE, linewidth=2, zorder=1)
    times = [_number(each.at) for each in timeline.packages]
    faces = [_PACKAGE if each.is_published else _PAPER for each in timeline.packages]
    axes.scatter(times, [0] * len(times), s=88, c=faces, edgecolors=_PACKAGE, linewidths=2, zorder=3)
    for index, level in names:
        name, height = _short(timeline.packages[index].version), 0.42 + 0.36 * level
        axes.plot([times[index]] * 2, [0.14, height], color=_LINE, linewidth=1.2, zorder=1)
        axes.text(times[index], height + 0.05, name, ha="center", va="bottom", color=_INK, fontsize=10)


def _draw_requests(axes: Axes, lanes: Iterable[tuple[Asked, int]], until: datetime) -> None:
    """Draw each request from when it was asked for to its end, which its mark tells."""
    for each, lane in lanes:
        look = _LOOKS[each.state]
        y = -1.0 - lane * 0.5
        begun, ended = _number(each.asked_at), _number(each.ended_at or until)
        axes.plot([begun, ended], [y, y], color=look.colour, linewidth=4, alpha=0.35, solid_capstyle="round", zorder=2)
        axes.scatter([ended], [y], s=70, c=look.colour, marker=look.marker, zorder=3, linewidths=0)
        axes.annotate(
            _short(each.version),
            (ended, y),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=_SOFT,
            fontsize=9,
            annotation_clip=False,
        )


def _dress(figure: Figure, axes: Axes, timeline: Timeline, keys: list[Line2D], overlapping: int) -> None:
    locator = AutoDateLocator(minticks=4, maxticks=7)  # type: ignore[no-untyped-call]  # as above
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # as above
    axes.set_yticks([0, -1.0], ["Packages", "Requests"])
    axes.tick_params(axis="both", colors=_SOFT, labelsize=10, length=0, pad=8)
    axes.grid(visible=True, axis="x", color=_LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    if not timeline.requests:
        axes.text(0.01, -1.0, "none", transform=axes.get_yaxis_transform(), va="center", color=_SOFT, fontsize=10)
    height = figure.get_figheight()
    title = _shortened(str(timeline.service), _LONGEST_TITLE)
    figure.text(0.03, 1 - 0.12 / height, title, va="top", color=_INK, fontsize=13, weight="bold")
    hidden = timeline.earlier + overlapping
    until = f"until {timeline.until:%Y-%m-%d %H:%M} UTC"
    until += f" · {older(hidden) or 'many'} older ones aren't shown" if hidden else ""
    figure.text(0.03, 1 - 0.38 / height, until, va="top", color=_SOFT, fontsize=9.5)
    figure.legend(
        handles=keys,
        loc="lower left",
        bbox_to_anchor=(0.01, 0.03 / height),
        ncols=_KEYS_IN_A_ROW,
        frameon=False,
        labelcolor=_SOFT,
        fontsize=10,
        handletextpad=0.3,
        columnspacing=1.2,
    )
    bottom = _AXIS + _KEYS * ceil(len(keys) / _KEYS_IN_A_ROW)
    figure.subplots_adjust(left=0.15, right=0.92, top=1 - _TITLE / height, bottom=bottom / height)


def _keys(timeline: Timeline) -> Iterator[Line2D]:
    """Explain the marks that occur, and no others."""
    for published, label in ((True, "package, published"), (False, "package")):
        if any(each.is_published is published for each in timeline.packages):
            face = _PACKAGE if published else _PAPER
            yield Line2D([], [], linestyle="", marker="o", markersize=7, markerfacecolor=face, markeredgecolor=_PACKAGE, markeredgewidth=2, label=label)  # fmt: skip
    occurring = {each.state for each in timeline.requests}
    for state, look in _LOOKS.items():
        if state in occurring:
            yield Line2D([], [], linestyle="", marker=look.marker, markersize=8, color=look.colour, label=look.label)


def _number(at: datetime) -> float:
    """Give a time as matplotlib counts it."""
    return float(date2num(at))  # type: ignore[no-untyped-call]  # matplotlib's stubs leave it open


def _short(version: str) -> str:
    return _shortened(version, _LONGEST_LABEL)


def _shortened(text: str, longest: int) -> str:
    """Cut what is too long, and keep what would be read as a formula from being one."""
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return shown.replace("$", r"\$")
