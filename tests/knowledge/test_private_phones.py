"""A private person's number is found however it is written; a hotline never is."""

import pytest

from knowledge.private_phones import find_private_phones


class TestFindPrivatePhones:
    @pytest.mark.parametrize(
        "text",
        [
            "请打13800138000找小王",
            "手机 138-0013-8000",
            "手机 138 0013 8000",
            "手机：1380 013 8000",
            "+86 138 0013 8000",
            "８６－１３８００１３８０００",
            "１３８００１３８０００",
            "一三八零零一三八零零零",
            "幺三八〇〇幺三八〇〇〇",
            "1 3 8 0 0 1 3 8 0 0 0",
        ],
    )
    def test_finds_a_mobile_number(self, text: str) -> None:
        assert find_private_phones(text) == ["13800138000"]

    @pytest.mark.parametrize(
        "text", ["138****8000", "138xxxx8000", "请打１３８＊＊＊＊８０００", "0571-****123"]
    )
    def test_finds_what_masking_left_of_one(self, text: str) -> None:
        assert len(find_private_phones(text)) == 1

    def test_finds_every_number(self) -> None:
        assert find_private_phones("13800138000、13900139000") == ["13800138000", "13900139000"]

    @pytest.mark.parametrize(
        "text",
        [
            "请拨打 95598、12345 或 12398。",
            "400-800-8888",
            "0571-88888888",
            "户号 3301380013800012",
            "身份证 330106199001011234",
            "2023-12-08 13:00 至 2026-12-31 18:00",
            "工单号 2013800138000",
        ],
    )
    def test_lets_hotlines_and_other_numbers_pass(self, text: str) -> None:
        assert find_private_phones(text) == []
