"""Figures with their units, and yes against no, as answers say them."""

import pytest

from knowledge.figures import differing, figures_in, opposed


def same(one: str, other: str) -> bool:
    """Whether the single figures of two texts can mean the same."""
    (ours,), (theirs,) = figures_in(one), figures_in(other)
    return ours.is_same_as(theirs)


class TestFiguresIn:
    @pytest.mark.parametrize(
        ("text", "dimension", "amount"),
        [
            ("三天内答复", "time", 3 * 1440),
            ("两个半小时", "time", 150),
            ("半小时到", "time", 30),
            ("15 分钟", "time", 15),
            ("１５ 分钟", "time", 15),
            ("5个工作日", "working_days", 5),
            ("五个工作日", "working_days", 5),
            ("押金 1,200 元", "money", 1200),
            ("一百二十元", "money", 120),
            ("1.5 万元", "money", 15000),
            ("0.52元/千瓦时", "price_of_energy", 0.52),
            ("百分之三", "share", 3),
            ("每日千分之一", "share", 0.1),
            ("违约金 3%", "share", 3),
            ("2160 度", "energy", 2160),
        ],
    )
    def test_reads_a_figure_with_its_unit(self, text: str, dimension: str, amount: float) -> None:
        (figure,) = figures_in(text)

        assert (figure.dimension, figure.least) == (dimension, pytest.approx(amount))

    def test_reads_both_ends_of_a_range(self) -> None:
        assert [figure.least for figure in figures_in("3至5天")] == [3 * 1440, 5 * 1440]

    @pytest.mark.parametrize(
        "text",
        [
            "十项承诺第3条",
            "2023年12月8日起",
            "拨打 95598（24 小时）",
            "24 小时服务热线",
            "一次性告知",
            "最后一次的账单",
            "上一次抄表",
            "身份证和房产证",
        ],
    )
    def test_takes_no_other_number_for_one(self, text: str) -> None:
        assert figures_in(text) == []


class TestIsSameAs:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("24 小时", "1 天"),
            ("七天", "一周"),
            ("90 分钟", "一个半小时"),
            ("1 个月", "30 天"),
            ("十二个月", "一年"),
            ("3 个月", "一个季度"),
            ("0.5 万元", "5000 元"),
            ("5 角", "0.5 元"),
        ],
    )
    def test_knows_one_quantity_in_two_units(self, one: str, other: str) -> None:
        assert same(one, other)

    @pytest.mark.parametrize(
        ("one", "other"), [("3 天", "5 天"), ("1 个月", "15 天"), ("30 元", "30 小时")]
    )
    def test_tells_two_quantities_apart(self, one: str, other: str) -> None:
        assert not same(one, other)


class TestDiffering:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("5 个工作日内答复。", "3 天内答复。"),
            ("5 个工作日内答复。", "3 个工作日内答复。"),
            ("押金 200 元。", "押金 300 元。"),
            ("城区 45 分钟，农村 90 分钟。", "城区 45 分钟，农村 2 小时。"),
        ],
    )
    def test_finds_what_each_text_says_alone(self, one: str, other: str) -> None:
        ((ours, theirs),) = differing(figures_in(one), figures_in(other))

        assert ours.text in one
        assert theirs.text in other

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("24 小时内答复。", "1 天内答复。"),
            ("城区 45 分钟，农村 90 分钟。", "城区 45 分钟。"),
            ("押金 200 元。", "3 天内退。"),
            ("带身份证。", "3 天内退。"),
        ],
        ids=["another unit", "one says less", "about other things", "one says none"],
    )
    def test_finds_none_where_both_can_be_right(self, one: str, other: str) -> None:
        assert differing(figures_in(one), figures_in(other)) == []


class TestOpposed:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("可以。带身份证来。", "不可以，要本人来。"),
            ("需要交押金。", "不需要押金。"),
            ("检测免费。", "检测要收费。"),
            ("能，随时都行。", "不能。"),
            ("允许装在阳台。", "禁止装在阳台。"),
        ],
    )
    def test_hears_yes_against_no(self, one: str, other: str) -> None:
        assert opposed(one, other) is not None
        assert opposed(other, one) is not None

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("可以，带身份证来。", "可以，随时来。"),
            ("可以代办。但是退款不可以代办。", "可以代办。"),
            ("本人可以，代办不可以。", "可以。"),
            ("请拨打 95598。", "不可以。"),
        ],
        ids=["both yes", "no comes later", "tells cases apart", "says neither"],
    )
    def test_hears_none_where_they_do_not_meet(self, one: str, other: str) -> None:
        assert opposed(one, other) is None
