"""Words in common: what counts as a word, and how large a share a text holds."""

import pytest

from knowledge.lexical import LexicalIndex, tokens_of
from tests.knowledge.small_corpus import SMALL_CORPUS

TEXTS = [text for entry in SMALL_CORPUS for text in (entry.title, *entry.questions)]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex(TEXTS)


class TestTokensOf:
    def test_gives_words_and_pairs_of_characters(self) -> None:
        tokens = tokens_of("电费怎么交")

        assert {"电费", "怎么", "交"} <= set(tokens)
        assert {"费怎", "么交"} <= set(tokens)

    def test_reads_full_width_and_capitals_as_plain(self) -> None:
        assert tokens_of("ＡＰＰ交电费") == tokens_of("app交电费")

    def test_makes_no_pair_across_a_comma(self) -> None:
        assert "了师" not in tokens_of("停电了，师傅呢")

    @pytest.mark.parametrize("text", ["", "   ", "？！……", "😡😡"])
    def test_finds_none_where_nobody_said_anything(self, text: str) -> None:
        assert tokens_of(text) == []


class TestShares:
    @pytest.mark.parametrize("text", TEXTS)
    def test_is_highest_for_the_text_itself(self, index: LexicalIndex, text: str) -> None:
        shares = index.shares(text)

        assert shares[TEXTS.index(text)] == shares.max()

    @pytest.mark.parametrize(
        "query",
        ["电费", "电费电费电费", "电费在哪里交", "电表走得太快了" * 50, "今天星期几", "a", "？"],
    )
    def test_stays_between_nothing_and_all(self, index: LexicalIndex, query: str) -> None:
        shares = index.shares(query)

        assert shares.shape == (len(TEXTS),)
        assert shares.min() >= 0.0
        assert shares.max() <= 1.0 + 1e-6

    def test_falls_when_half_of_the_question_is_unknown_here(self, index: LexicalIndex) -> None:
        place = TEXTS.index("电费在哪里交")

        known = index.shares("电费在哪里交")[place]
        half_known = index.shares("电费在哪里交，红烧肉怎样炖")[place]

        assert 0 < half_known < 0.7 * known

    def test_is_nothing_where_no_word_is_shared(self, index: LexicalIndex) -> None:
        assert index.shares("qwerty").max() == 0.0

    def test_counts_a_rare_word_more_than_a_common_one(self) -> None:
        common = ["电表黑屏", "电表冒烟", "电表停走", "电表反转"]
        index = LexicalIndex([*common, "发票抬头"])

        shares = index.shares("电表发票")

        assert shares[4] > shares[:4].max()
