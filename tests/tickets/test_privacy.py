"""Phones and doors are hidden in texts, tickets and whatever holds them."""

from datetime import UTC, datetime

import pytest

from tickets.privacy import is_masked, mask_data, mask_private, masked_ticket, really_changed
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


class TestMaskData:
    def test_reaches_into_lists_and_mappings_and_leaves_figures_alone(self) -> None:
        card = {"fields": [{"value": "13800138000"}], "ahead": 13800138000}

        assert mask_data(card) == {"fields": [{"value": "138****8000"}], "ahead": 13800138000}


class TestMaskedTicket:
    def test_hides_them_in_fields_notes_and_in_what_was_changed(self) -> None:
        masked = masked_ticket(ticket(phone="13800138000", address="幸福路5号"))

        assert masked.fields == {"phone": "138****8000", "address": "幸福路**号"}
        (line,) = masked.history
        assert line.note == "打138****8000"
        assert line.changes == {"phone": ("139****9000", "138****8000")}


class TestReallyChanged:
    def test_drops_what_was_copied_from_a_masked_ticket(self) -> None:
        sent = {"phone": "138****8000", "address": "幸福路6号"}

        assert really_changed(ticket(phone="13800138000"), sent) == {"address": "幸福路6号"}

    def test_drops_an_address_that_was_copied_with_its_numbers_hidden(self) -> None:
        kept = ticket(address="幸福里6栋2单元301")

        assert really_changed(kept, {"address": "幸福里**栋**单元**"}) == {}

    def test_keeps_a_new_number_and_a_starred_one_that_is_none_of_ours(self) -> None:
        sent = {"phone": "13900139000", "words": "牌子上写着****"}

        assert really_changed(ticket(phone="13800138000"), sent) == sent


class TestIsMasked:
    @pytest.mark.parametrize("text", ["13800138000", "幸福里6栋2单元301", "客户电话 021-62345678"])
    def test_knows_what_was_hidden_from_what_was_not(self, text: str) -> None:
        assert not is_masked(text)
        assert is_masked(mask_private(text))

    def test_leaves_stars_that_somebody_else_has_put(self) -> None:
        assert not is_masked("牌子上写着****，抄表员骂人***")
