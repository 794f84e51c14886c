"""The proof: certain gains pass, and gains that are luck, or paid for elsewhere, do not."""

from random import Random

import numpy as np
import pytest

from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.tuning_proof import (
    MOST_HELD_OUT,
    Centre,
    Standing,
    compare,
    drawn_for_proof,
    least_gain,
    stand,
)
from tests.knowledge.confusing_corpus import labelled
from tests.knowledge.small_corpus import CALMING, PAYING, WAITING

SURE, UNSURE = np.linspace(0.8, 1.0, 50), np.linspace(0.3, 0.5, 50)


def standing(*ranks: int, outside: np.ndarray = UNSURE) -> Standing:
    """How an encoder stands that finds the right entries at these ranks, each of its own entry."""
    return Standing(
        ranks=np.array(ranks, dtype=np.float64),
        entry_of=tuple(f"entry-{number}" for number in range(len(ranks))),
        inside=SURE,
        outside=outside,
    )


def verdict(before: Standing, after: Standing) -> tuple[str, ...]:
    return compare([before], [after], names=["power"], seed=0).objections


def asked_in(count: int, *, at_the_edge: int) -> Centre:
    """A centre with so many held-out questions, of which the first few are at the edges."""
    questions = tuple(
        LabelledQuestion(text=f"问{number}", relevant=frozenset(), is_edge=number < at_the_edge)
        for number in range(count)
    )
    return Centre(profile="power", entries=(), held_out=questions)


class TestDrawnForProof:
    def test_keeps_all_where_there_are_few(self) -> None:
        few = asked_in(30, at_the_edge=10)

        assert set(drawn_for_proof(few, Random(0)).held_out) == set(few.held_out)

    def test_takes_what_customers_ask_before_what_lies_at_the_edges(self) -> None:
        many = asked_in(MOST_HELD_OUT + 500, at_the_edge=700)

        drawn = drawn_for_proof(many, Random(0)).held_out

        assert len(set(drawn)) == MOST_HELD_OUT
        assert sum(question.is_edge for question in drawn) == 200

    def test_draws_the_same_every_time(self) -> None:
        many = asked_in(MOST_HELD_OUT + 500, at_the_edge=0)

        assert drawn_for_proof(many, Random(7)) == drawn_for_proof(many, Random(7))


class TestCompare:
    def test_has_no_objection_when_many_questions_gain(self) -> None:
        assert verdict(standing(*[2] * 100), standing(*[1] * 100)) == ()

    def test_objects_when_nothing_changed(self) -> None:
        same = standing(*[1, 2] * 50)

        (objection,) = verdict(same, same)

        assert objection.startswith("no certain gain on 100 held-out questions")

    def test_objects_when_one_lucky_question_is_all_the_gain(self) -> None:
        (objection,) = verdict(standing(*[1] * 99, 2), standing(*[1] * 100))

        assert objection.startswith("no certain gain")

    def test_objects_when_fewer_first_answers_are_right_though_more_are_near(self) -> None:
        before = standing(*[1] * 50, *[11] * 50)

        objections = verdict(before, standing(*[2] * 10, *[1] * 39, *[2] * 51))

        assert objections == ("hit@1 falls from 0.500 to 0.390",)

    def test_objects_when_it_tells_less_surely_what_is_out_of_scope(self) -> None:
        objections = verdict(standing(*[2] * 100), standing(*[1] * 100, outside=SURE))

        assert objections == (
            "it tells less surely what is out of scope: 1.000 before, 0.500 after",
        )

    def test_objects_when_one_centre_pays_for_another(self) -> None:
        small, large = standing(*[1] * 60), standing(*[3] * 300)

        proof = compare(
            [small, large],
            [standing(*[1] * 50, *[2] * 10), standing(*[1] * 300)],
            names=["gas", "power"],
            seed=0,
        )

        assert proof.objections == ("gas loses 0.083 MRR@10",)

    def test_objects_when_too_few_questions_were_held_out(self) -> None:
        assert (
            "20 held-out questions prove nothing"
            in verdict(standing(*[9] * 20), standing(*[1] * 20))[0]
        )

    def test_objects_when_none_was_held_out(self) -> None:
        assert not compare([standing()], [standing()], names=["power"], seed=0).is_better


class TestLeastGain:
    def test_is_less_sure_when_questions_share_their_entry(self) -> None:
        gains = np.array([1.0, 0.0] * 20)
        apart, together = [f"{n}" for n in range(40)], [f"{n // 20}" for n in range(40)]
        together_gains = np.sort(gains)

        assert least_gain(together_gains, together, seed=0) < least_gain(gains, apart, seed=0)

    def test_is_the_same_for_the_same_seed(self) -> None:
        gains, groups = np.array([1.0, 0.0, 0.5]), ["a", "b", "c"]

        assert least_gain(gains, groups, seed=3) == least_gain(gains, groups, seed=3)

    def test_is_nothing_without_questions(self) -> None:
        assert least_gain(np.array([]), [], seed=0) == 0.0


class TestStand:
    @pytest.fixture
    def centre(self) -> Centre:
        return Centre(
            profile="power",
            entries=(CALMING, WAITING, PAYING),
            held_out=(labelled(PAYING.title, PAYING.entry_id), labelled("红烧肉怎么做")),
        )

    def test_looks_for_the_right_entry_among_what_customers_may_hear(self, centre: Centre) -> None:
        asked: list[str] = []

        def letters(texts: object) -> np.ndarray:
            """One axis for each letter: texts that share letters are near."""
            lines = list(texts)  # type: ignore[call-overload]
            asked.extend(lines)
            alphabet = sorted(set("".join((PAYING.title, WAITING.title, "红烧肉怎么做"))))
            counts = np.array([[line.count(letter) for letter in alphabet] for line in lines])
            return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)

        stood = stand(letters, letters, centre)

        assert stood.ranks.tolist() == [1.0]
        assert stood.entry_of == (f"power/{PAYING.entry_id}",)
        assert stood.inside[0] > stood.outside[0]
        assert CALMING.title not in asked

    def test_counts_an_entry_that_is_not_there_as_never_found(self, centre: Centre) -> None:
        nobody = Centre(
            profile="power", entries=(WAITING, PAYING), held_out=(labelled("过户", "gone"),)
        )

        stood = stand(lambda texts: np.eye(9)[: len(texts)], lambda _: np.eye(9)[:1], nobody)

        assert stood.ranks[0] > 2

    def test_finds_nothing_when_all_texts_are_one_to_the_encoder(self, centre: Centre) -> None:
        stood = stand(lambda texts: np.ones((len(texts), 3)), lambda _: np.ones((2, 3)), centre)

        assert stood.ranks.tolist() == [2.0]
