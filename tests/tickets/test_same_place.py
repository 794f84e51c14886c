"""Whether two addresses are of one home or one building."""

import pytest

from tickets.same_place import SamePlace, compare, words_to_find


class TestCompare:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("幸福里6栋301", "幸福里6栋301"),
            ("幸福里6栋301", "幸福里小区六号楼301室"),
            ("幸福里6栋2单元301", "幸福里6栋301"),
            ("老张家隔壁", "老张家 隔壁"),
        ],
    )
    def test_knows_one_home_however_it_is_written(self, one: str, other: str) -> None:
        assert compare(one, other) is SamePlace.HOME
        assert compare(other, one) is SamePlace.HOME

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("幸福里6栋301", "幸福里6栋502"),
            ("幸福里6栋301", "幸福里6栋"),
            ("幸福里6栋2单元301", "幸福里6栋3单元301"),
        ],
    )
    def test_takes_other_doors_for_the_same_building(self, one: str, other: str) -> None:
        assert compare(one, other) is SamePlace.BUILDING
        assert compare(other, one) is SamePlace.BUILDING

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("幸福里6栋301", "幸福里7栋301"),
            ("幸福里6栋301", "阳光花园6栋301"),
            ("幸福里6栋301", "幸福里"),
            ("幸福里一期6栋101", "幸福里二期6栋101"),
            ("幸福里6栋301", ""),
            ("我家", "老张家隔壁"),
        ],
    )
    def test_keeps_other_places_apart(self, one: str, other: str) -> None:
        assert compare(one, other) is None
        assert compare(other, one) is None


class TestWords:
    def test_are_the_estate_whatever_else_is_told(self) -> None:
        assert words_to_find("西城区幸福里小区六号楼302") == "幸福里"

    def test_are_all_of_what_names_no_place(self) -> None:
        assert words_to_find(" 老张家隔壁 ") == "老张家隔壁"
