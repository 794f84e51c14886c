"""Two subjects in one line, a question asked twice, and an apology where one is due."""

import pytest

from conversations.message import Reply
from conversations.wording import LONGEST_TO_SPLIT, put_together, soothe, split_subjects
from tickets.profile import Profile

PERSON = {"title": "转人工", "payload": "/request_person"}
CONFIRM = {"title": "确认提交", "payload": "/affirm"}


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


class TestSplitSubjects:
    @pytest.mark.parametrize(
        ("said", "subjects"),
        [
            (
                "我家停电了，顺便问一下电费怎么交",
                ["我家停电了", "顺便问一下电费怎么交"],
            ),
            (
                "过户要什么材料；另外，充电桩怎么装？",
                ["过户要什么材料", "另外，充电桩怎么装？"],
            ),
            (
                "俺家没电咧\n再就是上个月电费咋恁高",
                ["俺家没电咧", "再就是上个月电费咋恁高"],
            ),
            (
                "我家没电，另外怎么交电费，还有一件事我要投诉你们",
                ["我家没电", "另外怎么交电费", "还有一件事我要投诉你们"],
            ),
        ],
        ids=["by the way", "a semicolon", "two lines", "three subjects"],
    )
    def test_cuts_where_the_customer_turns(
        self, power: Profile, said: str, subjects: list[str]
    ) -> None:
        assert split_subjects(said, power) == subjects

    def test_leaves_the_one_who_asks_with_what_is_asked(self, power: Profile) -> None:
        parts = split_subjects("我家停电了，我还想问电费怎么交", power)

        assert parts == ["我家停电了", "我还想问电费怎么交"]

    @pytest.mark.parametrize(
        "said",
        [
            "我家停电了，幸福里6栋301，昨晚八点停的",
            "没电了对了",
            "另外",
            "顺便问电费",
            "？？",
            "",
        ],
    )
    def test_keeps_one_subject_whole(self, power: Profile, said: str) -> None:
        assert split_subjects(said, power) == [said]

    def test_does_not_take_being_right_for_a_turn(self, power: Profile) -> None:
        assert split_subjects("你说的都对了，谢谢你们", power) == ["你说的都对了，谢谢你们"]

    def test_leaves_a_long_story_whole(self, power: Profile) -> None:
        told = "师傅来了三次都没修好，另外还收了我五十块钱，" * 4
        assert len(letters(told)) > LONGEST_TO_SPLIT

        assert split_subjects(told, power) == [told]

    def test_loses_no_word(self, power: Profile) -> None:
        said = "停电了另外表箱嗡嗡响，对了电话13800138000，顺便查下电费，还要投诉你们"

        parts = split_subjects(said, power)

        assert len(parts) > 1
        assert letters("".join(parts)) == letters(said)

    def test_cuts_nothing_where_the_profile_has_no_words_for_it(self, power: Profile) -> None:
        silent = power.model_copy(update={"turning_words": []})

        assert split_subjects("停电了，另外电费怎么交", silent) == ["停电了，另外电费怎么交"]


class TestPutTogether:
    def test_asks_its_last_question_only(self, power: Profile) -> None:
        address = Reply(text=power.fields["address"].ask)
        scope = Reply(text=power.fields["scope"].ask)
        answer = Reply(text="网上国网可以交费")

        assert put_together([[address], [answer, scope]], power) == [answer, scope]

    def test_reads_back_nothing_before_another_question(self, power: Profile) -> None:
        read_back = Reply(text="请您核对报修信息", card={"type": "read_back"})
        matter = Reply(text=power.fields["matter"].ask)

        assert put_together([[read_back], [matter]], power) == [matter]
        assert put_together([[matter], [read_back]], power) == [read_back]

    def test_says_the_same_once_with_the_buttons_of_the_last(self, power: Profile) -> None:
        bare, with_button = Reply(text="请核对"), Reply(text="请核对", buttons=(CONFIRM,))

        assert put_together([[bare], [with_button]], power) == [with_button]

    def test_keeps_what_is_said_once(self, power: Profile) -> None:
        replies = [Reply(text="好的"), Reply(text=power.fields["address"].ask)]

        assert put_together([replies], power) == replies
        assert put_together([replies[1:], replies[:1]], power) == replies[::-1]
        assert put_together([], power) == []


class TestSoothe:
    def test_says_sorry_first_and_offers_a_person_last(self, power: Profile) -> None:
        replies = [Reply(text="请告诉我地址"), Reply(text="例如幸福里6栋")]

        soothed = soothe(replies, "你们什么玩意，停了三天了", power)

        assert [reply.text for reply in soothed] == [
            power.wordings.sorry,
            "请告诉我地址",
            "例如幸福里6栋",
        ]
        assert [reply.buttons for reply in soothed] == [(), (), (PERSON,)]

    def test_keeps_the_buttons_that_were_there(self, power: Profile) -> None:
        soothed = soothe([Reply(text="请核对", buttons=(CONFIRM,))], "气死我了", power)

        assert soothed[-1].buttons == (CONFIRM, PERSON)

    @pytest.mark.parametrize("said", ["非常抱歉，让您生气了。", "再次向您致歉。", "对不起。"])
    def test_says_sorry_once(self, power: Profile, said: str) -> None:
        soothed = soothe([Reply(text=said)], "你们太过分了", power)

        assert [reply.text for reply in soothed] == [said]
        assert PERSON in soothed[0].buttons

    def test_offers_a_person_once(self, power: Profile) -> None:
        replies = [Reply(text="非常抱歉", buttons=(PERSON,))]

        assert soothe(replies, "一群废物", power) == replies

    @pytest.mark.parametrize("said", ["我家停电了", "电费怎么这么高", "谢谢你们"])
    def test_leaves_a_calm_line_alone(self, power: Profile, said: str) -> None:
        replies = [Reply(text="请告诉我地址")]

        assert soothe(replies, said, power) == replies

    def test_says_nothing_where_nothing_is_said(self, power: Profile) -> None:
        assert soothe([], "你们什么玩意", power) == []
