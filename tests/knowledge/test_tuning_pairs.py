"""What a batch teaches: texts of one entry belong together, and nothing in it belongs to two."""

from collections import Counter
from dataclasses import replace
from random import Random

from knowledge.lexical import letters_of
from knowledge.tuning_pairs import BATCH, Material, Pair, batch_epoch, draw_batches, draw_epoch
from knowledge.tuning_said import Said
from tests.knowledge.small_corpus import METER, PAYING, SMALL_CORPUS, WAITING, make_entry

SMALL = Material.of(SMALL_CORPUS)
LARGE = Material.of(
    [
        make_entry(f"entry-{n}", f"第{n}件事", *(f"{n}号事项{i}" for i in range(5)))
        for n in range(60)
    ]
)


def drawn(material: Material, *, seed: int = 0) -> list[list[Pair]]:
    return draw_batches([material], epochs=1, chance=Random(seed))


class TestMaterial:
    def test_holds_what_people_said_beside_what_an_entry_has(self) -> None:
        said = [Said("上哪儿交电费", PAYING.entry_id)]

        (asked,) = Material.of([PAYING], said).asked

        assert asked == (PAYING.title, *PAYING.questions, "上哪儿交电费")

    def test_holds_a_text_once_however_it_is_written(self) -> None:
        said = [Said(f"{PAYING.questions[0]}！", PAYING.entry_id), Said("交费", PAYING.entry_id)]

        (asked,) = Material.of([PAYING], [*said, *said]).asked

        assert asked == (PAYING.title, *PAYING.questions, "交费")

    def test_tells_no_entries_apart_for_which_the_same_was_said(self) -> None:
        said = [Said("有问题找谁", each.entry_id) for each in (PAYING, METER)]

        material = Material.of([PAYING, METER, WAITING], said)

        assert material.rivals == (frozenset({0, 1}), frozenset({0, 1}), frozenset({2}))

    def test_holds_nothing_that_is_kept_away(self) -> None:
        away = {"上哪儿交电费", letters_of(PAYING.questions[0]), letters_of(PAYING.title)}

        (asked,) = Material.of([PAYING], [Said("上哪儿交电费？", PAYING.entry_id)], away=away).asked

        assert asked == ("", *PAYING.questions[1:])


class TestDrawEpoch:
    def test_takes_every_question_once_with_another_text_of_its_entry(self) -> None:
        pairs = draw_epoch(SMALL, Random(0))

        asked = [question for entry in SMALL_CORPUS for question in entry.questions]
        assert Counter(pair.anchor for pair in pairs) == Counter(asked)
        for pair in pairs:
            entry = SMALL_CORPUS[pair.entry]
            assert pair.positive in {entry.title, *entry.questions, entry.answer} - {pair.anchor}

    def test_teaches_answers_too_but_seldom(self) -> None:
        pairs = draw_epoch(LARGE, Random(0))

        share = sum(pair.positive in LARGE.passages for pair in pairs) / len(pairs)
        assert 0.05 < share < 0.3

    def test_leaves_out_what_has_no_second_text(self) -> None:
        lonely = Material.of([make_entry("lonely", "", "只有一句", answer=""), WAITING])

        assert "只有一句" not in {pair.anchor for pair in draw_epoch(lonely, Random(0))}


class TestBatchEpoch:
    def test_never_tells_an_entry_from_itself(self) -> None:
        for batch in drawn(LARGE):
            entries = [pair.entry for pair in batch]
            assert len(set(entries)) == len(entries) <= BATCH

    def test_never_tells_entries_apart_that_share_a_text(self) -> None:
        twin = make_entry("twin", "电费怎么缴纳", *PAYING.questions[:1], "充值", "缴费")
        material = Material.of([PAYING, twin, METER, WAITING, *SMALL_CORPUS[3:]])

        batches = batch_epoch(material, draw_epoch(material, Random(0)), Random(0))

        assert all(not {0, 1} <= {pair.entry for pair in batch} for batch in batches)

    def test_brings_an_entry_together_with_what_it_is_taken_for(self) -> None:
        taken_for = tuple((place ^ 1,) for place in range(len(LARGE.asked)))
        mined = replace(LARGE, mined=taken_for)

        def meetings(material: Material) -> int:
            batches = [{pair.entry for pair in batch} for batch in drawn(material)]
            return sum(entry ^ 1 in batch for batch in batches for entry in batch)

        assert meetings(mined) > 0.9 * 60 * 5
        assert meetings(mined) > 1.5 * meetings(LARGE)

    def test_loses_none_for_what_is_mined(self) -> None:
        mined = replace(LARGE, mined=tuple((0, 1, 2) for _ in LARGE.asked))

        pairs = [pair for batch in drawn(mined) for pair in batch]

        assert len(set(pairs)) == len(pairs) > 0.9 * 60 * 5

    def test_loses_few_pairs(self) -> None:
        assert sum(map(len, drawn(LARGE))) > 0.9 * 60 * 5


class TestDrawBatches:
    def test_keeps_centres_apart(self) -> None:
        other = Material.of(
            [make_entry(f"b{n}", f"乙{n}", f"乙问{n}", f"乙说{n}") for n in range(40)]
        )

        for batch in draw_batches([LARGE, other], epochs=2, chance=Random(0)):
            assert len({pair.anchor.startswith("乙") for pair in batch}) == 1

    def test_is_the_same_for_the_same_seed_and_another_for_another(self) -> None:
        assert drawn(LARGE, seed=1) == drawn(LARGE, seed=1) != drawn(LARGE, seed=2)
