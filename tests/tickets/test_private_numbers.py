"""Phones and identity numbers are hidden however they are written, and nothing else is."""

from datetime import UTC, datetime

import pytest

from tickets.private_numbers import mask_data, mask_numbers, masked_ticket, really_changed
from tickets.ticket import HistoryLine, Kind, State, Ticket

NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


def ticket(**fields: str) -> Ticket:
    line = HistoryLine(
        at=NOW,
        actor="小李",
        state=State.REGISTERED,
        note="打13800138000",
        changes={"phone": ("13900139000", "13800138000")},
    )
    return Ticket(
        no="2026112100012",
        profile="power",
        kind=Kind.FAULT,
        state=State.REGISTERED,
        conversation_id=None,
        fields=fields,
        registered_at=NOW,
        history=(line,),
    )


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

    def test_reaches_into_lists_and_mappings_and_leaves_figures_alone(self) -> None:
        card = {"fields": [{"value": "13800138000"}], "ahead": 13800138000}

        assert mask_data(card) == {"fields": [{"value": "138****8000"}], "ahead": 13800138000}


class TestMaskedTicket:
    def test_hides_them_in_fields_notes_and_in_what_was_changed(self) -> None:
        masked = masked_ticket(ticket(phone="13800138000", address="幸福路5号"))

        assert masked.fields == {"phone": "138****8000", "address": "幸福路5号"}
        (line,) = masked.history
        assert line.note == "打138****8000"
        assert line.changes == {"phone": ("139****9000", "138****8000")}


class TestReallyChanged:
    def test_drops_what_was_copied_from_a_masked_ticket(self) -> None:
        sent = {"phone": "138****8000", "address": "幸福路6号"}

        assert really_changed(ticket(phone="13800138000"), sent) == {"address": "幸福路6号"}

    def test_keeps_a_new_number_and_a_starred_one_that_is_none_of_ours(self) -> None:
        sent = {"phone": "13900139000", "words": "牌子上写着****"}

        assert really_changed(ticket(phone="13800138000"), sent) == sent
