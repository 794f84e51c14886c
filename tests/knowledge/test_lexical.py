"""What two texts share: characters and sounds, and how large a share of a question a text holds."""

import numpy as np
import pytest

from knowledge.lexical import SharedPieces, characters_of, plain, sounds_of
from tests.knowledge.small_corpus import SMALL_CORPUS

TEXTS = [text for entry in SMALL_CORPUS for text in (entry.title, *entry.questions)]
PAYING_TITLE = TEXTS.index("电费在哪里交")


@pytest.fixture(scope="module")
def characters() -> SharedPieces:
    return SharedPieces(TEXTS, characters_of)


@pytest.fixture(scope="module")
def sounds() -> SharedPieces:
    return SharedPieces(TEXTS, sounds_of)


class TestPlain:
    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("電費在哪裡交", "电费在哪里交"),
            ("ＡＰＰ１２３", "APP123"),
            ("电表打坏了", "电表打坏了"),
            ("停电了，师傅呢？", "停电了，师傅呢？"),
            ("", ""),
        ],
    )
    def test_writes_every_letter_in_one_way(self, text: str, read: str) -> None:
        assert plain(text) == read


class TestCharactersOf:
    def test_gives_characters_and_pairs_of_neighbours(self) -> None:
        assert characters_of("交电费") == ["交", "电", "费", "交 电", "电 费"]

    @pytest.mark.parametrize("text", ["ＡＰＰ交电费", "app交電費", "APP，交电费！"])
    def test_levels_width_case_script_and_punctuation(self, text: str) -> None:
        assert characters_of(text) == characters_of("app交电费")

    @pytest.mark.parametrize("text", ["", "   ", "？！……", "😡😡"])
    def test_finds_none_where_nobody_said_anything(self, text: str) -> None:
        assert characters_of(text) == []


class TestSoundsOf:
    @pytest.mark.parametrize(
        ("typed", "meant"), [("店费", "电费"), ("过互", "过户"), ("電費", "电费"), ("保修", "报修")]
    )
    def test_hears_what_was_meant(self, typed: str, meant: str) -> None:
        assert sounds_of(typed) == sounds_of(meant)

    def test_keeps_two_sounds_apart_from_one(self) -> None:
        assert not set(sounds_of("西安")) & set(sounds_of("先"))

    @pytest.mark.parametrize("text", ["", "   ", "？！……", "😡😡"])
    def test_hears_nothing_where_nobody_said_anything(self, text: str) -> None:
        assert sounds_of(text) == []


class TestCosines:
    @pytest.mark.parametrize("text", TEXTS)
    def test_is_highest_for_the_text_itself(self, characters: SharedPieces, text: str) -> None:
        cosines = characters.cosines(text)

        assert cosines.argmax() == TEXTS.index(text)
        assert cosines.max() == pytest.approx(1.0, abs=1e-5)

    @pytest.mark.parametrize(
        "query",
        [
            "电费",
            "电费电费电费",
            "电费在哪里交",
            "电表走得太快了" * 50,
            "今天星期几",
            "a",
            "？",
            "",
        ],
    )
    def test_stays_between_nothing_and_all(
        self, characters: SharedPieces, sounds: SharedPieces, query: str
    ) -> None:
        for cosines in (characters.cosines(query), sounds.cosines(query)):
            assert cosines.shape == (len(TEXTS),)
            assert cosines.min() >= 0.0
            assert cosines.max() <= 1.0 + 1e-5

    def test_falls_when_half_of_the_question_is_unknown_here(
        self, characters: SharedPieces
    ) -> None:
        known = characters.cosines("电费在哪里交")[PAYING_TITLE]
        half_known = characters.cosines("电费在哪里交，红烧肉怎样炖")[PAYING_TITLE]

        assert 0 < half_known < 0.8 * known

    def test_is_nothing_where_nothing_is_shared(self, characters: SharedPieces) -> None:
        assert characters.cosines("qwerty").max() == 0.0

    def test_counts_a_rare_word_more_than_a_common_one(self) -> None:
        common = ["电表黑屏", "电表冒烟", "电表停走", "电表反转"]
        pieces = SharedPieces([*common, "发票抬头"], characters_of)

        cosines = pieces.cosines("电表发票")

        assert cosines[4] > cosines[:4].max()

    def test_hears_what_was_typed_in_other_characters(
        self, characters: SharedPieces, sounds: SharedPieces
    ) -> None:
        typed = "垫肥再哪理娇"

        assert characters.cosines(typed)[PAYING_TITLE] < 0.5
        assert sounds.cosines(typed)[PAYING_TITLE] == pytest.approx(1.0, abs=1e-5)

    def test_copes_with_texts_in_which_nobody_said_anything(self) -> None:
        pieces = SharedPieces(["电费", "？！", ""], characters_of)

        assert pieces.cosines("电费") == pytest.approx([1.0, 0.0, 0.0], abs=1e-5)

    def test_is_the_product_of_the_rows_for_texts_among_themselves(
        self, characters: SharedPieces
    ) -> None:
        rows = characters.matrix()

        alike = (rows @ rows.T).toarray()

        each = np.stack([characters.cosines(text) for text in TEXTS])
        assert alike == pytest.approx(each, abs=1e-5)


class TestKnownWeight:
    def test_is_nothing_for_what_never_occurs_here(self, characters: SharedPieces) -> None:
        assert characters.known_weight("qwerty") == 0.0

    def test_grows_with_what_is_said_and_known(self, characters: SharedPieces) -> None:
        less, more = map(characters.known_weight, ("电费", "电费在哪里交"))

        assert 0 < less < more

    def test_does_not_grow_by_what_is_unknown_or_said_again(self, characters: SharedPieces) -> None:
        assert characters.known_weight("电费 qwerty") == characters.known_weight("电费")
        assert characters.known_weight("电，电，电") == characters.known_weight("电，电")

    def test_can_tell_it_as_if_the_text_were_not_there(self) -> None:
        pieces = SharedPieces(["电费", "红烧肉"], characters_of)

        assert pieces.known_weight("红烧肉") > 0.0
        assert pieces.known_weight("红烧肉", without=1) == 0.0
