"""Dangers that must be heard, and lines that only sound like one."""

import pytest

from conversations.emergency import find_emergency
from desk.settings import ROOT
from knowledge.importing.questions_yaml import read_questions
from tickets.profile import Profile

QUESTIONS = ROOT / "profiles" / "power" / "questions" / "test.yml"
# entries whose questions tell of a danger that is there now
OF_DANGER = ("safety-", "quality-high-voltage", "service-emergency")
MOST_FALSE_ALARMS = 0.02


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


class TestFindEmergency:
    @pytest.mark.parametrize(("said", "danger"), DANGERS)
    def test_hears_a_danger(self, power: Profile, said: str, danger: str) -> None:
        heard = find_emergency(said, power)

        assert heard is not None
        assert heard.id == danger

    @pytest.mark.parametrize("said", HARMLESS)
    def test_hears_none_in_a_harmless_line(self, power: Profile, said: str) -> None:
        assert find_emergency(said, power) is None

    @pytest.mark.parametrize(
        "said",
        [
            "变 压 器 着 火 了",
            "　变压器　着火了！！！",
            "变压器\n着火了",
            "我家停电了，我要报修，对了楼下变压器着火了，电话13800138000",
            "喂喂喂在吗" * 100 + "变压器着火了",
        ],
        ids=["spaced out", "full width", "two lines", "in the middle", "at the end"],
    )
    def test_hears_it_however_it_is_written(self, power: Profile, said: str) -> None:
        heard = find_emergency(said, power)

        assert heard is not None
        assert heard.id == "fire"

    def test_hears_the_person_before_the_fire(self, power: Profile) -> None:
        heard = find_emergency("变压器着火了，还有人触电了", power)

        assert heard is not None
        assert heard.call == "120"

    def test_rarely_cries_wolf_over_what_customers_ask(self, power: Profile) -> None:
        asked = [
            question
            for question in read_questions(QUESTIONS)
            if not any(entry.startswith(OF_DANGER) for entry in question.relevant)
        ]

        false_alarms = [each.text for each in asked if find_emergency(each.text, power)]

        rate = len(false_alarms) / len(asked)
        print(f"false alarms: {rate:.1%} of {len(asked)} questions: {false_alarms}")
        assert len(asked) > 200
        assert rate <= MOST_FALSE_ALARMS


class TestEveryEmergency:
    def test_says_whom_to_call_and_what_to_do(self, power: Profile) -> None:
        for danger in power.emergencies:
            assert danger.call in {"95598", "110", "119", "120"}
            assert len(danger.steps) >= 3

    def test_is_among_the_dangers_above(self, power: Profile) -> None:
        told = {danger for _, danger in DANGERS}

        assert {danger.id for danger in power.emergencies} <= told
