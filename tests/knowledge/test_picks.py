"""What agents picked before moves an entry a little, and never far."""

import pytest

from knowledge.picks import MOST, Outcome, Pick, alike, pieces_of, push_of


def picks(outcome: Outcome, *, times: int = 1, likeness: float = 1.0) -> list[Pick]:
    return [Pick(entry_id="pay", outcome=outcome, alike=likeness)] * times


class TestPushOf:
    def test_is_nothing_where_nothing_was_told(self) -> None:
        assert push_of("pay", []) == 0.0

    def test_goes_up_with_picks_and_down_with_a_wrong_mark(self) -> None:
        assert push_of("pay", picks(Outcome.PICKED)) > 0
        assert push_of("pay", picks(Outcome.EDITED)) > 0
        assert push_of("pay", picks(Outcome.WRONG)) < 0

    def test_minds_a_wrong_mark_more_than_a_pick(self) -> None:
        assert push_of("pay", picks(Outcome.PICKED) + picks(Outcome.WRONG)) < 0

    def test_minds_being_passed_over_only_a_little(self) -> None:
        passed, picked = picks(Outcome.IGNORED), picks(Outcome.PICKED)

        assert 0 < -push_of("pay", passed) < push_of("pay", picked) / 2

    def test_is_moved_little_by_one_and_more_by_many_that_agree(self) -> None:
        once, often = (push_of("pay", picks(Outcome.PICKED, times=each)) for each in (1, 30))

        assert once < MOST / 3
        assert often > MOST * 0.8

    @pytest.mark.parametrize("outcome", Outcome)
    def test_stays_within_bounds_however_often_it_is_told(self, outcome: Outcome) -> None:
        assert abs(push_of("pay", picks(outcome, times=10_000))) <= MOST

    def test_minds_lines_as_far_as_they_are_alike(self) -> None:
        near, far = (push_of("pay", picks(Outcome.PICKED, likeness=each)) for each in (0.9, 0.5))

        assert near > far > 0
        assert push_of("pay", picks(Outcome.PICKED, likeness=0.1)) == 0.0

    def test_leaves_other_entries_alone(self) -> None:
        assert push_of("meter", picks(Outcome.PICKED)) == 0.0


class TestAlike:
    def test_is_one_for_the_same_words_whatever_the_signs_between(self) -> None:
        assert alike(pieces_of("停电了！"), pieces_of("停电了")) == pytest.approx(1.0)

    def test_is_more_for_lines_about_the_same(self) -> None:
        line = pieces_of("停电三个小时了")

        assert alike(line, pieces_of("都停电两个小时了")) > alike(line, pieces_of("发票怎么开"))

    def test_is_nothing_for_a_line_without_words(self) -> None:
        assert alike(pieces_of("？？"), pieces_of("停电了")) == 0.0
