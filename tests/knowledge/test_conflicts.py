"""Entries that say the same, or contradict each other."""

import numpy as np
import pytest

from knowledge.conflicts import (
    contradiction_of,
    find_alike,
    find_contradictions,
    find_duplicates,
    questions_of,
)
from knowledge.encoder import OnnxEncoder, Vectors
from knowledge.entry import EntryKind
from tests.knowledge.small_corpus import make_entry

FIVE = make_entry("complaint-time", "投诉几天有答复", answer="5 个工作日内答复您。")
THREE = make_entry("complaint-reply", "投诉后几天答复", answer="3 天内答复您。")
SAME = make_entry("complaint-again", "投诉多少天给答复", answer="五个工作日之内答复。")
PAY = make_entry("pay", "电费去哪里交", answer="营业厅可以交。")


def directions(*angles: float) -> Vectors:
    """Unit vectors in a plane, one for each angle in degrees."""
    radians = np.radians(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


class TestFindAlike:
    def test_pairs_entries_that_share_a_question(self) -> None:
        entries = [FIVE, PAY, THREE]

        (pair,) = find_alike(entries, questions_of(entries), directions(0, 90, 5))

        assert (pair.first, pair.second) == (FIVE, THREE)
        assert pair.questions == (FIVE.title, THREE.title)
        assert pair.similarity == pytest.approx(np.cos(np.radians(5)), abs=1e-4)

    def test_gives_the_nearest_questions_of_a_pair_once(self) -> None:
        one = make_entry("one", "甲一", "甲二")
        other = make_entry("other", "乙一", "乙二")

        (pair,) = find_alike([one, other], questions_of([one, other]), directions(0, 8, 4, 9))

        assert pair.questions == ("甲二", "乙二")

    def test_never_pairs_an_entry_with_itself(self) -> None:
        entry = make_entry("one", "甲一", "甲二")

        assert find_alike([entry], questions_of([entry]), directions(0, 0)) == []

    def test_lets_two_regions_have_rules_of_their_own(self) -> None:
        here = make_entry("here", "电价多少", region="浙江")
        there = make_entry("there", "电价多少", region="江苏")

        assert find_alike([here, there], questions_of([here, there]), directions(0, 0)) == []

    def test_finds_pairs_across_the_blocks_it_works_in(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("knowledge.conflicts.BLOCK", 2)
        entries = [make_entry(f"e{number}", f"问{number}") for number in range(5)]

        pairs = find_alike(entries, questions_of(entries), directions(0, 40, 80, 120, 1))

        assert [(pair.first.entry_id, pair.second.entry_id) for pair in pairs] == [("e0", "e4")]

    @pytest.mark.needs_encoder
    def test_hears_one_question_in_other_words(self, encoder: OnnxEncoder) -> None:
        entries = [FIVE, PAY, THREE]
        asked = questions_of(entries)

        (pair,) = find_alike(entries, asked, encoder.encode_texts([text for _, text in asked]))

        assert (pair.first, pair.second) == (FIVE, THREE)


class TestFindContradictions:
    def test_names_the_figures_that_differ(self) -> None:
        entries = [FIVE, THREE]
        alike = find_alike(entries, questions_of(entries), directions(0, 0))

        (found,) = find_contradictions(alike)

        assert found.said == ("5 个工作日", "3 天")

    def test_finds_none_where_the_same_is_said(self) -> None:
        entries = [FIVE, SAME]
        alike = find_alike(entries, questions_of(entries), directions(0, 0))

        assert find_contradictions(alike) == []

    def test_hears_a_script_that_contradicts_the_rule(self) -> None:
        script = make_entry(
            "script", "投诉几天答复", answer="3 个工作日内一定答复您。", kind=EntryKind.SCRIPT
        )
        alike = find_alike([FIVE, script], questions_of([FIVE, script]), directions(0, 0))

        assert len(find_contradictions(alike)) == 1
        assert find_duplicates(alike) == []


class TestContradictionOf:
    def test_hears_opposite_answers_without_figures(self) -> None:
        assert contradiction_of("可以代办。", "不可以代办。") == ("可以", "不可以")

    def test_hears_nothing_in_answers_that_agree(self) -> None:
        assert contradiction_of("24 小时内联系您。", "1 天内联系您。") is None


class TestFindDuplicates:
    def test_lists_two_entries_for_the_same_readers(self) -> None:
        alike = find_alike([FIVE, SAME], questions_of([FIVE, SAME]), directions(0, 0))

        (pair,) = find_duplicates(alike)

        assert {pair.first, pair.second} == {FIVE, SAME}
