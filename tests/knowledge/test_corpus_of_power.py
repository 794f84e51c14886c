"""The corpus of the power centre: what trainers promised of every entry holds for every entry."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest

from desk.settings import ROOT, Settings
from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry, EntryKind
from knowledge.importing.corpus_yaml import read_corpus
from knowledge.importing.questions_yaml import LabelledQuestion, read_questions
from knowledge.indexes.cache import IndexCache
from knowledge.search import Searcher, Weights, make_searcher
from tickets.profile import Profile

POWER = ROOT / "profiles" / "power"
ENTRIES = sorted(
    read_corpus(POWER / "corpus", timezone="Asia/Shanghai"), key=lambda entry: entry.entry_id
)
SAID = [entry for entry in ENTRIES if entry.kind is not EntryKind.SCRIPT]
SCRIPTS = [entry for entry in ENTRIES if entry.kind is EntryKind.SCRIPT]
QUESTIONS = {file.stem: read_questions(file) for file in (POWER / "questions").glob("*.yml")}

SAFETY = "用电安全与电力设施"
BLANKS = {"{surname}", "{honorific}", "{due}", "{ticket_no}"}
PHASES = {"问候", "复述", "安抚", "解释", "承诺", "追问", "等待", "婉拒", "结束"}


def those(wrong: Iterable[Entry]) -> list[str]:
    """Their ids: an empty list is what every rule wants to see."""
    return [entry.entry_id for entry in wrong]


class TestTheWhole:
    def test_holds_enough_to_open_a_centre_with(self) -> None:
        assert len(ENTRIES) >= 150
        assert {entry.kind for entry in ENTRIES} == set(EntryKind)

    def test_asks_no_question_under_two_entries(self) -> None:
        asked = Counter(text for entry in ENTRIES for text in {entry.title, *entry.questions})

        assert [text for text, times in asked.items() if times > 1] == []

    def test_is_kept_on_the_clock_of_the_centre(self, power: Profile) -> None:
        assert power.timezone == "Asia/Shanghai"


class TestEveryEntry:
    def test_says_where_it_is_from(self) -> None:
        assert those(each for each in ENTRIES if not each.source) == []
        assert those(each for each in ENTRIES if each.grade not in {"A", "B"}) == []

    def test_says_since_when_it_holds(self) -> None:
        assert those(each for each in ENTRIES if each.version < 1) == []
        assert those(each for each in ENTRIES if not 1995 <= each.valid_from.year <= 2026) == []

    def test_is_asked_for_in_several_ways(self) -> None:
        assert those(each for each in SAID if len(each.questions) < 3) == []
        assert those(each for each in SCRIPTS if len(each.questions) < 2) == []

    def test_is_short_enough_to_be_read(self) -> None:
        assert those(each for each in ENTRIES if len(each.answer) > 400) == []

    def test_addresses_people_politely(self) -> None:
        assert those(each for each in ENTRIES if "你" in each.answer) == []

    def test_raises_its_voice_before_customers_only_in_danger(self) -> None:
        loud = [each for each in SAID if "！" in each.answer or "!" in each.answer]

        assert loud
        assert those(each for each in loud if each.topic != SAFETY) == []

    def test_names_the_place_before_customers_if_it_holds_only_there(self) -> None:
        local = [each for each in SAID if each.region]

        assert local
        assert those(each for each in local if not _owns_up_to_its_place(each)) == []

    def test_leaves_blanks_only_in_scripts_and_only_those_the_desk_can_fill(self) -> None:
        assert those(each for each in SAID if _blanks(each)) == []
        assert those(each for each in SCRIPTS if _blanks(each) - BLANKS) == []

    def test_belongs_to_a_phase_of_a_call_if_it_is_a_script(self) -> None:
        assert those(each for each in SCRIPTS if each.phase not in PHASES) == []
        assert those(each for each in SAID if each.phase) == []


class TestLabelledQuestions:
    def test_are_enough_to_learn_from_and_to_measure_on(self) -> None:
        answered = {
            name: sum(bool(question.relevant) for question in questions)
            for name, questions in QUESTIONS.items()
        }

        assert set(QUESTIONS) >= {"calibration", "out_of_scope", "test"}
        assert answered["calibration"] >= 100
        assert answered["test"] >= 100
        assert answered["out_of_scope"] == 0
        assert len(QUESTIONS["out_of_scope"]) >= 50

    def test_name_only_entries_a_customer_may_hear(self) -> None:
        known = {entry.entry_id for entry in SAID}
        named = {each for question in _all_questions() for each in question.relevant}

        assert named - known == set()

    def test_are_never_copied_from_the_corpus(self) -> None:
        written = {text for entry in ENTRIES for text in (entry.title, *entry.questions)}

        assert [each.text for each in _all_questions() if each.text in written] == []

    def test_to_measure_on_are_never_learned_from(self) -> None:
        learned = {
            question.text
            for name, questions in QUESTIONS.items()
            if name != "test"
            for question in questions
        }

        assert [each.text for each in QUESTIONS["test"] if each.text in learned] == []


@pytest.mark.needs_encoder
class TestSearch:
    @pytest.fixture(scope="class")
    def searcher(self, encoder: OnnxEncoder) -> Searcher:
        # the order of a publication, so that the index `make setup` built is found in its cache
        return make_searcher(ENTRIES, IndexCache(Settings().data_dir / "indexes"), encoder)

    def test_finds_an_entry_first_by_its_own_title(
        self, searcher: Searcher, encoder: OnnxEncoder
    ) -> None:
        missed = _missed(searcher, encoder, [(entry.title, entry) for entry in SAID])

        assert 1 - len(missed) / len(SAID) >= 0.97, missed

    def test_finds_an_entry_first_by_its_own_questions(
        self, searcher: Searcher, encoder: OnnxEncoder
    ) -> None:
        asked = [(question, entry) for entry in SAID for question in entry.questions]

        missed = _missed(searcher, encoder, asked)

        assert 1 - len(missed) / len(asked) >= 0.97, missed


def _blanks(entry: Entry) -> set[str]:
    return set(re.findall(r"\{[^}]*\}?", entry.answer))


def _owns_up_to_its_place(entry: Entry) -> bool:
    """Whether the answer names the place, or says that it is an example or up to the place."""
    names = {first + second for first, second in pairwise(entry.region)}
    return any(words in entry.answer for words in (*names, "为例", "以当地"))


def _all_questions() -> list[LabelledQuestion]:
    return [question for questions in QUESTIONS.values() for question in questions]


def _missed(
    searcher: Searcher, encoder: OnnxEncoder, asked: Sequence[tuple[str, Entry]]
) -> list[str]:
    """The texts that do not find their entry first among what customers may hear."""
    said = {entry.entry_id for entry in SAID}
    allowed = [entry.entry_id in said for entry in searcher.entries]
    weights = Weights(words=0.2, answers=0.9)
    missed = []
    for text, entry in asked:
        vector = encoder.encode_query(text)
        found = searcher.find(text, vector, weights=weights, allowed=allowed, count=1)
        if found[0].entry.entry_id != entry.entry_id:
            missed.append(f"{text} → {found[0].entry.title}")
    return missed
