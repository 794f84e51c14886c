"""Dangers that must be heard, and lines that only sound like one."""

import time
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from conversations.emergency import find_emergency
from conversations.reading import plain
from desk.settings import ROOT
from knowledge.importing.questions_yaml import read_questions
from tickets.profile import Profile

HERE = Path(__file__).parent
QUESTIONS = ROOT / "profiles" / "power" / "questions" / "test.yml"
# entries whose questions tell of a danger that is there now
OF_DANGER = ("safety-", "quality-high-voltage", "service-emergency")
MOST_FALSE_ALARMS = 0.02
LONGEST_LINE = 2000
# a pattern that backtracks takes minutes, a sound one half a second on a busy machine
MOST_CPU_SECONDS = 10.0

DANGERS = [
    ("有人触电了", "shock"),
    ("我爸被电到了，倒在地上", "shock"),
    ("孩子摸插座被电了", "shock"),
    ("工人被电击了，快来人", "shock"),
    ("邻居被电倒了", "shock"),
    ("有个人电晕了", "shock"),
    ("我老公修灯的时候触电，没反应了", "shock"),
    ("救命啊有人被电了", "shock"),
    ("孩子触电了怎么办", "shock"),
    ("电线断了掉在路上", "line"),
    ("高压线掉下来了", "line"),
    ("门口有根电线耷拉着", "line"),
    ("挖掘机把电缆挖断了", "line"),
    ("大树把电线砸断了", "line"),
    ("大风把电线刮断了，垂到地上", "line"),
    ("路边火线落地了", "line"),
    ("电线杆倒了", "pole"),
    ("电杆被车撞断了", "pole"),
    ("电线杆要倒了", "pole"),
    ("铁塔倒了", "pole"),
    ("电线杆被撞歪了快倒了", "pole"),
    ("变压器着火了", "fire"),
    ("电表箱冒烟了", "fire"),
    ("插座冒火花", "fire"),
    ("家里电线起火了", "fire"),
    ("电线烧起来了", "fire"),
    ("配电箱爆炸了", "fire"),
    ("空开冒黑烟", "fire"),
    ("我家起火了", "fire"),
    ("漏电保护器冒烟了", "fire"),
    ("配电房进水了", "flood"),
    ("电表箱被水淹了", "flood"),
    ("地下室配电室被淹", "flood"),
    ("箱变泡水了", "flood"),
    ("小区开关房进水", "flood"),
    ("我被困在电梯里了", "trapped"),
    ("老人卡在电梯里", "trapped"),
    ("他被高压电打了", "shock"),
    ("有人让电打了，不动了", "shock"),
    ("小孩摸电表箱被电着了", "shock"),
    ("刚才有人触电险些没命", "shock"),
    ("水龙头电人，麻得很", "shock"),
    ("电线掉水里了", "line"),
    ("高压线垂下来快碰到人了", "line"),
    ("变压器砸下来了", "pole"),
    ("变压器炸了", "fire"),
    ("电箱里噼里啪啦打火", "fire"),
    ("停电了电梯里关着人", "trapped"),
    ("停电了，电梯里有人出不来", "trapped"),
    ("厨房一股煤气味，不敢开灯", "gas"),
    ("家里天然气漏了", "gas"),
    ("电线断了掉地上，怎么防止小孩去碰", "line"),
    ("变压器着火了，怎么避免烧到房子", "fire"),
    ("电梯停电人困在里面", "trapped"),
    ("热水器漏电电到我了", "shock"),
    ("洗澡时热水器电了我一下", "shock"),
    ("钓鱼竿碰到高压线，人被打了", "shock"),
    ("大树倒了压在电线上", "line"),
    ("洗完澡头晕恶心，热水器还开着", "co"),
    ("煤气中毒了，我妈叫不醒", "co"),
    ("有人被砸伤了，头上都是血", "hurt"),
    ("老人从楼梯上滚下来不动了", "hurt"),
]

HARMLESS = [
    "我家停电了",
    "断路器合不上",
    "漏电保护器老跳",
    "触电保护器多少钱一个",
    "怎么防止触电",
    "电线断了的赔偿标准是什么",
    "高压线保护区是多少米",
    "用电安全知识有吗",
    "你们的服务让我很恼火",
    "我真的要发火了",
    "燃气灶打不着火",
    "电梯困难的老楼能加装吗",
    "加装电梯怎么办用电",
    "变压器嗡嗡响",
    "电线老化要换",
    "电线杆能不能挪走",
    "电缆费用谁出",
    "停电了电梯不走",
    "断了三天电了",
    "电压高把电视烧了",
    "火锅店用电怎么报装",
    "工单卡住了吗",
    "这个月电费高得吓死人",
    "手机充电线断了去哪买",
    "你们的服务气得我直冒火",
    "加装电梯的申请卡在哪一步了",
    "停电打95598打不通",
    "没电打不了电话",
    "你们供电人员态度不好",
    "用电人过户要什么材料",
    "电线短路老掉闸",
    "是不是电线老化，家里总掉电",
    "停电停得我心态炸了",
]


@cache
def held_out(name: str) -> tuple[str, ...]:
    """The lines of a held-out file; those of dangers lie under the danger's name."""
    data = YAML(typ="safe").load(HERE / name)
    return tuple(line for lines in data.values() for line in lines)


def hear(said: str, profile: Profile) -> str | None:
    """The name of the danger that is heard, read as the desk reads a line."""
    heard = find_emergency(plain(said, profile), profile)
    return next((name for name, danger in profile.dangers.items() if danger is heard), None)


class TestFindEmergency:
    @pytest.mark.parametrize(("said", "danger"), DANGERS)
    def test_hears_a_danger(self, power: Profile, said: str, danger: str) -> None:
        assert hear(said, power) == danger

    @pytest.mark.parametrize("said", HARMLESS)
    def test_hears_none_in_a_harmless_line(self, power: Profile, said: str) -> None:
        assert hear(said, power) is None

    def test_hears_every_held_out_danger(self, power: Profile) -> None:
        lines = held_out("heldout_emergencies.yml")

        missed = [line for line in lines if hear(line, power) is None]

        assert len(lines) > 250
        assert missed == []

    def test_rarely_cries_wolf_over_held_out_lines(self, power: Profile) -> None:
        lines = held_out("heldout_harmless.yml")

        false_alarms = [line for line in lines if hear(line, power) is not None]

        rate = len(false_alarms) / len(lines)
        print(f"false alarms: {rate:.1%} of {len(lines)} lines: {false_alarms}")
        assert len(lines) > 400
        assert rate <= MOST_FALSE_ALARMS

    def test_rarely_cries_wolf_over_what_customers_ask(self, power: Profile) -> None:
        asked = [
            question
            for question in read_questions(QUESTIONS)
            if not any(entry.startswith(OF_DANGER) for entry in question.relevant)
        ]

        false_alarms = [each.text for each in asked if hear(each.text, power) is not None]

        rate = len(false_alarms) / len(asked)
        print(f"false alarms: {rate:.1%} of {len(asked)} questions: {false_alarms}")
        assert len(asked) > 200
        assert rate <= MOST_FALSE_ALARMS

    @pytest.mark.parametrize(
        "said",
        [
            "变 压 器 着 火 了",
            "　变压器　着火了！！！",
            "变压器\n着火了",
            "變壓器著火了",
            "ＦＩＲＥ 变压器",
            "配店箱冒黑咽了",
            "我家停电了，我要报修，对了楼下变压器着火了，电话13800138000",
            "喂喂喂在吗" * 100 + "变压器着火了",
        ],
        ids=[
            "spaced out",
            "full width",
            "two lines",
            "traditional",
            "Latin",
            "same sound",
            "in the middle",
            "at the end",
        ],
    )
    def test_hears_it_however_it_is_written(self, power: Profile, said: str) -> None:
        assert hear(said, power) == "fire"

    def test_hears_the_person_before_the_fire(self, power: Profile) -> None:
        assert hear("变压器着火了，还有人触电了", power) == "shock"


class TestClauses:
    @pytest.mark.parametrize(
        "said",
        ["配电房进水了", "配电房 那边 进水了", "进水了！是配电房！"],
        ids=["in one", "with one between", "the other way round"],
    )
    def test_puts_together_what_was_said_nearby(self, power: Profile, said: str) -> None:
        assert hear(said, power) == "flood"

    def test_does_not_put_together_what_was_said_far_apart(self, power: Profile) -> None:
        assert hear("我去过配电房，没见着人，门也锁了，钥匙在谁那，我家卫生间进水", power) is None

    @pytest.mark.parametrize("said", ["停电，人都走了", "水管坏了 电表箱在哪"])
    def test_reads_no_word_across_an_end(self, power: Profile, said: str) -> None:
        assert hear(said, power) is None

    @pytest.mark.parametrize(
        ("said", "danger"),
        [
            ("停电到我家这边来", None),
            ("漏电电到我了", "shock"),
            ("停电了，电梯里关着人", "trapped"),
        ],
    )
    def test_reads_the_longest_word_first(
        self, power: Profile, said: str, danger: str | None
    ) -> None:
        assert hear(said, power) == danger


class TestCalm:
    @pytest.mark.parametrize(
        ("said", "danger"),
        [
            ("没着火", None),
            ("没有煤气味", None),
            ("没有人被困在里面", None),
            ("不是电梯困人，是门坏了", None),
            ("没着火，就是煤气味特别大", "gas"),
            ("没停电，但是线断了掉地上", "line"),
            ("没敢开灯，一股煤气味", "gas"),
            ("是不是漏气了", "gas"),
            ("没，着火了", "fire"),
        ],
    )
    def test_a_denial_undoes_only_what_stands_right_after_it(
        self, power: Profile, said: str, danger: str | None
    ) -> None:
        assert hear(said, power) == danger

    @pytest.mark.parametrize(
        ("said", "danger"),
        [
            ("怎么防止触电", None),
            ("触电了怎么急救", None),
            ("我爸触电了怎么急救", "shock"),
            ("触电了怎么急救，我爸躺着不动", "shock"),
            ("触电了怎么急救，快来人", "shock"),
            ("触电了怎么办", "shock"),
            ("如果闻到煤气味该找谁", None),
            ("煤气味好大，万一爆炸怎么办", "gas"),
            ("变压器会爆炸吗", None),
            ("一氧化碳中毒如何处理", None),
        ],
    )
    def test_knows_a_general_question_from_a_cry_for_help(
        self, power: Profile, said: str, danger: str | None
    ) -> None:
        assert hear(said, power) == danger

    @pytest.mark.parametrize(
        ("said", "danger"),
        [
            ("去年变压器着火了", None),
            ("去年变压器着火了，现在又着火了", "fire"),
            ("上次漏气已经修好了", None),
            ("修好了又漏气", "gas"),
            ("上次说修好了，厨房还有煤气味", "gas"),
            ("漏气，师傅来过，没事了", None),
            ("漏气，不是说没事了吗，赶紧来", "gas"),
            ("新闻里说电梯坠落了", None),
        ],
    )
    def test_leaves_out_what_is_over_unless_it_is_so_again(
        self, power: Profile, said: str, danger: str | None
    ) -> None:
        assert hear(said, power) == danger

    @pytest.mark.parametrize(
        "said", ["气得我肺都要炸了", "电费高得我要跳楼", "恼火得很", "急死人了", "我这头都要炸了"]
    )
    def test_hears_none_in_a_figure_of_speech(self, power: Profile, said: str) -> None:
        assert hear(said, power) is None


class TestTimeTaken:
    @pytest.mark.parametrize(
        "part",
        ["电", "停电", "火 ", "火，", "没", "会", "被关电梯卡", "a", "a ", "…", " ", "煤气漏"],
    )
    def test_does_not_hang_on_a_hostile_line(self, power: Profile, part: str) -> None:
        line = (part * LONGEST_LINE)[:LONGEST_LINE]
        find_emergency("热身", power)

        began = time.thread_time()
        find_emergency(line, power)

        assert time.thread_time() - began < MOST_CPU_SECONDS


class TestEveryDanger:
    def test_says_whom_to_call_and_what_to_do(self, power: Profile) -> None:
        for danger in power.dangers.values():
            assert danger.call in {"95598", "110", "119", "120"}
            assert len(danger.steps) >= 3

    def test_is_among_the_dangers_above(self, power: Profile) -> None:
        assert set(power.dangers) == {danger for _, danger in DANGERS}
