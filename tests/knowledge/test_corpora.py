"""The corpora of all centres: what trainers promised of every entry holds for every entry."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

import pytest

from desk.settings import ROOT, Settings
from knowledge.calibration import UNTAUGHT
from knowledge.encoder import OnnxEncoder
from knowledge.entry import CUSTOMER_KINDS, Entry, EntryKind
from knowledge.importing.corpus_yaml import read_corpus
from knowledge.importing.questions_yaml import LabelledQuestion, read_questions
from knowledge.indexes.cache import IndexCache
from knowledge.lexical import plain
from knowledge.search import Searcher, make_searcher
from tests.conftest import PROFILES
from tickets.profile import Profile, load_profile

# every entry that is delivered holds by now
NOW = datetime(2026, 11, 26, tzinfo=UTC)

TIMEZONE = "Asia/Shanghai"
# what a desk can fill in for an agent; a centre may use fewer
BLANKS = {"{surname}", "{honorific}", "{due}", "{ticket_no}"}
PHASES = {"问候", "复述", "安抚", "解释", "承诺", "追问", "等待", "婉拒", "结束"}
# the topics of danger, before customers the only ones where a voice is raised
SAFETY = {"power": "用电安全与电力设施", "gas": "用气安全", "property": "安全与紧急情况"}
# what a centre was promised to open with
LEAST_ENTRIES = {"power": 300, "gas": 120, "property": 120}


@dataclass(frozen=True)
class Corpus:
    """One centre's entries and labelled questions."""

    name: str
    entries: list[Entry]
    questions: dict[str, list[LabelledQuestion]]

    @property
    def said(self) -> list[Entry]:
        """What customers may hear."""
        return [entry for entry in self.entries if entry.kind is not EntryKind.SCRIPT]

    @property
    def scripts(self) -> list[Entry]:
        """What agents may say."""
        return [entry for entry in self.entries if entry.kind is EntryKind.SCRIPT]

    @property
    def asked(self) -> list[LabelledQuestion]:
        """All labelled questions."""
        return [question for questions in self.questions.values() for question in questions]


@cache
def read(name: str) -> Corpus:
    folder = ROOT / "profiles" / name
    entries = sorted(
        read_corpus(folder / "corpus", timezone=TIMEZONE), key=lambda entry: entry.entry_id
    )
    files = (folder / "questions").glob("*.yml")
    return Corpus(name, entries, {file.stem: read_questions(file) for file in files})


@pytest.fixture(scope="module", params=PROFILES)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    return read(request.param)


def those(wrong: Iterable[Entry]) -> list[str]:
    """Their ids: an empty list is what every rule wants to see."""
    return [entry.entry_id for entry in wrong]


def test_are_all_looked_at() -> None:
    assert set(PROFILES) == set(SAFETY)


class TestTheWhole:
    def test_holds_enough_to_open_a_centre_with(self, corpus: Corpus) -> None:
        assert len(corpus.entries) >= LEAST_ENTRIES[corpus.name]
        assert {entry.kind for entry in corpus.entries} == set(EntryKind)

    def test_asks_no_question_under_two_entries(self, corpus: Corpus) -> None:
        asked = Counter(
            text for entry in corpus.entries for text in {entry.title, *entry.questions}
        )

        assert [text for text, times in asked.items() if times > 1] == []

    def test_is_kept_on_the_clock_of_the_centre(self, profile: Profile) -> None:
        assert profile.timezone == TIMEZONE


class TestEveryEntry:
    def test_says_where_it_is_from(self, corpus: Corpus) -> None:
        assert those(each for each in corpus.entries if not each.source) == []
        assert those(each for each in corpus.entries if each.grade not in {"A", "B"}) == []

    def test_says_since_when_it_holds(self, corpus: Corpus) -> None:
        years = range(1995, 2027)

        assert those(each for each in corpus.entries if each.version < 1) == []
        assert those(each for each in corpus.entries if each.valid_from.year not in years) == []

    def test_is_asked_for_in_several_ways(self, corpus: Corpus) -> None:
        assert those(each for each in corpus.said if len(each.questions) < 3) == []
        assert those(each for each in corpus.scripts if len(each.questions) < 2) == []

    def test_is_short_enough_to_be_read(self, corpus: Corpus) -> None:
        assert those(each for each in corpus.entries if len(each.answer) > 400) == []

    def test_addresses_people_politely(self, corpus: Corpus) -> None:
        assert those(each for each in corpus.entries if "你" in each.answer) == []

    def test_raises_its_voice_before_customers_only_in_danger(self, corpus: Corpus) -> None:
        loud = [each for each in corpus.said if "！" in each.answer or "!" in each.answer]

        assert loud
        assert those(each for each in loud if each.topic != SAFETY[corpus.name]) == []

    def test_names_the_place_before_customers_if_it_holds_only_there(self, corpus: Corpus) -> None:
        local = [each for each in corpus.said if each.region]

        assert local
        assert those(each for each in local if not _owns_up_to_its_place(each)) == []

    def test_has_scripts_that_can_be_sent_as_they_are(self, corpus: Corpus) -> None:
        directions = re.compile(r"（[^）]*(?:停顿|再问|稍后|语气|重复|等对方)[^）]*）|[\[【]")

        assert those(each for each in corpus.scripts if directions.search(each.answer)) == []

    def test_calms_customers_who_are_angry_about_no_one_thing(self, corpus: Corpus) -> None:
        calming = [each for each in corpus.scripts if each.entry_id.endswith("script-soothe-angry")]

        assert [each.phase for each in calming] == ["安抚"]

    def test_leaves_blanks_only_in_scripts_and_only_those_the_desk_can_fill(
        self, corpus: Corpus
    ) -> None:
        assert those(each for each in corpus.said if _blanks(each)) == []
        assert those(each for each in corpus.scripts if _blanks(each) - BLANKS) == []

    def test_belongs_to_a_phase_of_a_call_if_it_is_a_script(self, corpus: Corpus) -> None:
        assert those(each for each in corpus.scripts if each.phase not in PHASES) == []
        assert those(each for each in corpus.said if each.phase) == []


class TestLabelledQuestions:
    def test_are_enough_to_learn_from_and_to_measure_on(self, corpus: Corpus) -> None:
        answered = {
            name: sum(bool(question.relevant) for question in questions)
            for name, questions in corpus.questions.items()
        }

        assert set(corpus.questions) >= {"calibration", "out_of_scope", "test"}
        assert answered["calibration"] >= 100
        assert answered["test"] >= 400
        # those of the test set that must not be answered
        assert len(corpus.questions["test"]) - answered["test"] >= 150
        assert answered["out_of_scope"] == 0
        assert len(corpus.questions["out_of_scope"]) >= 50

    def test_name_only_entries_a_customer_may_hear(self, corpus: Corpus) -> None:
        known = {entry.entry_id for entry in corpus.said}
        named = {each for question in corpus.asked for each in question.relevant}

        assert named - known == set()

    def test_are_never_copied_from_the_corpus(self, corpus: Corpus) -> None:
        written = {text for entry in corpus.entries for text in (entry.title, *entry.questions)}

        assert [each.text for each in corpus.asked if each.text in written] == []

    def test_to_measure_on_are_never_learned_from(self, corpus: Corpus) -> None:
        learned = {
            question.text
            for name, questions in corpus.questions.items()
            if name != "test"
            for question in questions
        }

        assert [each.text for each in corpus.questions["test"] if each.text in learned] == []


@pytest.mark.needs_encoder
class TestSearch:
    @pytest.fixture(scope="class")
    def searcher(self, corpus: Corpus, encoder: OnnxEncoder) -> Searcher:
        # the order of a publication, so that the index `make setup` built is found in its cache
        return make_searcher(corpus.entries, IndexCache(Settings().data_dir / "indexes"), encoder)

    def test_finds_an_entry_first_by_its_own_title(
        self, corpus: Corpus, searcher: Searcher, encoder: OnnxEncoder
    ) -> None:
        asked = [(entry.title, entry) for entry in corpus.said]

        missed = _missed(searcher, encoder, asked)

        assert 1 - len(missed) / len(asked) >= 0.97, missed

    def test_finds_an_entry_first_by_its_own_questions(
        self, corpus: Corpus, searcher: Searcher, encoder: OnnxEncoder
    ) -> None:
        asked = [(question, entry) for entry in corpus.said for question in entry.questions]
        # every third: all of them take minutes and tell the same
        asked = asked[::3]

        missed = _missed(searcher, encoder, asked)

        assert 1 - len(missed) / len(asked) >= 0.97, missed


class TestStarters:
    def test_that_are_questions_are_some_entrys_own(self, corpus: Corpus) -> None:
        profile = load_profile(ROOT / "profiles" / corpus.name)
        questions = [each.text for each in profile.starters if profile.asks_something(each.text)]

        # a button the centre itself offers must not be answered with "which do you mean?"
        own = Counter(text for entry in corpus.said for text in (entry.title, *entry.questions))
        assert [text for text in questions if own[text] != 1] == []
        assert questions


def _blanks(entry: Entry) -> set[str]:
    return set(re.findall(r"\{[^}]*\}?", entry.answer))


def _owns_up_to_its_place(entry: Entry) -> bool:
    """Whether the answer names the place, or says that it is an example or up to the place."""
    names = {first + second for first, second in pairwise(entry.region)}
    return any(words in entry.answer for words in (*names, "为例", "以当地"))


def _missed(
    searcher: Searcher, encoder: OnnxEncoder, asked: Sequence[tuple[str, Entry]]
) -> list[str]:
    """The texts that do not find their entry first among what customers may hear."""
    missed = []
    vectors = encoder.encode_queries([plain(text) for text, _ in asked])
    for (text, entry), vector in zip(asked, vectors, strict=True):
        found = searcher.search(
            text,
            vector,
            calibration=UNTAUGHT,
            now=NOW,
            kinds=CUSTOMER_KINDS,
            count=1,
        )
        if found.candidates[0].entry.entry_id != entry.entry_id:
            missed.append(f"{text} → {found.candidates[0].entry.title}")
    return missed
