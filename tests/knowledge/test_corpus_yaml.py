"""Trainers' files: what is read from them, and how a wrong one is refused."""

import copy
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.settings import ROOT
from knowledge.entry import CorpusError, EntryKind, EntryState
from knowledge.importing.corpus_yaml import read_corpus

SHANGHAI = "Asia/Shanghai"
ARRIVAL = """\
topic: 停电与抢修
entries:
  - id: outage-arrival
    kind: policy
    title: 报修后多久到现场
    questions:
      - 报修了多久能来人
      - 抢修几个小时到
      - 师傅什么时候到
    answer: |
      城区 45 分钟，农村 90 分钟。
    source: 十项承诺第3条
    grade: A
    version: 2
    valid_from: 2023-12-08
"""
QUESTIONS = ARRIVAL[ARRIVAL.index("    questions:") : ARRIVAL.index("    answer:")]
ANSWER = ARRIVAL[ARRIVAL.index("    answer:") : ARRIVAL.index("    source:")]
LAST_LINE = len(ARRIVAL.splitlines())


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with one good file, outage.yml."""
    (tmp_path / "outage.yml").write_text(ARRIVAL, encoding="utf-8")
    return tmp_path


def write(corpus: Path, text: str) -> None:
    (corpus / "outage.yml").write_text(text, encoding="utf-8")


def refusal(corpus: Path) -> str:
    """What the trainer is told, with the folder's own name left out."""
    with pytest.raises(CorpusError) as refused:
        read_corpus(corpus, timezone=SHANGHAI)
    return str(refused.value).replace(f"{corpus}/", "")


class TestReadCorpus:
    def test_reads_an_entry_as_it_was_written(self, corpus: Path) -> None:
        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.entry_id == "outage-arrival"
        assert entry.version == 2
        assert entry.kind is EntryKind.POLICY
        assert entry.topic == "停电与抢修"
        assert entry.title == "报修后多久到现场"
        assert entry.questions == ("报修了多久能来人", "抢修几个小时到", "师傅什么时候到")
        assert entry.answer == "城区 45 分钟，农村 90 分钟。"
        assert (entry.source, entry.grade) == ("十项承诺第3条", "A")
        assert (entry.region, entry.phase) == ("", "")
        assert entry.state is EntryState.APPROVED

    def test_begins_an_entry_with_the_day_on_the_centres_clock(self, corpus: Path) -> None:
        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.valid_from == datetime(2023, 12, 7, 16, tzinfo=UTC)
        assert entry.valid_until is None

    def test_keeps_an_entry_to_the_end_of_its_last_day(self, corpus: Path) -> None:
        write(corpus, ARRIVAL + "    valid_to: 2026-12-31\n")

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.valid_until == datetime(2026, 12, 31, 16, tzinfo=UTC)

    def test_lets_an_entry_hold_for_one_day(self, corpus: Path) -> None:
        write(corpus, ARRIVAL + "    valid_to: 2023-12-08\n")

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.valid_until == datetime(2023, 12, 8, 16, tzinfo=UTC)

    def test_takes_the_last_day_of_the_calendar_as_people_mean_it(self, corpus: Path) -> None:
        write(corpus, ARRIVAL + "    valid_to: 9999-12-31\n")

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.is_valid(datetime(9998, 12, 31, tzinfo=UTC))

    @pytest.mark.parametrize(
        "written", ["2026-12-31T18:00:00", "2026-12-31T18:00:00+08:00", "2026-12-31T10:00:00Z"]
    )
    def test_ends_an_entry_at_the_very_moment_written(self, corpus: Path, written: str) -> None:
        write(corpus, ARRIVAL + f"    valid_to: {written}\n")

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.valid_until == datetime(2026, 12, 31, 10, tzinfo=UTC)

    def test_reads_a_moment_that_stays_itself_when_it_is_copied(self, corpus: Path) -> None:
        write(corpus, ARRIVAL + "    valid_to: 2026-12-31T18:00:00+08:00\n")

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert copy.deepcopy(entry).valid_until == entry.valid_until

    @pytest.mark.parametrize("state", ["draft", "review", "withdrawn"])
    def test_takes_what_is_not_approved_with_all_that_it_lacks(
        self, corpus: Path, state: str
    ) -> None:
        unfinished = ARRIVAL.replace(QUESTIONS, "    questions: []\n").replace(ANSWER, "")
        unfinished = unfinished.replace("    source: 十项承诺第3条\n", "")
        write(corpus, f"{unfinished}    state: {state}\n    topic: ''\n")

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert (entry.answer, entry.source, entry.questions, entry.topic) == ("", "", (), "")

    def test_takes_what_the_desk_approves_with_one_question(self, corpus: Path) -> None:
        write(corpus, ARRIVAL.replace(QUESTIONS, "    questions: [师傅什么时候到]\n"))

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.questions == ("师傅什么时候到",)

    def test_lets_an_entry_name_a_topic_of_its_own(self, corpus: Path) -> None:
        write(corpus, ARRIVAL + "    topic: 抢修\n")

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.topic == "抢修"

    def test_keeps_the_order_of_the_files_and_of_the_entries_in_them(self, corpus: Path) -> None:
        second = ARRIVAL.partition("entries:\n")[2].replace("outage-arrival", "outage-second")
        write(corpus, ARRIVAL + second)
        first_file = ARRIVAL.replace("outage-arrival", "bill-pay")
        (corpus / "bills.yml").write_text(first_file, encoding="utf-8")

        ids = [entry.entry_id for entry in read_corpus(corpus, timezone=SHANGHAI)]

        assert ids == ["bill-pay", "outage-arrival", "outage-second"]

    def test_reads_a_draft_as_a_draft(self, corpus: Path) -> None:
        write(corpus, ARRIVAL + "    state: draft\n")

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.state is EntryState.DRAFT

    def test_reads_the_entry_shown_in_the_trainers_guide(self, corpus: Path) -> None:
        guide = (ROOT / "profiles" / "README.md").read_text(encoding="utf-8")
        shown = re.search(r"```yaml\n(.*?)```", guide, re.DOTALL)
        assert shown is not None
        write(corpus, shown.group(1))

        (entry,) = read_corpus(corpus, timezone=SHANGHAI)

        assert entry.title == "报修后抢修人员多久到现场"


class TestRefuse:
    @pytest.mark.parametrize(
        ("wrong", "place", "reason"),
        [
            (ARRIVAL.replace("kind: policy", "kind: [policy"), 5, "not valid YAML"),
            (ARRIVAL.replace("    kind", "\tkind"), 4, "not valid YAML"),
            (ARRIVAL + "    version: 3\n", LAST_LINE + 1, 'duplicate key "version"'),
            (ARRIVAL + "    colour: 红\n", LAST_LINE + 1, "colour: Extra inputs"),
            (ARRIVAL.replace("    source: 十项承诺第3条\n", ""), 3, "it names no source"),
            (ARRIVAL.replace("十项承诺第3条", '"  "'), 3, "it names no source"),
            (ARRIVAL.replace("grade: A", "grade: C"), 13, "grade: Input should be 'A' or 'B'"),
            (ARRIVAL.replace("version: 2", "version: 0"), 14, "greater than or equal to 1"),
            (ARRIVAL.replace("policy", "poem"), 4, "kind: Input should be 'faq'"),
            (ARRIVAL.replace("outage-arrival", "Outage Arrival"), 3, "id: String should match"),
            (ARRIVAL.replace("2023-12-08", "去年冬天"), 15, "valid_from"),
            (ARRIVAL.replace(" 2023-12-08", ""), 15, "valid_from"),
            (ARRIVAL + "    valid_to: 2023-12-07\n", 3, "outage-arrival ends before it begins"),
            (ARRIVAL.replace(QUESTIONS, "    questions: []\n"), 3, "it has no question"),
            (ARRIVAL.replace(ANSWER, ""), 3, "it has no title or no answer"),
            (ARRIVAL.replace("师傅什么时候到", "抢修几个小时到"), 6, "the same question twice"),
            (ARRIVAL.replace("- 师傅什么时候到", "-"), 9, "questions.2"),
            ("topic: 停电\nentries: []\n", 2, "at least 1 item"),
            ("", 1, "must be a mapping"),
            ("- 停电\n", 1, "must be a mapping"),
        ],
        ids=[
            "bad YAML",
            "a tab",
            "the same key twice",
            "an unknown key",
            "no source",
            "an empty source",
            "a grade that does not exist",
            "version 0",
            "a kind that does not exist",
            "an id with capitals",
            "words instead of a date",
            "no date",
            "ends before it begins",
            "no questions",
            "no answer",
            "the same question twice",
            "an empty question",
            "no entries",
            "an empty file",
            "a list",
        ],
    )
    def test_names_file_line_and_reason(
        self, corpus: Path, wrong: str, place: int, reason: str
    ) -> None:
        write(corpus, wrong)

        told = refusal(corpus)

        assert told.startswith(f"outage.yml:{place}: ")
        assert reason in told

    @pytest.mark.parametrize("date", ["2023-13-45", "2023-02-30"])
    def test_names_file_and_line_of_a_day_no_calendar_has(self, corpus: Path, date: str) -> None:
        write(corpus, ARRIVAL.replace("2023-12-08", date))

        assert refusal(corpus).startswith("outage.yml:15: ")

    @pytest.mark.parametrize("number", ["2024", "20231208", "-5"])
    def test_does_not_take_a_number_for_a_date(self, corpus: Path, number: str) -> None:
        write(corpus, ARRIVAL.replace("2023-12-08", number))

        assert refusal(corpus).startswith("outage.yml:15: ")

    def test_sees_an_end_before_the_beginning_on_the_same_day(self, corpus: Path) -> None:
        at_noon = ARRIVAL.replace("2023-12-08", "2023-12-08T12:00:00")
        write(corpus, at_noon + "    valid_to: 2023-12-08T08:00:00\n")

        assert "ends before it begins" in refusal(corpus)

    def test_names_both_homes_of_an_id_used_in_two_files(self, corpus: Path) -> None:
        (corpus / "service.yml").write_text(ARRIVAL, encoding="utf-8")

        told = refusal(corpus)

        assert told == (
            "service.yml:3: id outage-arrival is taken by outage.yml:3: version 2 is there twice"
        )

    def test_refuses_a_file_that_is_not_utf_8(self, corpus: Path) -> None:
        (corpus / "outage.yml").write_bytes(ARRIVAL.encode("gbk"))

        told = refusal(corpus)

        assert told.startswith("outage.yml:1: ")
        assert "utf-8" in told

    def test_refuses_a_folder_without_files(self, tmp_path: Path) -> None:
        told = refusal(tmp_path)

        assert "no corpus files" in told
