"""What the centres are held to, read at the start; what due times rest on has a mark."""

import shutil
from pathlib import Path

import pytest

from desk.app import make_app
from desk.settings import ROOT, Settings
from profiles.document import DocumentError
from tickets.terms import Terms, load_terms

ZONES = dict.fromkeys(("power", "gas", "property"), "Asia/Shanghai")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The profiles, to be changed."""
    return Path(shutil.copytree(ROOT / "profiles", tmp_path / "profiles"))


def spoil(path: Path, old: str, new: str) -> int:
    """Put a slip into a file; returns its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def digests(terms: dict[str, Terms]) -> dict[str, str]:
    return {name: each.digest for name, each in terms.items()}


class TestLoadTerms:
    def test_reads_every_centre(self, root: Path) -> None:
        assert set(load_terms(root, ZONES)) == set(ZONES)

    def test_leaves_out_a_centre_without_limits(self, root: Path) -> None:
        (root / "gas" / "limits.yml").unlink()

        assert set(load_terms(root, ZONES)) == {"power", "property"}

    def test_has_the_same_mark_as_long_as_nothing_changes(self, root: Path) -> None:
        assert digests(load_terms(root, ZONES)) == digests(load_terms(root, ZONES))

    def test_has_another_mark_for_the_centre_whose_limits_changed(self, root: Path) -> None:
        before = digests(load_terms(root, ZONES))
        spoil(root / "gas" / "limits.yml", "within: 30 分钟", "within: 40 分钟")

        after = digests(load_terms(root, ZONES))

        assert {name for name in ZONES if before[name] != after[name]} == {"gas"}

    def test_has_another_mark_everywhere_when_a_year_is_loaded(self, root: Path) -> None:
        before = digests(load_terms(root, ZONES))
        (root / "holidays.yml").write_text("years: []  # 还没有公布\n", encoding="utf-8")

        after = digests(load_terms(root, ZONES))

        assert not set(before.values()) & set(after.values())

    @pytest.mark.parametrize(
        ("file", "old", "new", "reason"),
        [
            ("power/limits.yml", "within: 45 分钟", "within: 45", "has no unit"),
            ("power/limits.yml", "department: repair", "department: steam", "'steam'"),
            ("property/limits.yml", "judged_by: [service_supervisor]", "judged_by: []", "at least"),
            ("property/limits.yml", "lead: [service_supervisor]", "lead: []", "nobody may judge"),
            ("property/limits.yml", "agent: [front_desk, ", "agent: [", "nobody would be told"),
            ("property/limits.yml", "tell: [property_manager", "tell: [king", "'king'"),
            ("gas/limits.yml", "{role: shift_lead}", "{role: king}", "'king'"),
            ("gas/limits.yml", "after: 30 分钟", "after: 3 小时", "a higher rung"),
            ("gas/limits.yml", "after: 30 分钟", "after: 1 天", "minutes or hours"),
            ("holidays.yml", "years: []", "years: 0", "list"),
        ],
    )
    def test_keeps_a_desk_with_a_wrong_file_from_starting(
        self, root: Path, file: str, old: str, new: str, reason: str
    ) -> None:
        spoil(root / file, old, new)

        with pytest.raises(DocumentError, match=reason) as refused:
            make_app(Settings(profiles_dir=root, data_dir=root / "var"))

        assert refused.value.path == root / file
        assert refused.value.line > 1
