"""Lines on their way out: cut at sentence ends, with what may be chosen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.door import (
    FIRST_WAIT,
    LONGEST_WAIT,
    Abilities,
    OutFile,
    mark_of,
    read_mark,
    wait_before,
)
from conversations.door_words import load_door_terms
from conversations.message import Message, Reply, Sender
from conversations.parts import chosen_by_number, options_of, parts_of, split_text
from desk.settings import ROOT
from tickets.attachments import MediaType

WORDS = load_door_terms(ROOT / "profiles").words
PLAIN, RICH = Abilities(longest=50), Abilities(longest=50, has_buttons=True, has_files=True)


def line(reply: Reply) -> Message:
    return Message(
        seq=7,
        conversation_id="c",
        sender=Sender.BOT,
        message_id=None,
        reply=reply,
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )


class TestSplitText:
    def test_leaves_a_short_text_alone(self) -> None:
        assert split_text("您好。", 10) == ["您好。"]

    def test_cuts_after_a_sentence_before_a_clause(self) -> None:
        assert split_text("一二三四。五六，七八九十", 10) == ["一二三四。", "五六，七八九十"]

    def test_cuts_after_a_paragraph_before_a_sentence(self) -> None:
        assert split_text("一二三四五\n\n六。七八九十一", 12) == ["一二三四五", "六。七八九十一"]

    def test_takes_a_closing_quote_with_its_sentence(self) -> None:
        assert split_text("他说：“马上来。”五六七八九", 11)[0] == "他说：“马上来。”"

    def test_cuts_a_text_without_any_end_where_it_must(self) -> None:
        assert split_text("一" * 25, 10) == ["一" * 10, "一" * 10, "一" * 5]

    @given(st.text(alphabet="一二。，\n 🙂", max_size=300), st.integers(2, 40))
    def test_loses_nothing_but_spaces_at_the_cuts(self, text: str, longest: int) -> None:
        pieces = split_text(text, longest)

        assert all(piece and len(piece) <= longest for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())


class TestParts:
    def test_show_buttons_with_the_last_of_the_text(self) -> None:
        reply = Reply(text="好。" * 40, buttons=({"title": "是", "payload": "/affirm"},))

        first, last = parts_of(line(reply), RICH, WORDS)

        assert first.options == ()
        assert [(each.title, each.mark) for each in last.options] == [("是", "b:7:0")]
        assert first.key != last.key

    def test_number_what_a_door_without_buttons_cannot_show(self) -> None:
        reply = Reply(text="行吗？", buttons=({"title": "是", "payload": "/a"},))

        (only,) = parts_of(line(reply), PLAIN, WORDS)

        assert only.text.splitlines() == ["行吗？", WORDS.choose, "1. 是"]
        assert only.options == ()

    def test_name_where_an_answer_comes_from_once(self) -> None:
        source = {"title": "电费怎么查", "source": "供电营业规则"}

        (only,) = parts_of(line(Reply(text="请看。", sources=(source, source))), RICH, WORDS)

        assert only.text == "请看。\n依据：电费怎么查（供电营业规则）"

    def test_tell_of_a_file_that_a_door_cannot_bring(self) -> None:
        file = OutFile(name="a.jpg", media_type=MediaType.JPEG, content=b"x")

        (only,) = parts_of(line(Reply(text="")), PLAIN, WORDS, files=[file])

        assert only.text == WORDS.file_elsewhere

    def test_bring_a_file_after_the_text(self) -> None:
        file = OutFile(name="a.jpg", media_type=MediaType.JPEG, content=b"x")

        text, picture = parts_of(line(Reply(text="请看")), RICH, WORDS, files=[file])

        assert (text.text, picture.file) == ("请看", file)

    def test_let_a_read_back_field_be_corrected(self) -> None:
        field = {"label": "电话", "payload": "/correct"}
        reply = Reply(text="请核对", card={"type": "read_back", "fields": [field]})

        assert [each.title for each in options_of(reply, WORDS)] == ["修改电话"]


class TestChosenByNumber:
    @pytest.mark.parametrize(
        ("said", "index"), [("1", 0), (" 2。", 1), ("3", None), ("0", None), ("一", None)]
    )
    def test_takes_the_numbers_that_were_shown(self, said: str, index: int | None) -> None:
        reply = Reply(text="", buttons=({"title": "是"}, {"title": "否"}))

        assert chosen_by_number(said, options_of(reply, WORDS)) == index


class TestMark:
    def test_names_line_and_place_in_few_bytes(self) -> None:
        assert read_mark(mark_of(999_999_999, 99)) == (999_999_999, 99)
        assert len(mark_of(2**31, 999)) <= 64

    @pytest.mark.parametrize("mark", ["", "b", "b:1", "b:-1:0", "b:①:0", "x:1:1", "b:1:2:3"])
    def test_of_others_are_none_of_ours(self, mark: str) -> None:
        assert read_mark(mark) is None


class TestWait:
    def test_doubles_up_to_the_longest(self) -> None:
        waits = [wait_before(tries, asked=None, chance=0) for tries in (1, 2, 3, 50)]

        assert waits == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4, LONGEST_WAIT]

    def test_keeps_what_was_asked_for_at_least(self) -> None:
        asked = timedelta(minutes=5)

        assert wait_before(1, asked=asked, chance=0.9) == asked

    @given(st.integers(1, 100), st.floats(0, 0.999))
    def test_is_never_shorter_than_half(self, tries: int, chance: float) -> None:
        full = wait_before(tries, asked=None, chance=0)

        assert full / 2 <= wait_before(tries, asked=None, chance=chance) <= full
