"""Gaps: lines put together by meaning."""

from datetime import timedelta

import numpy as np
import pytest

from knowledge.encoder import Vectors
from knowledge.gaps import (
    Fate,
    GapLine,
    NewLine,
    Why,
    labels_of,
    likeness_of,
    put_together,
    still_settles,
)
from tests.conftest import SATURDAY_MORNING

HOUR = timedelta(hours=1)
SOLAR = ["光伏并网要找谁办", "光伏并网去哪里办理", "想办光伏并网"]
WATER = ["水费在哪里交"]


def line(line_id: int, text: str, *, answer: str = "", why: Why = Why.NOT_KNOWN) -> GapLine:
    return GapLine(
        line_id=line_id,
        asked_in=f"c{line_id}",
        text=text,
        why=why,
        answer=answer,
        at=SATURDAY_MORNING + line_id * HOUR,
    )


def lines(*texts: str) -> list[GapLine]:
    return [line(number, text) for number, text in enumerate(texts, start=1)]


def unit(*vectors: list[float]) -> Vectors:
    made = np.array(vectors, dtype=np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


class TestPuttingTogether:
    def test_makes_nothing_of_nothing(self) -> None:
        assert put_together([], None) == []

    def test_makes_a_gap_of_one_line(self) -> None:
        (gap,) = put_together(lines(*WATER), None)

        assert gap.examples == tuple(WATER)
        assert gap.gap_id == 1

    def test_joins_lines_with_the_same_words_and_shows_the_most_frequent_first(self) -> None:
        gaps = put_together(lines(*WATER, *SOLAR), None)

        assert [len(gap.lines) for gap in gaps] == [3, 1]
        assert set(gaps[0].examples) == set(SOLAR)

    def test_joins_lines_of_one_meaning_in_other_words(self) -> None:
        placed = unit([1, 0, 0.1], [1, 0, 0], [0, 1, 0])

        gaps = put_together(lines("找谁装太阳能板", "光伏并网", "水费"), placed)

        assert [gap.line_ids for gap in gaps] == [(1, 2), (3,)]

    def test_shows_the_newer_of_two_that_are_asked_equally_often(self) -> None:
        gaps = put_together(lines("水费在哪里交", "路灯坏了找谁"), None)

        assert [gap.examples[0] for gap in gaps] == ["路灯坏了找谁", "水费在哪里交"]

    def test_shows_a_wording_once(self) -> None:
        (gap,) = put_together(lines("水费在哪里交", "水费在哪里交？"), None)

        assert len(gap.lines) == 2
        assert len(gap.examples) == 1

    def test_tells_when_how_often_why_and_what_an_agent_said(self) -> None:
        said = [
            line(1, "水费在哪里交", why=Why.HANDED_OVER, answer="水费请向自来水公司交。"),
            line(2, "水费在哪里交？"),
            line(3, "水费在哪里交啊"),
        ]

        (gap,) = put_together(said, None)

        assert gap.first_at == SATURDAY_MORNING + HOUR
        assert gap.last_at == SATURDAY_MORNING + 3 * HOUR
        assert gap.whys == {Why.NOT_KNOWN: 2, Why.HANDED_OVER: 1}
        assert gap.answer == "水费请向自来水公司交。"


class TestLikeness:
    def test_is_one_with_itself_and_the_same_both_ways(self) -> None:
        likeness = likeness_of([*SOLAR, *WATER], None)

        assert np.allclose(np.diag(likeness), 1, atol=1e-5)
        assert np.allclose(likeness, likeness.T, atol=1e-6)

    def test_of_texts_without_a_letter_is_none(self) -> None:
        assert labels_of(likeness_of(["？？", "。。"], None), 0.5).tolist() != [1, 1]


class TestALine:
    def new(
        self, text: str = "水费在哪里交", *, asked_in: str = "lihua", hours: int = 0
    ) -> NewLine:
        return NewLine(
            profile="power",
            asked_in=asked_in,
            text=text,
            why=Why.NOT_KNOWN,
            answer="",
            at=SATURDAY_MORNING + hours * HOUR,
        )

    def test_is_the_same_when_one_customer_says_it_again(self) -> None:
        assert self.new().key == self.new("水费在哪里交？", hours=3).key

    def test_is_another_when_another_customer_says_it(self) -> None:
        assert self.new().key != self.new(asked_in="wang").key

    def test_of_a_call_is_another_on_another_day(self) -> None:
        assert self.new(asked_in="").key != self.new(asked_in="", hours=24).key


class TestSettling:
    @pytest.mark.parametrize("fate", [Fate.OUT_OF_SCOPE, Fate.BUSINESS])
    def test_what_the_knowledge_never_answers_is_settled_for_good(self, fate: Fate) -> None:
        assert still_settles(
            fate,
            decided_at=SATURDAY_MORNING,
            asked_at=SATURDAY_MORNING + 9 * HOUR,
            live_since=SATURDAY_MORNING + HOUR,
        )

    def test_an_entry_settles_until_a_publication_could_know_of_it(self) -> None:
        assert still_settles(
            Fate.ENTRY,
            decided_at=SATURDAY_MORNING + HOUR,
            asked_at=SATURDAY_MORNING + 2 * HOUR,
            live_since=SATURDAY_MORNING,
        )

    def test_a_line_asked_in_vain_after_the_publication_is_a_gap_again(self) -> None:
        assert not still_settles(
            Fate.SIMILAR,
            decided_at=SATURDAY_MORNING,
            asked_at=SATURDAY_MORNING + 2 * HOUR,
            live_since=SATURDAY_MORNING + HOUR,
        )
