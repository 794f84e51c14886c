"""Scripts are found by what customers say, and only those that may be said now."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desk.settings import ROOT
from knowledge.encoder import OnnxEncoder
from knowledge.entry import CorpusError, EntryKind
from knowledge.importing.corpus_yaml import read_corpus
from knowledge.importing.heard_yaml import Heard, read_heard
from knowledge.indexes.cache import IndexCache
from knowledge.lexical import letters_of
from knowledge.scripts import Scripts, make_scripts
from tests.conftest import PROFILES, SATURDAY_MORNING
from tests.knowledge.small_corpus import CALMING, PAYING, labelled_questions
from tickets.profile import load_profile

pytestmark = pytest.mark.needs_encoder

CLOSING = replace(
    CALMING,
    entry_id="script-close",
    title="通话结束",
    questions=("怎么道别", "结束语怎么说"),
    answer="感谢您的来电，再见。",
    phase="结束",
    valid_until=SATURDAY_MORNING + timedelta(days=1),
)
HEARD = {
    "script-calm": Heard(lines=("气死我了", "到底管不管", "什么态度")),
    "script-close": Heard(lines=("好的谢谢", "没别的事了", "再见")),
}


@pytest.fixture(scope="module", params=["by meaning", "by words"])
def scripts(
    request: pytest.FixtureRequest, encoder: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Scripts, OnnxEncoder | None]:
    used = encoder if request.param == "by meaning" else None
    indexes = IndexCache(tmp_path_factory.mktemp("indexes"))
    entries = [CALMING, CLOSING, PAYING]
    return make_scripts(entries, HEARD, indexes, used, nobodys=labelled_questions()), used


def found(
    scripts: tuple[Scripts, OnnxEncoder | None], text: str, *, days: int = 0
) -> list[tuple[str, float]]:
    searcher, encoder = scripts
    vector = None if encoder is None else encoder.encode_query(text)
    called = searcher.find(text, vector, now=SATURDAY_MORNING + timedelta(days=days), count=5)
    return [(each.entry.entry_id, each.probability) for each in called]


class TestFind:
    def test_finds_the_script_a_customer_calls_for(
        self, scripts: tuple[Scripts, OnnxEncoder | None]
    ) -> None:
        assert found(scripts, "好，谢谢啊，再见")[0][0] == "script-close"
        assert found(scripts, "你们什么态度，气死我了")[0][0] == "script-calm"

    def test_is_surer_of_what_customers_say_than_of_anything_else(
        self, scripts: tuple[Scripts, OnnxEncoder | None]
    ) -> None:
        (_, called), *_ = found(scripts, "没别的事了")
        others = [chance for _, chance in found(scripts, "帮我订一张去北京的机票")]

        assert called > 0.5 > max(others, default=0.0)

    def test_finds_no_answers(self, scripts: tuple[Scripts, OnnxEncoder | None]) -> None:
        assert PAYING.entry_id not in dict(found(scripts, "电费在哪里交"))

    def test_finds_no_script_that_is_over(
        self, scripts: tuple[Scripts, OnnxEncoder | None]
    ) -> None:
        assert "script-close" not in dict(found(scripts, "没别的事了", days=2))


def test_a_centre_without_scripts_finds_none(tmp_path: Path) -> None:
    scripts = make_scripts([PAYING], HEARD, IndexCache(tmp_path), None, nobodys=())

    assert scripts.find("再见", None, now=SATURDAY_MORNING, count=3) == []


class TestHeardFile:
    @pytest.mark.parametrize("name", PROFILES)
    def test_names_scripts_and_fields_that_are_there(self, name: str) -> None:
        folder = ROOT / "profiles" / name
        entries = read_corpus(folder / "corpus", timezone="Asia/Shanghai")
        scripts = {each.entry_id for each in entries if each.kind is EntryKind.SCRIPT}
        heard, fields = read_heard(folder), load_profile(folder).fields

        assert heard.keys() - scripts == set()
        assert {rules.asks for rules in heard.values()} - {"", *fields} == set()

    @pytest.mark.parametrize("name", PROFILES)
    def test_says_no_line_under_two_scripts(self, name: str) -> None:
        said = Counter(
            letters_of(line)
            for rules in read_heard(ROOT / "profiles" / name).values()
            for line in rules.lines
        )

        assert [line for line, times in said.items() if times > 1] == []

    @pytest.mark.parametrize("name", PROFILES)
    def test_holds_no_line_that_is_measured_with(self, name: str) -> None:
        measured = "".join(
            (ROOT / "tests" / "conversations" / file).read_text(encoding="utf-8")
            for file in ("suggestion_lines.yml", "fresh_suggestion_lines.yml")
        )
        heard = read_heard(ROOT / "profiles" / name)

        assert [
            line for rules in heard.values() for line in rules.lines if f"say: {line}," in measured
        ] == []

    def test_is_not_needed(self, tmp_path: Path) -> None:
        assert read_heard(tmp_path) == {}

    def test_names_file_line_and_reason_of_a_fault(self, tmp_path: Path) -> None:
        (tmp_path / "heard.yml").write_text("heard:\n  script-calm: {lines: []}\n")

        with pytest.raises(CorpusError, match=r"heard\.yml:2: heard\.script-calm\.lines"):
            read_heard(tmp_path)
