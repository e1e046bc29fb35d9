"""Figures, what they are measured against, and how they are shown."""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def spread(values: Sequence[float]) -> float:
    """(greatest - least) / median."""
    return (max(values) - min(values)) / statistics.median(values)


@dataclass
class Bar:
    limit: float
    at_least: bool  # else: at most

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


def at_least(limit: float) -> Bar:
    return Bar(limit, True)


def at_most(limit: float) -> Bar:
    return Bar(limit, False)


@dataclass
class Row:
    name: str
    value: float
    unit: str = ""
    bar: Bar | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"name": self.name, "value": round(self.value, 4)}
        if self.unit:
            row["unit"] = self.unit
        if self.bar:
            row["bar"] = str(self.bar)
            row["met"] = self.bar.met(self.value)
        if self.note:
            row["note"] = self.note
        return row


@dataclass
class Section:
    name: str
    title: str
    rows: list[Row] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str = "", bar: Bar | None = None,
            note: str = "") -> None:
        self.rows.append(Row(name, value, unit, bar, note))

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title,
                "rows": [row.as_json() for row in self.rows]}


def format_value(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def as_table(sections: Iterable[Section]) -> str:
    lines: list[str] = []
    for section in sections:
        width = max((len(row.name) for row in section.rows), default=0)
        lines += ["", f"{section.name}: {section.title}"]
        for row in section.rows:
            figure = f"{format_value(row.value)} {row.unit}".rstrip()
            verdict = ""
            if row.bar:
                verdict = f"{'met' if row.bar.met(row.value) else 'NOT MET':8}({row.bar})"
            lines.append(f"  {row.name:{width}}  {figure:>16}  {verdict:18}  {row.note}".rstrip())
    return "\n".join(lines) + "\n"


_began = time.monotonic()


def progress(text: str) -> None:
    print(f"[{time.monotonic() - _began:6.1f} s] {text}", file=sys.stderr, flush=True)
