"""Which decision settles a line that is asked later in other words."""

import numpy as np

from knowledge.settling import settled_by


def test_the_nearest_decided_group_settles_a_line_that_is_near_enough() -> None:
    likeness = np.array([[0.9, 0.2], [0.1, 0.3]])

    assert settled_by(likeness, [7, 8], same=0.4) == {0: 7}


def test_a_line_must_be_near_to_the_group_as_a_whole() -> None:
    near_to_one = np.array([[0.9, 0.1, 0.1]])

    assert settled_by(near_to_one, [7, 7, 7], same=0.4) == {}


def test_one_as_near_to_another_decision_is_settled_by_neither() -> None:
    assert settled_by(np.array([[0.8, 0.8]]), [7, 8], same=0.4) == {}


def test_two_lines_of_one_decision_are_no_contest() -> None:
    assert settled_by(np.array([[0.8, 0.8]]), [7, 7], same=0.4) == {0: 7}


def test_nothing_settles_where_nothing_was_decided() -> None:
    assert settled_by(np.zeros((2, 0)), []) == {}
