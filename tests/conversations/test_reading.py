"""A line as the bot reads it: plain signs, simplified characters, terms put right."""

import pytest

from conversations.reading import plain, put_right
from tickets.profile import Profile

TERMS = ("停电", "电费", "投诉", "户号", "跳闸", "建议")


class TestPlain:
    @pytest.mark.parametrize(
        ("said", "read"),
        [
            ("　Ａ座１２０３，１３８００１３８０００　", "A座1203，13800138000"),
            ("我家停電了，變壓器嗡嗡響", "我家停电了，变压器嗡嗡响"),
            ("停点咗成日，點算呀", "停电了成日，点算呀"),
            ("户好３３０１００２３４５", "户号3301002345"),
            ("Sunshine小区 Tower 5 Room 1203 no power", "Sunshine小区 5栋1203室no power"),
        ],
        ids=[
            "full width",
            "traditional",
            "Cantonese with a slip",
            "a slip before digits",
            "English units",
        ],
    )
    def test_reads_what_was_meant(self, power: Profile, said: str, read: str) -> None:
        assert plain(said, power) == read

    def test_leaves_the_signs_as_they_were_taught(self, power: Profile) -> None:
        said = "停电了！！！（三天了）“没人管”，怎么办？…"

        assert plain(said, power) == said

    @pytest.mark.parametrize("said", ["😡😡", "[链接](http://x.cn)", "/restart", "{answer}", ""])
    def test_leaves_what_is_no_chinese_alone(self, power: Profile, said: str) -> None:
        assert plain(said, power) == said

    @pytest.mark.parametrize("said", ["停点了", "１３８００１３８０００", "我家停電了"])
    def test_changes_nothing_the_second_time(self, power: Profile, said: str) -> None:
        once = plain(said, power)

        assert plain(once, power) == once


class TestPutRight:
    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("停点了", "停电了"),
            ("店费咋交", "电费咋交"),
            ("我要投素你们", "我要投诉你们"),
            ("老是跳扎", "老是跳闸"),
            ("户好多少", "户号多少"),
            ("停点停点停点", "停电停电停电"),
        ],
    )
    def test_writes_a_term_as_it_is_written(self, said: str, meant: str) -> None:
        assert put_right(said, TERMS) == meant

    @pytest.mark.parametrize(
        "said",
        ["检疫证明", "来点菜", "停电了，电费也交了", "我想建议你们", "ABC 123"],
    )
    def test_leaves_alone_what_is_right(self, said: str) -> None:
        assert put_right(said, TERMS) == said

    def test_does_not_take_a_little_for_electricity(self) -> None:
        assert put_right("打了电话没点反应", TERMS) == "打了电话没点反应"

    def test_takes_the_longest_term(self) -> None:
        assert put_right("天燃器没了", ("天然气", "燃气")) == "天然气没了"

    def test_changes_nothing_without_terms(self) -> None:
        assert put_right("停点了", ()) == "停点了"
