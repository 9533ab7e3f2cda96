"""Plots as inline SVG: plain functions of plain numbers; colours come from the page's style, by class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.report.escape import escape

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 76, 16, 44
_ROW, _LABELS, _NUMBERS = 26, 190, 92
_FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_LABEL_GAP = 15.0
_XML = 'xmlns="http://www.w3.org/2000/svg"'
_GROWTH_STYLE = (
    "<style>text{font:12px sans-serif}.right{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:#ddd}"
    ".axis{stroke:#777}.line{fill:none;stroke-width:2}.s0{stroke:#0b5cad}.s1{stroke:#b3541e}.s2{stroke:#5b7f2b}</style>"
)
_LARGEST_DOT, _SMALLEST_DOT = 11.0, 3.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar plot: a value with its interval, and a note at the end of the row."""

    label: str
    value: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """The area between the axes: data from 0..x_most and 0..y_most to places on the sheet."""

    x_least: float
    x_most: float
    y_most: float

    def x(self, value: float) -> float:
        share = (value - self.x_least) / (self.x_most - self.x_least)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        return round(_HEIGHT - _BOTTOM - value / self.y_most * (_HEIGHT - _TOP - _BOTTOM), 1)


def plot_recall(series: Mapping[str, Sequence[float | None]], labels: Mapping[str, str]) -> str:
    """Return the share of the gold paragraphs found among the first k, a line a language."""
    ranks = max(map(len, series.values()), default=1)
    frame = _Frame(1, max(ranks, 2), 1)
    parts = [*_grid(frame, _FIFTHS), *_x_ticks(frame, range(1, ranks + 1)), _x_title("first k paragraphs")]
    ends: dict[str, float] = {}
    for name, values in series.items():
        points = [(frame.x(k), frame.y(value)) for k, value in enumerate(values, 1) if value is not None]
        if not points:
            continue
        path = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline class="line {escape(name)}" points="{path}"/>')
        parts += [f'<circle class="dot {escape(name)}" cx="{x}" cy="{y}" r="3"/>' for x, y in points]
        ends[name] = points[-1][1]
    parts += [
        _text(_WIDTH - _RIGHT + 8, place + 4, labels.get(name, name), f"end {name}") for name, place in _spread(ends)
    ]
    told = "; ".join(f"{labels.get(name, name)}: {_list(values)}" for name, values in series.items())
    return _svg("Recall at k", f"Share of the gold paragraphs among the first 1 to {ranks}. {told}", parts)


def plot_reliability(bins: Sequence[Mapping[str, Any]]) -> str:
    """Return the reliability diagram: how often the best paragraph is right, by the probability given."""
    frame = _Frame(0, 1, 1)
    parts = [*_grid(frame, _FIFTHS), *_x_ticks(frame, _FIFTHS), _x_title("probability given")]
    parts.append(f'<line class="ideal" x1="{frame.x(0)}" y1="{frame.y(0)}" x2="{frame.x(1)}" y2="{frame.y(1)}"/>')
    filled = [entry for entry in bins if entry["n"]]
    most = max((entry["n"] for entry in filled), default=1)
    path = " ".join(f"{frame.x(entry['mean'])},{frame.y(entry['right'])}" for entry in filled)
    parts.append(f'<polyline class="line all" points="{path}"/>')
    for entry in filled:
        radius = max(_LARGEST_DOT * (entry["n"] / most) ** 0.5, _SMALLEST_DOT)
        told = f"{entry['low']:.1f}–{entry['high']:.1f}: {entry['right']:.2f} right, {entry['n']} cases"
        place = f'cx="{frame.x(entry["mean"])}" cy="{frame.y(entry["right"])}" r="{radius:.1f}"'
        parts.append(f'<circle class="dot all see-through" {place}><title>{told}</title></circle>')
    parts.append(_text(frame.x(1) + 8, frame.y(1) + 4, "ideal", "end"))
    told = "; ".join(f"given {entry['mean']:.2f}, right {entry['right']:.2f}, {entry['n']} cases" for entry in filled)
    return _svg("Reliability", f"Share of right best paragraphs by the probability given. {told}", parts)


def plot_times(histogram: Sequence[Sequence[float]], marks: Mapping[str, float]) -> str:
    """Return a histogram of the times of the answers in milliseconds, with lines at some of them."""
    most = max((count for *_, count in histogram), default=1)
    end = max((high for _, high, _ in histogram), default=1)
    frame = _Frame(0, end, most * 1.15 or 1)
    parts = [*_grid(frame, _ticks(0, most), whole=True), *_x_ticks(frame, _ticks(0, end)), _x_title("milliseconds")]
    for low, high, count in histogram:
        left, top = frame.x(low) + 0.5, frame.y(count)
        size = f'width="{max(frame.x(high) - left - 0.5, 0.5):.1f}" height="{frame.y(0) - top:.1f}"'
        parts.append(f'<rect class="bar all" x="{left:.1f}" y="{top}" {size}/>')
    for height, (name, value) in enumerate(marks.items()):
        place = frame.x(min(value, end))
        parts.append(f'<line class="level" x1="{place}" y1="{_TOP}" x2="{place}" y2="{frame.y(0)}"/>')
        # to the left of its line where there is no room to the right
        beside, kind = (place + 5, "level-name") if place < _WIDTH / 2 else (place - 5, "level-name right")
        parts.append(_text(beside, _TOP + 10 + 14 * height, f"{name} {value:.0f} ms", kind))
    told = ", ".join(f"{name} {value:.0f} ms" for name, value in marks.items())
    return _svg("Time an answer takes", f"Histogram of the answers' times in milliseconds; {told}", parts)


def plot_growth(series: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """Return milliseconds by number of paragraphs, tenfold a step, a line a system; a drawing with its own style."""
    sizes = sorted({size for points in series.values() for size, _ in points})
    most = max(value for points in series.values() for _, value in points)
    frame = _Frame(math.log10(sizes[0]), math.log10(max(sizes[-1], 10 * sizes[0])), most * 1.1 or 1)
    parts = [_GROWTH_STYLE, *_grid(frame, _ticks(0, most), whole=True), _x_title("paragraphs; milliseconds, p95")]
    parts += [_text(frame.x(math.log10(size)), _HEIGHT - _BOTTOM + 18, f"{size:,}", "tick middle") for size in sizes]
    ends: dict[str, float] = {}
    for number, (label, points) in enumerate(series.items()):
        places = [(frame.x(math.log10(size)), frame.y(value)) for size, value in points]
        path = " ".join(f"{x},{y}" for x, y in places)
        parts.append(f'<polyline class="line s{number}" points="{path}"/>')
        ends[label] = places[-1][1]
    parts += [_text(_WIDTH - _RIGHT + 8, place + 4, label, "end") for label, place in _spread(ends)]
    told = "; ".join(
        f"{label}: " + ", ".join(f"{s:,} {v:.0f} ms" for s, v in points) for label, points in series.items()
    )
    return _svg("Time an answer takes, by size", told, parts, _WIDTH + 160)


def plot_gauge(title: str, value: float, low: float, high: float) -> str:
    """Return a share of 1 as a strip, its 95 % interval as a darker part and itself as a notch."""
    width, height = 160.0, 10.0
    parts = [
        f'<rect class="rail" x="0" y="3" width="{width:.0f}" height="4" rx="2"/>',
        f'<rect class="reach" x="{low * width:.1f}" y="3" width="{max((high - low) * width, 2):.1f}" height="4"/>',
        f'<rect class="notch" x="{min(value * width, width - 3):.1f}" y="0" width="3" height="{height:.0f}" rx="1"/>',
    ]
    return _svg(title, f"{value:.3f} ({low:.3f} to {high:.3f})", parts, 160, 10)


def plot_bars(title: str, bars: Sequence[Bar], low: float = 0.0, high: float = 1.0) -> str:
    """Return horizontal bars from zero with their 95 % intervals."""
    height = _TOP + _ROW * len(bars) + 28
    width = 2 * _WIDTH

    def x(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(_LABELS + share * (width - _LABELS - _NUMBERS - 30), 1)

    floor = height - 26
    parts = []
    for tick in _ticks(low, high):
        parts.append(f'<line class="grid" x1="{x(tick)}" y1="{_TOP - 6}" x2="{x(tick)}" y2="{floor}"/>')
        parts.append(_text(x(tick), floor + 16, _tick(tick), "tick middle"))
    for number, bar in enumerate(bars):
        middle = _TOP + _ROW * number + _ROW / 2 - 3
        left, right = sorted((x(0), x(bar.value)))
        kind = "below" if bar.value < 0 else "all"
        parts.append(_text(_LABELS - 10, middle + 4, bar.label, "label right"))
        size = f'width="{max(right - left, 1):.1f}" height="14" rx="2"'
        parts.append(f'<rect class="bar {kind}" x="{left}" y="{middle - 7}" {size}/>')
        parts.append(f'<line class="whisker" x1="{x(bar.low)}" y1="{middle}" x2="{x(bar.high)}" y2="{middle}"/>')
        parts.append(_text(width - _NUMBERS - 12, middle + 4, bar.note, "tick"))
    parts.append(f'<line class="axis" x1="{x(0)}" y1="{_TOP - 6}" x2="{x(0)}" y2="{floor}"/>')
    told = "; ".join(f"{bar.label} {bar.value:.3f} ({bar.low:.3f} to {bar.high:.3f})" for bar in bars)
    return _svg(title, told, parts, width, height)


def _svg(title: str, told: str, parts: Iterable[str], width: int = _WIDTH, height: int = _HEIGHT) -> str:
    """Return a drawing that a screen reader reads as one picture, by its name and description."""
    head = f'<svg {_XML} viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}. {escape(told)}">'
    return "".join([head, *parts, "</svg>"])


def _grid(frame: _Frame, ticks: Iterable[float], *, whole: bool = False) -> Iterator[str]:
    for tick in ticks:
        y = frame.y(tick)
        yield f'<line class="{"grid" if tick else "axis"}" x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}"/>'
        yield _text(_LEFT - 8, y + 4, f"{tick:.0f}" if whole else _tick(tick), "tick right")


def _x_ticks(frame: _Frame, ticks: Iterable[float]) -> Iterator[str]:
    for tick in ticks:
        yield _text(frame.x(tick), _HEIGHT - _BOTTOM + 18, _tick(tick), "tick middle")


def _x_title(text: str) -> str:
    return _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6, text, "axis-name middle")


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{escape(kind)}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers from low to high, four to six of them."""
    if high <= low:
        return [low]
    rough = (high - low) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(many * size for many in (1, 2, 5, 10) if many * size >= rough * 0.999)
    return [round(step * number, 9) for number in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)]


def _spread(ends: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield each label's height, moved down where it would stand on the one above."""
    before = -_LABEL_GAP
    for name, place in sorted(ends.items(), key=lambda item: item[1]):
        before = max(place, before + _LABEL_GAP)
        yield name, before


def _list(values: Sequence[float | None]) -> str:
    return ", ".join("–" if value is None else f"{value:.2f}" for value in values)
