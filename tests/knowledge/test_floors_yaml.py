"""The floors in profile.yml, and how a wrong one is refused."""

from pathlib import Path

import pytest

from desk.settings import ROOT
from knowledge.entry import CorpusError
from knowledge.gate import Floors
from knowledge.importing.floors_yaml import read_floors
from tests.conftest import PROFILES


def written(folder: Path, text: str) -> Path:
    (folder / "profile.yml").write_text(f"name: power\n{text}", encoding="utf-8")
    return folder


class TestReadFloors:
    def test_reads_them_beside_what_is_not_ours(self, tmp_path: Path) -> None:
        folder = written(tmp_path, "floors:\n  hit_at_1: 0.88\n  false_answers: 0.03\n")

        assert read_floors(folder) == Floors(hit_at_1=0.88, false_answers=0.03)

    def test_demands_nothing_where_there_are_none(self, tmp_path: Path) -> None:
        assert read_floors(written(tmp_path, "")) == Floors()

    @pytest.mark.parametrize("profile", PROFILES)
    def test_finds_every_floor_in_the_profiles_that_are_delivered(self, profile: str) -> None:
        floors = read_floors(ROOT / "profiles" / profile)

        names = ("hit_at_1", "hit_at_3", "mrr", "precision", "coverage", "false_answers")
        assert all(getattr(floors, name) is not None for name in names)

    @pytest.mark.parametrize(
        ("text", "line", "why"),
        [
            ("floors:\n  hit_at_1: 88\n", 3, "floors.hit_at_1: .*less than or equal to 1"),
            ("floors:\n  hit_at_1: 很高\n", 3, "floors.hit_at_1: .*valid number"),
            ("floors:\n  hit_at_2: 0.9\n", 3, "floors.hit_at_2: .*not permitted"),
            ("floors: 0.9\n", 2, "floors: "),
        ],
    )
    def test_refuses_a_wrong_one_with_file_line_and_reason(
        self, tmp_path: Path, text: str, line: int, why: str
    ) -> None:
        with pytest.raises(CorpusError, match=rf"profile\.yml:{line}: {why}"):
            read_floors(written(tmp_path, text))
