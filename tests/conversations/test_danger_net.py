"""The second net under the words of danger: what it hears, what it leaves, what it is kept in."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from conversations.danger_fitting import fit_net, read_said
from conversations.danger_net import NONE, DangerNet
from conversations.emergency import find_emergency
from conversations.reading import plain
from desk.settings import ROOT
from desk.steps import SAID, taught_lines
from knowledge.encoder import OnnxEncoder
from profiles.document import DocumentError
from tickets.profile import Profile

pytestmark = pytest.mark.needs_encoder

HERE = Path(__file__).parent
# on lists by another author that nobody learnt from or tuned on
LEAST_RECALL, MOST_FALSE_ALARMS = 0.85, 0.13


@pytest.fixture(scope="module")
def net(power: Profile, encoder: OnnxEncoder) -> DangerNet:
    lines = read_said(ROOT / "profiles" / SAID)
    everyday = [plain(line, power) for line in taught_lines(ROOT / "training_data" / "nlu")]
    return fit_net(
        encoder,
        said={name: [plain(line, power) for line in said] for name, said in lines.said.items()},
        harmless=[plain(line, power) for line in lines.harmless],
        everyday=[line for line in everyday if find_emergency(line, power) is None],
    )


def lines_of(name: str) -> list[str]:
    held = yaml.safe_load((HERE / name).read_text("utf-8"))
    return [line for lines in held.values() for line in lines]


def rings(net: DangerNet, encoder: OnnxEncoder, profile: Profile, line: str) -> bool:
    text = plain(line, profile)
    by_words = find_emergency(text, profile) is not None
    return by_words or net.find(text, encoder.encode_query(text)) is not None


class TestFind:
    @pytest.mark.parametrize(
        ("said", "danger"),
        [
            ("灶台下面嗞嗞响 屋里味道辣眼睛 老公说头有点晕", {"gas", "co"}),
            ("电梯里人出不来", {"trapped"}),
        ],
    )
    def test_hears_what_a_danger_sounds_like(
        self, net: DangerNet, encoder: OnnxEncoder, said: str, danger: set[str]
    ) -> None:
        assert net.find(said, encoder.encode_query(said)) in danger

    @pytest.mark.parametrize("said", ["电费怎么交", "您好", "幸福里6栋2单元301", "我要投诉抄表员"])
    def test_leaves_everyday_lines(self, net: DangerNet, encoder: OnnxEncoder, said: str) -> None:
        assert net.find(said, encoder.encode_query(said)) is None

    def test_misses_few_and_rings_seldom_on_lines_nobody_learnt_from(
        self, net: DangerNet, encoder: OnnxEncoder, power: Profile
    ) -> None:
        dangers, harmless = lines_of("fresh_dangers.yml"), lines_of("fresh_harmless.yml")

        heard = [line for line in dangers if rings(net, encoder, power, line)]
        false = [line for line in harmless if rings(net, encoder, power, line)]

        print(f"heard {len(heard)} of {len(dangers)}; rang for {len(false)} of {len(harmless)}")
        assert len(heard) / len(dangers) >= LEAST_RECALL
        assert len(false) / len(harmless) <= MOST_FALSE_ALARMS


class TestLoad:
    def test_gives_back_what_was_saved(
        self, net: DangerNet, encoder: OnnxEncoder, tmp_path: Path
    ) -> None:
        net.save(tmp_path / "dangers" / "net.npz")

        again = DangerNet.load(tmp_path / "dangers" / "net.npz")

        said, vector = "墙上插座往外蹦火星子", encoder.encode_query("墙上插座往外蹦火星子")
        assert again.names == net.names
        assert NONE in again.names
        assert np.allclose(
            again.chances([said], vector.reshape(1, -1)), net.chances([said], vector.reshape(1, -1))
        )

    def test_runs_nothing_that_somebody_put_into_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "net.npz"
        np.savez(path, encoder=np.array([object()], dtype=object))

        with pytest.raises(ValueError, match="allow_pickle"):
            DangerNet.load(path)


class TestReadSaid:
    def test_names_only_dangers_that_are_described(self, power: Profile) -> None:
        assert set(read_said(ROOT / "profiles" / SAID).said) == set(power.dangers)

    def test_says_where_a_file_is_wrong(self, tmp_path: Path) -> None:
        path = tmp_path / "said.yml"
        path.write_text("said:\n  gas: 味道\nharmless: []\n", encoding="utf-8")

        with pytest.raises(DocumentError, match=r"said\.yml:2"):
            read_said(path)
