"""What the desk reads out of a customer's own words, and what it must not read into them."""

import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from desk.settings import ROOT
from tickets.details import (
    find_account,
    find_amount,
    find_choice,
    find_name,
    find_phone,
    find_ticket_number,
    read_details,
)
from tickets.profile import Profile

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
NUMBER = "2026112100012"
READ_LINE = """
import sys, time
from datetime import UTC, datetime
from types import SimpleNamespace
from tickets.details import read_details
read_details(sys.argv[1], SimpleNamespace(timezone="Asia/Shanghai"), datetime.now(UTC))
"""


class TestReadDetails:
    def test_takes_everything_out_of_one_long_line(self, power: Profile) -> None:
        said = "我要报修，城关镇红旗村5组停电一个多小时，手机15912345678，全村都没电，我姓王"

        details = read_details(said, power, NOW)

        assert details == {
            "address": "城关镇红旗村5组",
            "since": "一个多小时",
            "since_interval": "2026-11-22T08:30+08:00/2026-11-22T09:30+08:00",
            "phone": "15912345678",
            "name": "王",
        }

    def test_takes_account_and_amount_from_a_complaint(self, power: Profile) -> None:
        said = "户号3301234567890，上个月多扣了我八十六块五，打13800138000"

        details = read_details(said, power, NOW)

        assert details == {
            "account_no": "3301234567890",
            "amount": "86.5",
            "phone": "13800138000",
        }

    def test_takes_a_ticket_number_and_a_phone_from_one_line(self, power: Profile) -> None:
        details = read_details("工单号2026 1121 0001 2，电话13800138000", power, NOW)

        assert details == {"ticket_no": NUMBER, "phone": "13800138000"}

    @pytest.mark.parametrize(
        ("said", "number"),
        [
            ("单号2026112100015，查一下", "2026112100015"),
            ("工单2026 1121 0010 2", "2026112100102"),
            ("2026-1121-0001-5到哪了", "2026112100015"),
        ],
    )
    def test_says_which_ticket_number_cannot_be_right(
        self, power: Profile, said: str, number: str
    ) -> None:
        assert read_details(said, power, NOW)["wrong_ticket_no"] == number

    @pytest.mark.parametrize(
        "said",
        [
            "2026112100015，说错了，是2026112100012",
            "户号2026112100015",
            "2099130199999",
            "3301234567890",
        ],
        ids=["put right", "account", "no such month", "no year"],
    )
    def test_calls_no_other_number_a_wrong_ticket_number(self, power: Profile, said: str) -> None:
        assert "wrong_ticket_no" not in read_details(said, power, NOW)

    def test_counts_since_when_on_the_clock_of_the_centre(self, power: Profile) -> None:
        in_utc = datetime(2026, 11, 21, 23, 0, tzinfo=ZoneInfo("UTC"))

        details = read_details("早上六点停的电", power, in_utc)

        assert details["since_interval"] == "2026-11-22T06:00+08:00/2026-11-22T06:00+08:00"

    def test_reads_full_width_digits(self, power: Profile) -> None:
        details = read_details("手机１３８００１３８０００，幸福里６栋２单元３０１", power, NOW)

        assert details == {"phone": "13800138000", "address": "幸福里6栋2单元301"}

    @pytest.mark.parametrize(
        "said",
        [
            "",
            "你好",
            "谢谢您",
            "电费怎么算",
            "过户需要什么材料",
            "转人工",
            "你们态度太差了",
            "好的",
            "一点通知都没有",
            "楼道墙皮掉了一块",
            "你叫什么名字",
        ],
    )
    def test_reads_nothing_into_a_line_without_details(self, power: Profile, said: str) -> None:
        assert read_details(said, power, NOW) == {}

    @pytest.mark.parametrize(
        "filling",
        [
            "我",
            "村",
            "1号",
            "幸福路1栋,-",
            "2026 ",
            "1380013800 ",
            "刚停了两个小时",
            "户号1",
            "扣一百",
        ],
    )
    def test_reads_the_longest_line_there_is(self, power: Profile, filling: str) -> None:
        longest = (filling * 2_000)[:1_980] + "，电话13800138000"

        assert read_details(longest, power, NOW)["phone"] == "13800138000"

    @pytest.mark.parametrize(
        "filling",
        ["小区", "区", "市", "我们省市", "12- ", "幺三", "大概都停了", "扣一百块", "我叫李", "8点"],
    )
    def test_never_freezes_the_desk_over_one_line(self, filling: str) -> None:
        annoying = (filling * 2_000)[:1_999] + "好"

        # a process of its own, because nothing in Python can stop a regular expression
        read = subprocess.run(
            [sys.executable, "-c", READ_LINE, annoying], cwd=ROOT, timeout=60, check=False
        )

        assert read.returncode == 0


class TestFindTicketNumber:
    @pytest.mark.parametrize(
        "said",
        [
            NUMBER,
            "2026 1121 0001 2",
            "2026-1121-0001-2",
            "我的单子2026112100012到哪了",
            "工单号：2026112100012。",
            "2026112100012，13800138000",
            "2026112100012 13800138000",
            "2026112100012 138 0013 8000",
            "2026 1121 0001 2 138 0013 8000",
        ],
    )
    def test_finds_it_however_it_is_written(self, said: str) -> None:
        assert find_ticket_number(said) == NUMBER

    @pytest.mark.parametrize(
        "said",
        [
            "2026112100015",
            "2026 1121 0010 2",
            "户号3301234567890",
            "13800138000",
            "身份证330106199001011234",
            "2026年11月21日",
            "订单A2026112100012",
        ],
        ids=["wrong digit", "swapped", "account", "phone", "id card", "date", "part of a word"],
    )
    def test_finds_none_in_other_digits(self, said: str) -> None:
        assert find_ticket_number(said) is None

    def test_takes_the_right_one_after_a_slip(self) -> None:
        assert find_ticket_number("2026112100015，说错了，是2026112100012") == NUMBER


class TestFindPhone:
    @pytest.mark.parametrize(
        ("said", "phone"),
        [
            ("13800138000", "13800138000"),
            ("138 0013 8000", "13800138000"),
            ("138-0013-8000", "13800138000"),
            ("电话是138 0013 8000，姓李", "13800138000"),
            ("+86 138 0013 8000", "13800138000"),
            ("0086 13800138000", "13800138000"),
            ("打一三八零零一三八零零零", "13800138000"),
            ("幺三八零零幺三八零零零", "13800138000"),
            ("一三九一二三四五六七八", "13912345678"),
            ("0571-88886666", "0571-88886666"),
            ("座机057188886666", "0571-88886666"),
            ("(0571)88886666", "0571-88886666"),
            ("010 6234 5678", "010-62345678"),
            ("021-61234567转801", "021-61234567"),
            ("0816-2345678", "0816-2345678"),
            ("我手机是一三九 一二三四 五六七八", "13912345678"),
            ("单号2026112100012 138 0013 8000", "13800138000"),
            ("号码一三八，零零一三，八零零零", "13800138000"),
            ("138，0013，8000", "13800138000"),
            ("座机零五七一 八八八八 六六六六", "0571-88886666"),
            ("户号就是我手机号13800138000", "13800138000"),
        ],
    )
    def test_gives_it_as_dialled_inside_the_country(self, said: str, phone: str) -> None:
        assert find_phone(said) == phone

    def test_takes_the_last_because_a_correction_names_the_wrong_one_first(self) -> None:
        assert find_phone("不是13911112222，是13800138000") == "13800138000"

    def test_leaves_out_the_number_that_is_denied_last(self) -> None:
        assert find_phone("是13800138000，不是13911112222") == "13800138000"

    @pytest.mark.parametrize(
        "said",
        [
            "1380013800",
            "138001380001",
            "12345",
            "95598",
            "62345678",
            "2026112100012",
            "户号3301234567890",
            "户号2701122330",
            "别人的是2200456798",
            "身份证330106199001011234",
            "这个月电费一百二十三块",
            "尾号8000",
            "幺幺零",
        ],
        ids=[
            "a digit short",
            "a digit long",
            "hotline",
            "our own hotline",
            "landline without area code",
            "ticket number",
            "account",
            "account like a landline",
            "digits like a landline",
            "id card",
            "money",
            "last four",
            "emergency number",
        ],
    )
    def test_finds_none_in_other_digits(self, said: str) -> None:
        assert find_phone(said) is None


class TestFindAccount:
    @pytest.mark.parametrize(
        ("said", "number"),
        [
            ("户号3301234567890", "3301234567890"),
            ("我的户号是 3301 2345 67", "3301234567"),
            ("户号十三位的 3701020304056", "3701020304056"),
            ("用户编号：0086-1234-57", "0086123457"),
            ("表号三三零一零零五六七八九零一", "3301005678901"),
            ("气卡号88001234", "88001234"),
            ("户号3301234567890，电话13800138000", "3301234567890"),
        ],
    )
    def test_takes_what_is_named_as_one(self, said: str, number: str) -> None:
        assert find_account(said) == number

    @pytest.mark.parametrize(
        "said",
        [
            "3301234567890",
            "电话13800138000",
            "户号忘了，电话13800138000",
            "户号13800138000",
            "户号在哪里看",
            "户号1234",
        ],
    )
    def test_takes_no_other_digits(self, said: str) -> None:
        assert find_account(said) is None


class TestFindAmount:
    @pytest.mark.parametrize(
        ("said", "yuan"),
        [
            ("这个月电费86.5元", "86.5"),
            ("八十六块五", "86.5"),
            ("四十三块七毛", "43.7"),
            ("扣了我300块", "300"),
            ("多扣了一百二", "120"),
            ("交了两千零五十", "2050"),
            ("损失三千八百块", "3800"),
            ("押金600退给我", "600"),
            ("收费1,200元", "1200"),
            ("赔我1.5万元", "15000"),
            ("收了¥35.50", "35.5"),
            ("多收了我一万二", "12000"),
            ("停车费15元一天", "15"),
            ("一度收一块八", "1.8"),
            ("涨到三块", "3"),
        ],
    )
    def test_reads_a_sum_in_yuan(self, said: str, yuan: str) -> None:
        assert find_amount(said) == yuan

    @pytest.mark.parametrize(
        "said",
        [
            "一块儿交行不行",
            "装了两块电表",
            "全院就一块大表",
            "交了几千块",
            "用了三百度电",
            "交费交到6栋",
            "要打12345投诉",
            "交了三百多度的电费",
            "一元二次方程",
            "两个小时",
            "十八栋",
        ],
    )
    def test_reads_no_sum_into_other_numbers(self, said: str) -> None:
        assert find_amount(said) is None


class TestFindName:
    @pytest.mark.parametrize(
        ("said", "name"),
        [
            ("我姓王", "王"),
            ("免贵姓欧阳", "欧阳"),
            ("我叫李秀芬", "李秀芬"),
            ("联系人刘建国，电话13800138000", "刘建国"),
            ("叫我张阿姨就行", "张阿姨"),
            ("联系人：老赵", "老赵"),
            ("户主姓陈", "陈"),
            ("户名刘洋 15810223467", "刘洋"),
            ("写成王伟了，我叫汪伟", "汪伟"),
        ],
    )
    def test_takes_the_name_the_customer_gives(self, said: str, name: str) -> None:
        assert find_name(said) == name

    @pytest.mark.parametrize(
        "said",
        [
            "你叫什么名字",
            "叫我等着",
            "户名怎么改",
            "户主是我爸",
            "别把我名字透出去",
            "李老师家停电",
        ],
    )
    def test_takes_no_name_where_none_is_given(self, said: str) -> None:
        assert find_name(said) is None


class TestFindChoice:
    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            ("我家停电了", "停电"),
            ("突然没电", "停电"),
            ("楼里一片黑", "停电"),
            ("三相缺相", "停电"),
            ("电压不稳，灯一闪一闪", "电压异常"),
            ("空调带不动", "电压异常"),
            ("灯忽明忽暗", "电压异常"),
            ("一合就跳闸", "跳闸"),
            ("空开老跳", "跳闸"),
            ("合不上闸", "跳闸"),
            ("电表黑屏了", "电表异常"),
            ("我家电表坏了", "电表异常"),
            ("门口电线杆歪了", "线路设备隐患"),
            ("电线垂得很低", "线路设备隐患"),
            ("变压器嗡嗡响", "线路设备隐患"),
            ("空气开关老是跳", "跳闸"),
            ("电表不转了", "电表异常"),
        ],
    )
    def test_knows_the_kind_of_fault(self, power: Profile, said: str, kind: str) -> None:
        assert find_choice(said, power.fields["fault_kind"].choices) == kind

    @pytest.mark.parametrize(
        "said",
        [
            "电费怎么算",
            "过户要什么材料",
            "家里来电了",
            "我要投诉",
            "电线杆上有小广告",
            "不知道别人家有没有电",
        ],
    )
    def test_knows_no_kind_where_no_fault_is_told(self, power: Profile, said: str) -> None:
        assert find_choice(said, power.fields["fault_kind"].choices) is None

    @pytest.mark.parametrize(
        ("said", "scope"),
        [
            ("就我家没电", "只有我家"),
            ("邻居都有电", "只有我家"),
            ("隔壁有电", "只有我家"),
            ("整栋楼都没电", "整栋楼或单元"),
            ("楼上楼下都没有", "整栋楼或单元"),
            ("这个单元都停了", "整栋楼或单元"),
            ("全村都没电", "整个小区或一片"),
            ("我们小区都停电了", "整个小区或一片"),
            ("整条街黑了", "整个小区或一片"),
            ("好几栋楼都停了", "整个小区或一片"),
        ],
    )
    def test_knows_how_far_it_reaches(self, power: Profile, said: str, scope: str) -> None:
        assert find_choice(said, power.fields["scope"].choices) == scope

    @pytest.mark.parametrize(
        "said",
        [
            "我家停电了",
            "电费怎么交",
            "不知道别人家怎么样",
            "一户一表怎么办理",
        ],
    )
    def test_knows_no_reach_where_none_is_told(self, power: Profile, said: str) -> None:
        assert find_choice(said, power.fields["scope"].choices) is None
