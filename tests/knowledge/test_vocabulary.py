"""How much of a question stands in an entry's texts taken together."""

from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.lexical import SharedPieces, characters_of
from knowledge.vocabulary import Vocabulary

# two entries: bills, with two texts, and meters; the last text is nobody's business
TEXTS = ["电费怎么交", "微信能付款吗", "电表坏了找谁", "今天天气"]
ENTRY_OF = np.array([0, 0, 1, 2])
BILLS, METERS = 0, 1


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(SharedPieces(TEXTS, characters_of), ENTRY_OF)


def covered(
    vocabulary: Vocabulary, text: str, *entries: int, without: Sequence[int] = ()
) -> list[float]:
    rows = np.array(without, dtype=np.int64)
    shares = vocabulary.covered(text, np.array(entries, dtype=np.int64), without=rows)
    return [float(share) for share in shares]


class TestCovered:
    def test_is_all_of_a_text_of_the_entry(self, vocabulary: Vocabulary) -> None:
        assert covered(vocabulary, "电费，怎么交？", BILLS) == [pytest.approx(1.0)]

    def test_adds_up_over_an_entrys_texts(self, vocabulary: Vocabulary) -> None:
        both, first, second = (
            covered(vocabulary, text, BILLS)[0] for text in ("电费微信", "电费天气", "天气微信")
        )

        assert both > max(first, second)

    def test_is_nothing_where_no_piece_stands(self, vocabulary: Vocabulary) -> None:
        assert covered(vocabulary, "天气", BILLS, METERS) == [0.0, 0.0]

    def test_counts_what_is_rare_for_more(self, vocabulary: Vocabulary) -> None:
        common, rare = (covered(vocabulary, text, METERS)[0] for text in ("电气", "坏气"))

        assert rare > common

    def test_counts_what_no_text_holds_against_every_entry(self, vocabulary: Vocabulary) -> None:
        plain, strange = (covered(vocabulary, text, METERS)[0] for text in ("电表", "电表鲸"))

        assert 0.0 < strange < plain

    def test_sees_a_lesson_as_if_it_had_never_been_taught(self, vocabulary: Vocabulary) -> None:
        asked = "微信能付款吗"

        assert covered(vocabulary, asked, BILLS, without=[1]) == [0.0]
        assert covered(vocabulary, asked, BILLS, without=[3]) == [pytest.approx(1.0)]

    @pytest.mark.parametrize("text", ["", "？！", "鲸鲨"])
    def test_is_nothing_for_what_says_nothing_known(
        self, vocabulary: Vocabulary, text: str
    ) -> None:
        assert covered(vocabulary, text, BILLS, METERS) == [0.0, 0.0]

    def test_finds_nothing_among_no_texts(self) -> None:
        nothing = Vocabulary(SharedPieces([], characters_of), np.empty(0, dtype=np.int64))

        assert covered(nothing, "电费", BILLS) == [0.0]
