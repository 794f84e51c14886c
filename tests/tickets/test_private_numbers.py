"""Phones and identity numbers are hidden however they are written, and nothing else is."""

import pytest

from tickets.private_numbers import mask_numbers


class TestMaskNumbers:
    @pytest.mark.parametrize(
        ("said", "shown"),
        [
            ("电话13800138000，谢谢", "电话138****8000，谢谢"),
            ("138 0013 8000", "138****8000"),
            ("138-0013-8000", "138****8000"),
            ("1380 013 8000", "138****8000"),
            ("１３８００１３８０００", "１３８****８０００"),
            ("一三八零零一三八零零零", "一三八****八零零零"),
            ("+8613800138000", "+86138****8000"),
            ("13800138000或13900139000", "138****8000或139****9000"),
            ("0571-88886666", "0571-****6666"),
            ("(0571) 8888 6666", "(0571) ****6666"),
            ("020-8888666", "020-****8666"),
            ("057188886666", "0571****6666"),
            ("身份证33010219900101123X", "身份证330102****123X"),
        ],
    )
    def test_hides_the_middle(self, said: str, shown: str) -> None:
        assert mask_numbers(said) == shown

    @pytest.mark.parametrize(
        "text",
        [
            "请拨打95598",
            "客服400-800-1234",
            "工单2026112100012",
            "工单 2026 1121 0001 2",
            "户号3301234567890",
            "户号 0512345678",
            "13栋1301室欠费5200.50元",
            "2026-11-21T01:30:00+00:00",
            "138****8000",
            "",
        ],
    )
    def test_leaves_what_is_no_private_number(self, text: str) -> None:
        assert mask_numbers(text) == text

    def test_hides_nothing_twice(self) -> None:
        once = mask_numbers("13800138000、0571-88886666、33010219900101123X")

        assert mask_numbers(once) == once
