"""Since when: the words as they were said, and the interval a shift leader can count from."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tickets.times import find_since, without_times

SHANGHAI = ZoneInfo("Asia/Shanghai")
SUNDAY = datetime(2026, 11, 22, 10, 30, tzinfo=SHANGHAI)
AFTER_MIDNIGHT = datetime(2026, 11, 22, 0, 20, tzinfo=SHANGHAI)
FIRST_OF_MARCH = datetime(2026, 3, 1, 9, 0, tzinfo=SHANGHAI)
NEW_YEAR = datetime(2027, 1, 1, 8, 15, tzinfo=SHANGHAI)
MONDAY_EVENING = datetime(2026, 11, 23, 21, 40, tzinfo=SHANGHAI)


def interval(said: str, now: datetime) -> str | None:
    """The interval as "day hour:minute–day hour:minute"."""
    since = find_since(said, now)
    return f"{since.start:%m-%d %H:%M}–{since.end:%m-%d %H:%M}" if since else None


class TestFindSince:
    @pytest.mark.parametrize(
        ("said", "since"),
        [
            ("昨晚八点停的电", "昨晚八点"),
            ("从昨晚八点开始", "从昨晚八点开始"),
            ("今天早上七点多", "今天早上七点多"),
            ("昨天夜里两点多跳的闸", "昨天夜里两点多"),
            ("中午十二点半左右", "中午十二点半左右"),
            ("20:15开始的", "20:15开始"),
            ("7点10分就没电了", "7点10分"),
            ("11月20日晚上", "11月20日晚上"),
            ("上周五开始电压低", "上周五开始"),
            ("礼拜天上午", "礼拜天上午"),
            ("从前天晚上开始", "从前天晚上开始"),
            ("刚才突然没电了", "刚才"),
            ("刚刚", "刚刚"),
            ("一大早就没电", "一大早"),
            ("半小时前", "半小时前"),
            ("两个小时了", "两个小时了"),
            ("停了一个多小时了", "停了一个多小时了"),
            ("停了好几个小时", "停了好几个小时"),
            ("停了仨小时了", "停了仨小时了"),
            ("有半天了", "有半天了"),
            ("都三天了还没处理", "都三天了"),
            ("一个礼拜了", "一个礼拜了"),
            ("这两天电压不稳", "这两天"),
            ("今天才发现，从昨晚八点开始的", "从昨晚八点开始"),
            ("从昨晚八点开始的，今天才发现", "从昨晚八点开始"),
            ("昨晚八点停的，现在还停着", "昨晚八点"),
        ],
    )
    def test_keeps_the_customers_own_words(self, said: str, since: str) -> None:
        found = find_since(said, SUNDAY)

        assert found is not None
        assert found.words == since

    @pytest.mark.parametrize(
        "said",
        [
            "明天上午来行吗",
            "后天停电吗",
            "多久能修好",
            "什么时候来电",
            "几点来电",
            "停电多长时间能来",
            "幸福里6栋2单元301",
            "13800138000",
            "快点来",
            "等一下",
            "每月5号交电费",
            "6月份电费怎么这么高",
            "电价是0.5283元",
            "早上好，我家没电了",
            "晚上好",
            "下午好，我想问一下",
            "我有一点问题想问",
            "停电了有一点烦",
            "差一点就触电了",
            "今晚会停电吗",
            "下次晚上打我电话，白天上班",
            "停车费15元一天",
            "充了三百块，表上一分没加",
            "一点通知都没有",
            "换软一点的草",
            "一时想不起来",
            "说好五点来",
            "约了周六上午",
            "提前三天通知",
            "几天给装表",
            "一个月多少度",
            "一个礼拜坏四回",
            "这个月三百二十块",
            "幸福路 28号",
            "文三路24号",
            "今天下午三点来",
            "白天家里没人",
            "三天两头跳闸",
        ],
    )
    def test_finds_none_where_nothing_is_said_to_have_begun(self, said: str) -> None:
        assert find_since(said, SUNDAY) is None

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("八点停的", "11-22 08:00–11-22 08:00"),
            ("十一点停的", "11-21 23:00–11-21 23:00"),
            ("晚上九点一刻停的", "11-21 21:15–11-21 21:15"),
            ("昨晚八点多", "11-21 20:00–11-21 21:00"),
            ("大概九点", "11-22 08:30–11-22 09:30"),
            ("今天十点左右", "11-22 09:30–11-22 10:30"),
            ("20:15停的电", "11-21 20:15–11-21 20:15"),
            ("差不多六点来钟", "11-22 05:30–11-22 06:30"),
            ("八点差五分停的", "11-22 07:55–11-22 07:55"),
            ("昨晚十二点停的", "11-22 00:00–11-22 00:00"),
            ("昨晚一点停的", "11-22 01:00–11-22 01:00"),
            ("昨天中午一点", "11-21 13:00–11-21 13:00"),
            ("凌晨三点三刻", "11-22 03:45–11-22 03:45"),
            ("一点停的电", "11-22 01:00–11-22 01:00"),
        ],
    )
    def test_reads_a_clock(self, said: str, meant: str) -> None:
        assert interval(said, SUNDAY) == meant

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("今早停的", "11-22 06:00–11-22 09:00"),
            ("上午就没水了", "11-22 08:00–11-22 10:30"),
            ("昨天下午停的", "11-21 12:00–11-21 18:00"),
            ("昨晚停的", "11-21 18:00–11-22 00:00"),
            ("傍晚停的", "11-21 17:00–11-21 19:00"),
            ("今天停的", "11-22 00:00–11-22 10:30"),
            ("前天停的", "11-20 00:00–11-21 00:00"),
            ("大前天停的", "11-19 00:00–11-20 00:00"),
            ("寻晚停的", "11-21 18:00–11-22 00:00"),
            ("周三开始没热水", "11-18 00:00–11-19 00:00"),
            ("星期天停的", "11-22 00:00–11-22 10:30"),
            ("上周五停的气", "11-13 00:00–11-14 00:00"),
            ("上礼拜天漏的水", "11-15 00:00–11-16 00:00"),
            ("11月20号停的", "11-20 00:00–11-21 00:00"),
            ("20号下午跳的闸", "11-20 12:00–11-20 18:00"),
            ("上个月25号坏的", "10-25 00:00–10-26 00:00"),
            ("十一月十九号早上", "11-19 06:00–11-19 09:00"),
        ],
    )
    def test_reads_a_day_and_a_part_of_one(self, said: str, meant: str) -> None:
        assert interval(said, SUNDAY) == meant

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("刚才停的", "11-22 10:00–11-22 10:30"),
            ("半小时前", "11-22 10:00–11-22 10:00"),
            ("停了一个半小时了", "11-22 09:00–11-22 09:00"),
            ("都俩小时了", "11-22 08:30–11-22 08:30"),
            ("三个多小时了", "11-22 06:30–11-22 07:30"),
            ("十多个小时了", "11-21 14:30–11-22 00:30"),
            ("半个多小时了", "11-22 09:30–11-22 10:00"),
            ("大概两个小时了", "11-22 08:00–11-22 09:00"),
            ("一小时左右", "11-22 09:00–11-22 10:00"),
            ("三小时以上", "11-21 07:30–11-22 07:30"),
            ("四十分钟前", "11-22 09:50–11-22 09:50"),
            ("停咗两个钟", "11-22 08:30–11-22 08:30"),
            ("漏水三天了", "11-19 00:00–11-20 00:00"),
            ("一个礼拜了", "11-15 00:00–11-16 00:00"),
            ("半个月了", "11-07 00:00–11-08 00:00"),
        ],
    )
    def test_counts_back_from_now(self, said: str, meant: str) -> None:
        assert interval(said, SUNDAY) == meant

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("刚刚停的", "11-21 23:50–11-22 00:20"),
            ("半小时前", "11-21 23:50–11-21 23:50"),
            ("昨晚八点停的", "11-21 20:00–11-21 20:00"),
            ("今晚八点停的", "11-21 20:00–11-21 20:00"),
            ("晚上九点停的", "11-21 21:00–11-21 21:00"),
            ("早上七点停的", "11-21 07:00–11-21 07:00"),
            ("凌晨停的", "11-22 00:00–11-22 00:20"),
            ("昨晚十二点停的", "11-22 00:00–11-22 00:00"),
        ],
    )
    def test_counts_right_just_after_midnight(self, said: str, meant: str) -> None:
        assert interval(said, AFTER_MIDNIGHT) == meant

    @pytest.mark.parametrize(
        ("now", "said", "meant"),
        [
            (FIRST_OF_MARCH, "昨天停的", "02-28 00:00–03-01 00:00"),
            (FIRST_OF_MARCH, "上周五停的", "02-20 00:00–02-21 00:00"),
            (FIRST_OF_MARCH, "28号早上停的", "02-28 06:00–02-28 09:00"),
            # the latest 30th there was
            (FIRST_OF_MARCH, "30号早上停的", "01-30 06:00–01-30 09:00"),
            (NEW_YEAR, "前天晚上停的", "12-30 18:00–12-31 00:00"),
            (NEW_YEAR, "12月31号停的", "12-31 00:00–01-01 00:00"),
            (NEW_YEAR, "昨晚十点停的", "12-31 22:00–12-31 22:00"),
            (MONDAY_EVENING, "周一停的", "11-23 00:00–11-23 21:40"),
            (MONDAY_EVENING, "上周一停的", "11-16 00:00–11-17 00:00"),
            (MONDAY_EVENING, "八点停的", "11-23 20:00–11-23 20:00"),
            (MONDAY_EVENING, "晚上停的", "11-23 18:00–11-23 21:40"),
        ],
    )
    def test_goes_over_the_ends_of_weeks_months_and_years(
        self, now: datetime, said: str, meant: str
    ) -> None:
        assert interval(said, now) == meant

    @pytest.mark.parametrize(
        ("said", "words"),
        [("不是今早，是昨晚就开始了", "昨晚"), ("说错了，是昨天不是今天", "昨天")],
    )
    def test_leaves_out_what_is_denied(self, said: str, words: str) -> None:
        since = find_since(said, SUNDAY)

        assert since is not None
        assert since.words == words

    @pytest.mark.parametrize(
        "said",
        [
            "9999年就坏了",
            "停了999年了",
            "13/40号停的",
            "停了九九万万天了",
            "停了999个月了",
            "0月0号停的",
            "二月三十号停的",
            "31点61分",
        ],
    )
    def test_takes_impossible_times_calmly(self, said: str) -> None:
        since = find_since(said, SUNDAY)

        assert since is None or since.end <= SUNDAY

    def test_never_reaches_beyond_now(self) -> None:
        since = find_since("今天上午十点多停的", SUNDAY)

        assert since is not None
        assert since.end == SUNDAY

    def test_writes_the_interval_with_its_offset(self) -> None:
        since = find_since("昨晚八点多", SUNDAY)

        assert since is not None
        assert since.iso() == "2026-11-21T20:00+08:00/2026-11-21T21:00+08:00"

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ("昨晚停的电，明天能来吗", "昨晚"),
            ("早上七点停的，多久能修好", "早上七点"),
            ("昨晚八点停到今天早上", "昨晚八点"),
        ],
    )
    def test_leaves_out_what_is_yet_to_come(self, said: str, words: str) -> None:
        since = find_since(said, SUNDAY)

        assert since is not None
        assert since.words == words


class TestWithoutTimes:
    def test_hides_them_and_keeps_the_length(self) -> None:
        said = "昨晚八点停的，幸福里6栋"

        hidden = without_times(said)

        assert hidden == "____停的，幸福里6栋"
