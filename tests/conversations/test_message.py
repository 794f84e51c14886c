"""What a customer may send, and what is kept of it."""

import pytest

from conversations.message import (
    MAX_TEXT,
    EmptyMessage,
    MessageTooLong,
    Reply,
    clean,
    file_as_text,
    find_sent_place,
    has_words,
    is_file_alone,
    place_as_text,
)

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"


class TestClean:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("  我家停电了 \n", "我家停电了"),
            ("我家\x00停\x07电\x1b[31m了", "我家停电[31m了"),
            (f"我家{ZERO_WIDTH}停电了", "我家停电了"),
            ("\u202e了电停家我", "了电停家我"),
            ("第一行\r\n第二行\n第三行", "第一行\n第二行\n第三行"),
            ("停\t电\r了", "停电了"),
            ("停电\ue000了", "停电了"),
        ],
        ids=[
            "blanks around it",
            "control characters",
            "zero width",
            "direction turned round",
            "lines",
            "tab and return",
            "private use",
        ],
    )
    def test_leaves_out_what_cannot_be_seen(self, sent: str, kept: str) -> None:
        assert clean(sent) == kept

    @pytest.mark.parametrize(
        "sent",
        [
            "<script>alert(1)</script>",
            '<img src=x onerror="alert(1)">',
            "**不是**粗体 [链接](http://x.cn)",
            "'; DROP TABLE tickets; --",
            "{{config}} ${jndi:ldap://x} %s {answer}",
            "/restart",
            "电压 < 200V & 灯暗",
            "😡😡😡",
            "幸福里６栋 ＡＢＣ",
        ],
    )
    def test_keeps_markup_as_the_text_it_is(self, sent: str) -> None:
        assert clean(sent) == sent

    @pytest.mark.parametrize("sent", ["", "   \n ", ZERO_WIDTH, "\x00\x01\x02", "\t\r\n"])
    def test_refuses_a_line_with_nothing_to_read(self, sent: str) -> None:
        with pytest.raises(EmptyMessage):
            clean(sent)

    def test_takes_the_longest_line_there_may_be(self) -> None:
        assert clean("停" * MAX_TEXT) == "停" * MAX_TEXT

    def test_refuses_ten_thousand_characters_and_says_how_many(self) -> None:
        with pytest.raises(MessageTooLong, match="10000 characters; 2000 are allowed") as refused:
            clean("停" * 10_000)

        assert (refused.value.length, refused.value.limit) == (10_000, MAX_TEXT)

    def test_counts_only_what_is_kept(self) -> None:
        padded = "停电了" + "\u200b" * 10_000

        assert clean(padded) == "停电了"

    def test_changes_nothing_the_second_time(self) -> None:
        once = clean("  我家\u200b停电了\r\n<b>快来</b>  ")

        assert clean(once) == once


class TestHasWords:
    @pytest.mark.parametrize("text", ["停", "A", "7", "😡停电", "??电??"])
    def test_knows_a_word(self, text: str) -> None:
        assert has_words(text)

    @pytest.mark.parametrize("text", ["😡😡", "？？？", "……", "👍🏻", "!!!", ""])
    def test_knows_signs_alone(self, text: str) -> None:
        assert not has_words(text)


class TestASentPlace:
    @pytest.mark.parametrize(
        "address",
        [
            "杭州市西湖区文三路100号",
            "幸福里（东区）6栋",
            "",
            "红旗村5组\n村口小卖部",
        ],
        ids=["a street", "brackets of its own", "no address", "two lines"],
    )
    def test_is_read_again_out_of_its_line(self, address: str) -> None:
        line = clean(place_as_text(address, 30.274151, 120.15515))

        found = find_sent_place(line)

        assert found is not None
        assert found.endswith("（30.27415，120.15515）")
        assert found.startswith(address[:5])

    def test_is_found_south_and_west_of_the_line(self) -> None:
        assert find_sent_place(place_as_text("", -33.4, -70.6)) == "（-33.40000，-70.60000）"

    def test_leaves_the_words_around_it_out(self) -> None:
        line = f"我在这儿{place_as_text('文三路100号', 30.2, 120.1)}快点来"

        assert find_sent_place(line) == "文三路100号（30.20000，120.10000）"

    @pytest.mark.parametrize(
        "text", ["幸福里6栋301", "【位置】幸福里", "（30.27415，120.15515）", "【位置】（东，西）"]
    )
    def test_is_not_seen_in_what_was_only_typed(self, text: str) -> None:
        assert find_sent_place(text) is None


class TestASentFile:
    @pytest.mark.parametrize("caption", ["", "😡", "？？"])
    def test_is_alone_without_a_word(self, caption: str) -> None:
        assert is_file_alone(file_as_text(caption))

    @pytest.mark.parametrize("caption", ["表箱冒烟了", "7号楼"])
    def test_is_not_alone_with_one(self, caption: str) -> None:
        line = file_as_text(caption)

        assert not is_file_alone(line)
        assert caption in line

    @pytest.mark.parametrize("text", ["", "看这张图片", "😡"])
    def test_is_not_a_line_of_text(self, text: str) -> None:
        assert not is_file_alone(text)


class TestOffers:
    def test_counts_buttons_and_the_fields_of_a_card(self) -> None:
        reply = Reply(
            text="请核对",
            buttons=({"title": "确认提交", "payload": "/affirm"},),
            card={"fields": [{"label": "电话", "payload": "/correct"}, {"label": "工单"}]},
        )

        assert reply.offers() == {"/affirm": "确认提交", "/correct": "电话"}

    def test_has_none_without_buttons(self) -> None:
        assert Reply(text="您好", card={"type": "ticket", "no": "2026112100012"}).offers() == {}
