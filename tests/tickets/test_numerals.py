"""Numbers as customers say them."""

import pytest

from tickets.numerals import read_number, read_range


class TestReadNumber:
    @pytest.mark.parametrize(
        ("words", "number"),
        [
            ("7", 7),
            ("86.5", 86.5),
            ("零", 0),
            ("八", 8),
            ("十", 10),
            ("十五", 15),
            ("二十", 20),
            ("三十二", 32),
            ("一百", 100),
            ("百", 100),
            ("一百零二", 102),
            ("一百二", 120),
            ("一百二十", 120),
            ("三百八十五", 385),
            ("两千零五十", 2050),
            ("三千八", 3800),
            ("一千零八十", 1080),
            ("一千二百五", 1250),
            ("一万二", 12_000),
            ("两万", 20_000),
            ("十二万", 120_000),
            ("一万零五百", 10_500),
            ("三零一", 301),
            ("幺幺二", 112),
            ("俩", 2),
            ("仨", 3),
            ("八十六点五", 86.5),
            ("零点五", 0.5),
        ],
    )
    def test_reads_it_as_it_is_said(self, words: str, number: float) -> None:
        assert read_number(words) == number

    @pytest.mark.parametrize("words", ["", "好几", "半", "八点", "点五", "8.", "八块", "3栋", "-1"])
    def test_reads_nothing_else(self, words: str) -> None:
        assert read_number(words) is None


class TestReadRange:
    @pytest.mark.parametrize(
        ("words", "least_and_most"),
        [
            ("三四", (3, 4)),
            ("两三", (2, 3)),
            ("一两", (1, 2)),
            ("十七八", (17, 18)),
            ("二三十", (20, 30)),
        ],
    )
    def test_reads_two_neighbours(self, words: str, least_and_most: tuple[int, int]) -> None:
        assert read_range(words) == least_and_most

    @pytest.mark.parametrize("words", ["三", "三零", "三零一", "四三", "二五", "二十三", "", "34"])
    def test_reads_nothing_else(self, words: str) -> None:
        assert read_range(words) is None
