"""The file of etiquette: what is wrong in it is named by file and line, and centres add to it."""

import re
import shutil
from pathlib import Path

import pytest

from desk.settings import ROOT
from knowledge.etiquette import Draft, Etiquette
from knowledge.etiquette_rules import as_regex, read_etiquette
from profiles.document import DocumentError


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A copy of the power centre's profile with what all share."""
    for name in ("etiquette.yml", "power/profile.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "profiles" / name, tmp_path / name)
    return tmp_path / "power"


def with_own(profile: Path, own: str) -> Path:
    """The profile with another `etiquette` at its end."""
    file = profile / "profile.yml"
    rest = file.read_text(encoding="utf-8").partition("\netiquette:")[0]
    file.write_text(f"{rest}\netiquette:\n{own}", encoding="utf-8")
    return profile


class TestAsRegex:
    @pytest.mark.parametrize(
        ("pattern", "text", "is_found"),
        [
            ("别{who}", "别你", True),
            ("别{who}", "别他", False),
            ("到底…不办", "到底您办不办", True),
            ("到底…不办", "到底，不办", False),
            ("到底…不办", "到底" + "好" * 7 + "不办", False),
            ("(快|赶紧)说", "赶紧说", True),
            ("不?好", "好", True),
            ("^就这样$", "嗯，就这样。", True),
            ("^就这样$", "就这样办", False),
            ("1.5[天", "1.5[天", True),
            ("1.5", "125", False),
        ],
    )
    def test_reads_a_wording(self, pattern: str, text: str, is_found: bool) -> None:
        found = re.search(as_regex(pattern, {"who": ["您", "你"]}), text)

        assert (found is not None) is is_found

    def test_a_group_that_is_not_there_is_named(self) -> None:
        with pytest.raises(ValueError, match="there is no group 'who'"):
            as_regex("别{who}", {})

    def test_a_bracket_left_open_is_named(self) -> None:
        with pytest.raises(ValueError, match=re.escape("'(快说'")):
            as_regex("(快说", {})


class TestReadEtiquette:
    def test_a_wording_found_everywhere_is_refused_with_its_line(self, profile: Path) -> None:
        file = profile.parent / "etiquette.yml"
        text = file.read_text(encoding="utf-8").replace("words: [你好]", 'words: ["…"]')
        file.write_text(text, encoding="utf-8")
        line = text[: text.index('words: ["…"]')].count("\n") + 1

        with pytest.raises(DocumentError, match=rf"etiquette\.yml:{line}: .*found everywhere"):
            read_etiquette(profile)

    def test_a_centre_adds_wordings_of_its_own(self, profile: Path) -> None:
        own = "  more:\n    rude:\n      - {words: [电老虎], rewrite: 请您慢慢说}\n"

        found = Etiquette(read_etiquette(with_own(profile, own))).check(Draft("您这个电老虎。"))

        assert [(each.rule, each.rewrite) for each in found] == [("rude", "请您慢慢说")]

    def test_a_centre_allows_what_others_forbid(self, profile: Path) -> None:
        draft = Draft("您家在三号台区。")
        assert Etiquette(read_etiquette(profile)).check(draft)

        own = "  allowed:\n    internal: [台区]\n"

        assert Etiquette(read_etiquette(with_own(profile, own))).check(draft) == []

    def test_a_rule_nobody_knows_is_refused_with_its_line(self, profile: Path) -> None:
        with_own(profile, "  allowed:\n    manners: [台区]\n")

        with pytest.raises(DocumentError, match=r"profile\.yml:\d+: etiquette: .*'manners'"):
            read_etiquette(profile)

    def test_a_rule_that_code_needs_cannot_be_left_out(self, profile: Path) -> None:
        file = profile.parent / "etiquette.yml"
        text = file.read_text(encoding="utf-8").replace(
            "\n  surname:\n    document", "\n  x:\n    document"
        )
        file.write_text(text, encoding="utf-8")

        with pytest.raises(DocumentError, match="the rule 'surname' is missing"):
            read_etiquette(profile)
