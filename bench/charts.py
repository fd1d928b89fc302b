"""Draws charts as SVG: bars on a logarithmic scale, and lines on two.

Written by hand, as the page needs two kinds of charts only, and files that change no more than the
numbers do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH = 720
LABEL_WIDTH = 172
RIGHT = 90
TOP = 44
BAR = 22
GAP = 6

OURS = "#0b6e4f"
OTHERS = "#9aa5b1"
LINES = ("#0b6e4f", "#c44536", "#3d5a80", "#e09f3e", "#7b4f9d", "#5f6b76", "#2a9d8f")

STYLE = 'font-family="system-ui, sans-serif" font-size="13"'


@dataclass(frozen=True)
class Bar:
    """A bar, with the text at its end."""

    label: str
    value: float
    text: str
    is_ours: bool = False


@dataclass
class Line:
    """A line through points."""

    label: str
    points: list[tuple[float, float]] = field(default_factory=list)


def _document(height: float, title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" {STYLE} role="img">'
    )
    return "\n".join(
        [
            head,
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="white"/>',
            f'<text x="12" y="26" font-size="15" font-weight="600">{escape(title)}</text>',
            *parts,
            "</svg>\n",
        ]
    )


def _decades(low: float, high: float) -> tuple[int, int]:
    """Return the powers of ten that a scale begins and ends with."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return first, max(last, first + 1)


def _share(value: float, first: int, last: int) -> float:
    """Return how far along a logarithmic scale a value is."""
    return (math.log10(value) - first) / (last - first)


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """Draw horizontal bars, the lowest first, on a logarithmic scale."""
    bars = sorted(bars, key=lambda bar: bar.value)
    first, last = _decades(bars[0].value * 0.8, bars[-1].value)
    room = WIDTH - LABEL_WIDTH - RIGHT
    bottom = TOP + len(bars) * (BAR + GAP)
    parts = []
    for power in range(first, last + 1):
        x = LABEL_WIDTH + room * (power - first) / (last - first)
        parts.append(f'<path d="M{x:.1f} {TOP - 6}V{bottom}" stroke="#e4e7eb"/>')
    for index, bar in enumerate(bars):
        y = TOP + index * (BAR + GAP)
        length = max(2.0, room * _share(bar.value, first, last))
        colour = OURS if bar.is_ours else OTHERS
        weight = ' font-weight="600"' if bar.is_ours else ""
        parts += [
            f'<text x="{LABEL_WIDTH - 8}" y="{y + 16}" text-anchor="end"{weight}>'
            f"{escape(bar.label)}</text>",
            f'<rect x="{LABEL_WIDTH}" y="{y}" width="{length:.1f}" height="{BAR}" '
            f'fill="{colour}"/>',
            f'<text x="{LABEL_WIDTH + length + 6:.1f}" y="{y + 16}"{weight}>'
            f"{escape(bar.text)}</text>",
        ]
    parts.append(
        f'<text x="{LABEL_WIDTH}" y="{bottom + 16}" fill="#5f6b76" font-size="12">'
        "logarithmic: each line is ten times the one before it; shorter is faster</text>"
    )
    return _document(bottom + 28, title, parts)


def _axes(
    x_texts: Sequence[tuple[float, str]], y_texts: Sequence[tuple[float, str]], bottom: float
) -> list[str]:
    parts = []
    for x, text in x_texts:
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 18:.0f}" text-anchor="middle">{escape(text)}</text>'
        )
    for y, text in y_texts:
        parts += [
            f'<path d="M70 {y:.1f}H{WIDTH - 170}" stroke="#e4e7eb"/>',
            f'<text x="62" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>',
        ]
    return parts


def _spread_labels(ends: Sequence[float]) -> list[float]:
    """Move the labels at the ends of lines apart, so that none covers another."""
    placed: dict[int, float] = {}
    least = -math.inf
    for index in sorted(range(len(ends)), key=lambda each: ends[each]):
        least = placed[index] = max(ends[index], least + 15)
    return [placed[index] for index in range(len(ends))]


def line_chart(title: str, x_title: str, lines: Sequence[Line], y_unit: str) -> str:
    """Draw lines over points that all have the same values of x, both axes logarithmic."""
    xs = [x for x, _ in lines[0].points]
    ys = [y for line in lines for _, y in line.points]
    first, last = _decades(min(ys), max(ys))
    left, right, bottom = 80, WIDTH - 180, TOP + 260
    x_low, x_high = math.log(xs[0]), math.log(xs[-1])

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            left + (right - left) * (math.log(x) - x_low) / (x_high - x_low),
            bottom - (bottom - TOP) * _share(y, first, last),
        )

    parts = _axes(
        [(place(x, ys[0])[0], f"{x:,.0f}") for x in xs],
        [
            (place(xs[0], 10.0**power)[1], f"{10.0**power:,.10g}")
            for power in range(first, last + 1)
        ],
        bottom,
    )
    labels = _spread_labels([place(*line.points[-1])[1] for line in lines])
    for index, (line, label_y) in enumerate(zip(lines, labels, strict=True)):
        colour = LINES[index % len(LINES)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line.points))
        width = 3 if index == 0 else 1.5
        parts += [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>',
            f'<text x="{right + 10}" y="{label_y + 4:.1f}" fill="{colour}">'
            f"{escape(line.label)}</text>",
        ]
    parts.append(
        f'<text x="{left}" y="{bottom + 38}" fill="#5f6b76" font-size="12">'
        f"{escape(x_title)}; upwards: {escape(y_unit)}; both logarithmic</text>"
    )
    return _document(bottom + 50, title, parts)
