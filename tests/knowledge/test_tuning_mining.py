"""Mined are the entries the encoder takes for one another, and not those that are one."""

import pytest

from knowledge.encoder import OnnxEncoder
from knowledge.entry import EntryKind
from knowledge.tuning_mining import mine
from knowledge.tuning_pairs import Material
from tests.knowledge.small_corpus import make_entry

CARD = make_entry("card-lost", "门禁卡丢了怎么补办", "门禁卡找不到了，去哪里补一张")
CARD_COST = make_entry("card-cost", "补办门禁卡多少钱", "门禁卡补一张收多少费用")
PARKING = make_entry("parking", "地下车位怎么租", "想租一个停车位")
SAME = make_entry("card-again", "门禁卡丢失如何补办", "门禁卡丢了怎么补办呢")


@pytest.mark.needs_encoder
class TestMine:
    def test_finds_the_entry_that_lies_nearest(self, encoder: OnnxEncoder) -> None:
        entries = [CARD, PARKING, CARD_COST]

        mined = mine(entries, Material.of(entries), encoder.encode_texts, count=1)

        assert mined[0] == (2,)
        assert mined[2] == (0,)

    def test_leaves_an_entry_that_asks_the_same(self, encoder: OnnxEncoder) -> None:
        entries = [CARD, SAME, CARD_COST, PARKING]

        mined = mine(entries, Material.of(entries), encoder.encode_texts)

        assert 1 not in mined[0]
        assert mined[0][0] == 2

    def test_leaves_what_is_never_searched_together(self, encoder: OnnxEncoder) -> None:
        script = make_entry("script", CARD_COST.title, "门禁卡补办费", kind=EntryKind.SCRIPT)
        entries = [CARD, script, PARKING]

        mined = mine(entries, Material.of(entries), encoder.encode_texts)

        assert mined[0] == (2,)
        assert mined[1] == ()

    def test_is_nothing_where_nothing_is_wanted(self, encoder: OnnxEncoder) -> None:
        entries = [CARD, CARD_COST]

        assert mine(entries, Material.of(entries), encoder.encode_texts, count=0) == ((), ())
