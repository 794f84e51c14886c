"""What the desk reads out of a customer's own words, and what it must not read into them."""

import subprocess
import sys

import pytest

from desk.settings import ROOT
from tickets.details import (
    find_address,
    find_choice,
    find_phone,
    find_since,
    find_ticket_number,
    read_details,
    tidy_place,
)
from tickets.profile import Profile

NUMBER = "2026112100012"
READ_ADDRESS = "import sys; from tickets.details import find_address; find_address(sys.argv[1])"


class TestReadDetails:
    def test_takes_everything_out_of_one_long_line(self, power: Profile) -> None:
        said = "我要报修，城关镇红旗村5组停电一个多小时，手机15912345678，全村都没电"

        details = read_details(said, power)

        assert details == {
            "fault_kind": "停电",
            "address": "城关镇红旗村5组",
            "since": "一个多小时",
            "scope": "整个小区或一片",
            "phone": "15912345678",
        }

    def test_takes_a_ticket_number_and_a_phone_from_one_line(self, power: Profile) -> None:
        details = read_details("工单号2026 1121 0001 2，电话13800138000", power)

        assert details == {"ticket_no": NUMBER, "phone": "13800138000"}

    def test_reads_full_width_digits(self, power: Profile) -> None:
        details = read_details("手机１３８００１３８０００，幸福里６栋２单元３０１", power)

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
        ],
    )
    def test_reads_nothing_into_a_line_without_details(self, power: Profile, said: str) -> None:
        assert read_details(said, power) == {}

    @pytest.mark.parametrize(
        "filling",
        ["我", "村", "1号", "幸福路1栋,-", "2026 ", "1380013800 ", "刚停了两个小时"],
    )
    def test_reads_the_longest_line_there_is(self, power: Profile, filling: str) -> None:
        longest = (filling * 2_000)[:1_980] + "，电话13800138000"

        assert read_details(longest, power)["phone"] == "13800138000"

    @pytest.mark.parametrize(
        "filling",
        [
            "小区",
            "区",
            "我们省市",
        ],
    )
    def test_never_freezes_the_desk_over_one_line(self, filling: str) -> None:
        annoying = filling * 100 + "好"

        # a process of its own, because nothing in Python can stop a regular expression
        read = subprocess.run(
            [sys.executable, "-c", READ_ADDRESS, annoying], cwd=ROOT, timeout=5, check=False
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
        ],
    )
    def test_gives_it_as_dialled_inside_the_country(self, said: str, phone: str) -> None:
        assert find_phone(said) == phone

    def test_takes_the_last_because_a_correction_names_the_wrong_one_first(self) -> None:
        assert find_phone("不是13911112222，是13800138000") == "13800138000"

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
            "id card",
            "money",
            "last four",
            "emergency number",
        ],
    )
    def test_finds_none_in_other_digits(self, said: str) -> None:
        assert find_phone(said) is None


class TestFindAddress:
    @pytest.mark.parametrize(
        ("said", "address"),
        [
            ("幸福里6栋2单元301停电了", "幸福里6栋2单元301"),
            ("我住在幸福里6栋", "幸福里6栋"),
            ("地址是中山大道101号3单元502", "中山大道101号3单元502"),
            (
                "你好我家在西湖区文三路478号2单元601没电了从下午三点开始的",
                "西湖区文三路478号2单元601",
            ),
            (
                "我家在朝阳区建国路88号院3号楼2单元1001室",
                "朝阳区建国路88号院3号楼2单元1001室",
            ),
            (
                "湖南省长沙市岳麓区麓山南路932号",
                "湖南省长沙市岳麓区麓山南路932号",
            ),
            ("上海市徐汇区漕溪北路398弄2号楼1801室", "上海市徐汇区漕溪北路398弄2号楼1801室"),
            ("成都市武侯区天府大道中段688号", "成都市武侯区天府大道中段688号"),
            ("城关镇红旗村5组停电", "城关镇红旗村5组"),
            ("王家村三组", "王家村三组"),
            ("李庄村3组王大爷家", "李庄村3组"),
            ("双龙镇石桥村7组18号", "双龙镇石桥村7组18号"),
            ("阳光小区12栋3单元502没电", "阳光小区12栋3单元502"),
            ("万达公寓A座1203", "万达公寓A座1203"),
            ("翻身胡同12号", "翻身胡同12号"),
            ("6栋2单元301", "6栋2单元301"),
            ("三号楼二单元都没电", "三号楼二单元"),
            ("麻烦来幸福里6栋看看", "幸福里6栋"),
            ("地址不对，应该是幸福里8栋301", "幸福里8栋301"),
            ("不对，地址是翠竹小区8栋301", "翠竹小区8栋301"),
            ("幸福里6栋2单元301，不是302", "幸福里6栋2单元301"),
            ("请到和平里小区", "和平里小区"),
            ("我在万达广场上班，家是幸福里6栋2单元301", "幸福里6栋2单元301"),
            ("幸福里6栋2单元301，就在万达广场旁边", "幸福里6栋2单元301"),
            ("地址：海淀区中关村大街27号", "海淀区中关村大街27号"),
            ("龙湖花园二期5栋1单元1802", "龙湖花园二期5栋1单元1802"),
            ("银河湾3区12号楼5单元", "银河湾3区12号楼5单元"),
            ("绿地中央广场2期B座1506", "绿地中央广场2期B座1506"),
            ("城南新城B区5栋", "城南新城B区5栋"),
            ("幸福里六栋二单元三零一", "幸福里六栋二单元三零一"),
            ("幸福里6-2-301", "幸福里6-2-301"),
        ],
    )
    def test_finds_the_place(self, said: str, address: str) -> None:
        assert find_address(said) == address

    @pytest.mark.parametrize(
        "said",
        [
            "家里没电",
            "我们小区停电了",
            "整个小区都没电",
            "这个小区",
            "这个村子没电",
            "我们学校停电了",
            "我住7楼",
            "我在路上",
            "我在南京路上",
            "我在公司上班",
            "电费太高，我要去市里投诉",
            "街道办让我打的",
            "省里的政策",
            "城里人用电贵吗",
            "你们营业厅在哪条路",
            "三室一厅用多大的电表",
            "一户一表怎么办",
            "二层阶梯怎么算",
            "6月5号停的电",
            "3号公告说停电",
            "每月5号交电费",
            "充电桩接在12号车位",
            "怎么办理过户",
            "昨晚八点",
            "你们小区经理是谁",
            "为什么我们小区老停电",
            "居民小区能不能装充电桩",
            "老旧小区改造什么时候到我们这",
        ],
    )
    def test_finds_none_where_no_place_is_named(self, said: str) -> None:
        assert find_address(said) is None


class TestTidyPlace:
    @pytest.mark.parametrize(
        ("said", "place"),
        [
            ("就是老火车站对面那个院子", "老火车站对面那个院子"),
            ("我家在老火车站对面", "老火车站对面"),
            ("地址改成：供销社后面", "供销社后面"),
            ("  幸福里6栋，", "幸福里6栋"),
        ],
    )
    def test_leaves_out_the_words_that_lead_up_to_it(self, said: str, place: str) -> None:
        assert tidy_place(said) == place


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
        assert find_since(said) == since

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
        ],
    )
    def test_finds_none_where_nothing_is_said_to_have_begun(self, said: str) -> None:
        assert find_since(said) is None


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
        assert find_choice(said, power.fault_kinds) == kind

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
        assert find_choice(said, power.fault_kinds) is None

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
        assert find_choice(said, power.scopes) == scope

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
        assert find_choice(said, power.scopes) is None
