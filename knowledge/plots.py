"""The figures of publications over time, and a reliability curve, as one SVG. Pure."""

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from knowledge.exam import Point
from knowledge.gate import Verdict
from knowledge.store import Publication

PANEL, MARGIN, LEGEND = 360, 56, 120
STEPS = 5
COLOURS = {
    "hit@1": "#1f77b4",
    "hit@3": "#6baed6",
    "precision": "#2ca02c",
    "coverage": "#9467bd",
    "false_answers": "#d62728",
}
INK, PALE = "#333333", "#dddddd"


def draw(publications: Sequence[Publication], live: Publication | None) -> str:
    """Both panels; `publications` oldest first, refused ones hollow and not joined."""
    width = 4 * MARGIN + 2 * PANEL + LEGEND
    height = 2 * MARGIN + PANEL
    svg = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=str(width),
        height=str(height),
    )
    svg.set("font-family", "sans-serif")
    svg.set("font-size", "12")
    SubElement(svg, "rect", width="100%", height="100%", fill="white")
    shown = [each for each in publications if each.ruling.figures]
    _History(svg, x=MARGIN, y=MARGIN).draw(shown)
    curve = _Panel(svg, x=3 * MARGIN + PANEL + LEGEND, y=MARGIN)
    title = f"reliability of publication {live.no}" if live else "reliability: nothing is live"
    _draw_reliability(curve, title, live.ruling.reliability if live else ())
    indent(svg)
    return tostring(svg, encoding="unicode") + "\n"


class _Panel:
    """A square whose both axes go from 0 to 1, the vertical one upwards."""

    def __init__(self, svg: Element, *, x: int, y: int) -> None:
        self.svg, self._x, self._y = svg, x, y

    def at(self, across: float, up: float) -> tuple[float, float]:
        """The place of a point, in pixels."""
        return round(self._x + across * PANEL, 1), round(self._y + (1 - up) * PANEL, 1)

    def frame(self, title: str, across: str, *, ticks: Sequence[tuple[float, str]]) -> None:
        """Title, axes and grid; `ticks` are those of the horizontal axis."""
        self.text(0.5, 1.04, title, bold=True)
        self.text(0.5, -0.12, across)
        for step in range(STEPS + 1):
            share = step / STEPS
            self.line([(0, share), (1, share)], colour=PALE)
            self.text(-0.02, share - 0.012, f"{share:.1f}", anchor="end")
        for place, label in ticks:
            self.line([(place, 0), (place, 0.015)], colour=INK)
            self.text(place, -0.05, label)
        self.line([(0, 1), (0, 0), (1, 0)], colour=INK)

    def text(
        self, across: float, up: float, words: str, *, anchor: str = "middle", bold: bool = False
    ) -> None:
        """Words at a place."""
        x, y = self.at(across, up)
        node = SubElement(self.svg, "text", x=str(x), y=str(y), fill=INK)
        node.set("text-anchor", anchor)
        if bold:
            node.set("font-weight", "bold")
        node.text = words

    def line(
        self, points: Sequence[tuple[float, float]], *, colour: str, dashed: bool = False
    ) -> None:
        """A line through places."""
        places = " ".join(f"{x},{y}" for x, y in (self.at(*point) for point in points))
        node = SubElement(self.svg, "polyline", points=places, fill="none", stroke=colour)
        node.set("stroke-width", "1.5")
        if dashed:
            node.set("stroke-dasharray", "4 4")

    def dot(
        self, across: float, up: float, *, radius: float, colour: str, told: str, hollow: bool
    ) -> None:
        """A round mark that tells its figure when it is pointed at."""
        x, y = self.at(across, up)
        node = SubElement(self.svg, "circle", cx=str(x), cy=str(y), r=f"{radius:.1f}")
        node.set("fill", "white" if hollow else colour)
        node.set("stroke", colour)
        SubElement(node, "title").text = told


class _History:
    """The figures of each publication from left to right."""

    def __init__(self, svg: Element, *, x: int, y: int) -> None:
        self._panel = _Panel(svg, x=x, y=y)

    def draw(self, publications: Sequence[Publication]) -> None:
        """Lines through what went live, a hollow mark for what was refused."""
        count = len(publications)
        across = [(place + 0.5) / count for place in range(count)]
        every = max(1, math.ceil(count / 12))
        ticks = [
            (across[place], str(each.no))
            for place, each in enumerate(publications)
            if place % every == 0
        ]
        self._panel.frame("test questions", "publication", ticks=ticks)
        for row, (name, colour) in enumerate(COLOURS.items()):
            points = [
                (across[place], each.ruling.figures[name])
                for place, each in enumerate(publications)
                if each.ruling.verdict is not Verdict.REFUSED
            ]
            self._panel.line(points, colour=colour)
            for place, each in enumerate(publications):
                figure = each.ruling.figures[name]
                told = f"{each.no}: {name} {figure:.3f}, {each.ruling.verdict}"
                hollow = each.ruling.verdict is Verdict.REFUSED
                self._panel.dot(
                    across[place], figure, radius=3.5, colour=colour, told=told, hollow=hollow
                )
            self._legend(row, name, colour)

    def _legend(self, row: int, name: str, colour: str) -> None:
        up = 0.96 - 0.06 * row
        self._panel.dot(1.06, up, radius=4, colour=colour, told=name, hollow=False)
        self._panel.text(1.09, up - 0.012, name, anchor="start")


def _draw_reliability(panel: _Panel, title: str, points: Sequence[Point]) -> None:
    ticks = [(step / STEPS, f"{step / STEPS:.1f}") for step in range(STEPS + 1)]
    panel.frame(title, "probability given (marks: share that was right, and how many)", ticks=ticks)
    panel.line([(0, 0), (1, 1)], colour=INK, dashed=True)
    panel.line([(each.predicted, each.observed) for each in points], colour=COLOURS["hit@1"])
    most = max((each.count for each in points), default=1)
    for each in points:
        told = f"{each.count} questions: {each.predicted:.3f} given, {each.observed:.3f} right"
        radius = 3 + 7 * math.sqrt(each.count / most)
        panel.dot(
            each.predicted,
            each.observed,
            radius=radius,
            colour=COLOURS["hit@1"],
            told=told,
            hollow=False,
        )
        panel.text(each.predicted, each.observed - 0.06, str(each.count))
