"""Learning how addresses are told: once for the same lines, and never needed to serve."""

import logging
from pathlib import Path

import pytest

from desk.learning import SAID, ensure_place_labeller
from desk.nets import find_place_labeller
from desk.paths import Paths
from desk.settings import Settings
from tests.desk.small_centre import make_small_centre

LINES = """said:
  estates:
    - 我家在〔望江里3栋2单元〕没电
    - 〔晴川里5栋〕停气了
    - 住〔丹霞苑12栋801〕
    - 〔松涛里〕路灯坏了
    - 地址〔梅林里9栋〕
carriers:
  - 我在〔〕
none: [没电了, 怎么交费, 你好, 谢谢, 转人工]
"""


@pytest.fixture
def centre(tmp_path: Path) -> Settings:
    centre = make_small_centre(tmp_path / "centre")
    (centre.profiles_dir / SAID).write_text(LINES, encoding="utf-8")
    return centre


class TestEnsurePlaceLabeller:
    def test_learns_once_from_the_same_lines(self, centre: Settings) -> None:
        said: list[str] = []

        ensure_place_labeller(centre, say=said.append)
        ensure_place_labeller(centre, say=said.append)

        assert said == ["learning how addresses are told"]
        assert find_place_labeller(centre) is not None

    def test_learns_again_when_a_line_was_added(self, centre: Settings) -> None:
        said: list[str] = []
        ensure_place_labeller(centre, say=said.append)
        lines = centre.profiles_dir / SAID

        lines.write_text(LINES.replace("  - 我在〔〕", "  - 我在〔〕\n  - 〔〕停电"), "utf-8")
        ensure_place_labeller(centre, say=said.append)

        assert len(said) == 2


class TestFindPlaceLabeller:
    def test_says_what_to_do_when_nothing_was_learnt(
        self, centre: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR):
            assert find_place_labeller(centre) is None

        assert "addresses are found by rules alone until `seatmate setup`" in caplog.text

    def test_takes_no_file_that_was_changed(self, centre: Settings) -> None:
        ensure_place_labeller(centre, say=lambda _: None)
        path = Paths.of(centre).place_labeller

        path.write_bytes(path.read_bytes()[:-1])

        assert find_place_labeller(centre) is None
