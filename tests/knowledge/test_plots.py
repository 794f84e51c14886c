"""What the drawing shows: every publication's figures, and the live one's reliability."""

from xml.etree import ElementTree

from knowledge.exam import Point
from knowledge.gate import Ruling, Verdict
from knowledge.plots import COLOURS, draw
from knowledge.store import Publication
from tests.conftest import SATURDAY_MORNING

SVG = "{http://www.w3.org/2000/svg}"


def publication(no: int, verdict: Verdict = Verdict.PASSED, *points: Point) -> Publication:
    figures = {name: no / 10 for name in (*COLOURS, "mrr@10")}
    return Publication(
        no=no,
        profile="power",
        published_at=SATURDAY_MORNING,
        author="小陈",
        encoder="m3e-small@1234",
        calibrations={},
        figures={},
        ruling=Ruling(verdict=verdict, figures=figures, reliability=points),
    )


def drawn(*publications: Publication, live: Publication | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(draw(publications, live))


def told(svg: ElementTree.Element) -> set[str]:
    """What the marks say when they are pointed at."""
    return {title.text or "" for title in svg.iter(f"{SVG}title")}


def marks(svg: ElementTree.Element, words: str) -> list[ElementTree.Element]:
    """The circles whose title begins with these words."""
    circles = svg.iter(f"{SVG}circle")
    return [each for each in circles if (each.findtext(f"{SVG}title") or "").startswith(words)]


class TestDraw:
    def test_marks_every_figure_of_every_publication(self) -> None:
        svg = drawn(publication(3), publication(7))

        assert told(svg) >= {f"3: {name} 0.300, passed" for name in COLOURS}
        assert told(svg) >= {f"7: {name} 0.700, passed" for name in COLOURS}

    def test_draws_higher_figures_higher(self) -> None:
        svg = drawn(publication(3), publication(7))

        (low,), (high,) = marks(svg, "3: hit@1"), marks(svg, "7: hit@1")
        assert float(high.attrib["cy"]) < float(low.attrib["cy"])

    def test_leaves_the_refused_hollow_and_joins_the_others_past_it(self) -> None:
        svg = drawn(publication(3), publication(4, Verdict.REFUSED), publication(7))

        (refused,) = marks(svg, "4: hit@1")
        lines = [each for each in svg.iter(f"{SVG}polyline") if each.get("stroke") == "#1f77b4"]
        assert refused.get("fill") == "white"
        assert len(lines[0].attrib["points"].split()) == 2

    def test_shows_how_far_the_numbers_can_be_trusted(self) -> None:
        live = publication(3, Verdict.PASSED, Point(predicted=0.9, observed=0.8, count=40))

        svg = drawn(live, live=live)

        assert "40 questions: 0.900 given, 0.800 right" in told(svg)
        assert "reliability of publication 3" in {each.text for each in svg.iter(f"{SVG}text")}

    def test_draws_publications_of_before_the_gate_as_none(self) -> None:
        old = Publication(
            no=1,
            profile="power",
            published_at=SATURDAY_MORNING,
            author="小陈",
            encoder="m3e-small@1234",
            calibrations={},
            figures={},
        )

        svg = drawn(old, live=old)

        assert not [text for text in told(svg) if text.startswith("1:")]
