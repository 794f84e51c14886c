"""Tuning: a better encoder is adopted whole, a worse one leaves everything as it was."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from desk.settings import ROOT, Settings
from knowledge.encoder import EncoderMissing, OnnxEncoder, read_card
from knowledge.entry import KnowledgeError
from knowledge.shelf import list_adopted
from knowledge.tuning import Plan, Tuned, tune
from knowledge.tuning_proof import Centre
from tests.knowledge.confusing_corpus import confusing_centre, slipped_by_a_row
from tests.knowledge.small_corpus import SMALL_CORPUS

QUICK = Plan(epochs=2)
# tunes, and kills itself at the moment when the export is written but not yet in place
KILLED_WHILE_EXPORTING = """
import os, signal, sys, threading, time
from pathlib import Path
from knowledge.tuning import Plan, tune
from tests.knowledge.confusing_corpus import confusing_centre

encoders = Path(sys.argv[1])

def kill_when_exported():
    while not list(encoders.glob(".adopting-*/ready/model.onnx")):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=kill_when_exported, daemon=True).start()
tune([confusing_centre()], encoders, encoders / "m3e-small", Plan(epochs=2), tell=lambda *_: None)
"""


def shelf_with_the_base(folder: Path) -> Path:
    """A folder of encoders that holds the one `make setup` obtained."""
    folder.mkdir()
    base = Settings().encoders_dir / "m3e-small"
    (folder / base.name).symlink_to(base)
    return folder


def files_of(folder: Path) -> dict[str, str]:
    """Every file below and the hash of what is in it."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith(".lock")
    }


def quietly(_what: str, _done: float) -> None:
    """Nobody watches."""


@pytest.fixture
def encoders(tmp_path: Path, encoder: OnnxEncoder) -> Path:
    return shelf_with_the_base(tmp_path / "encoders")


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> Tuned:
    """The base tuned on twelve entries that are told apart by one word."""
    encoders = shelf_with_the_base(tmp_path_factory.mktemp("tuned") / "encoders")
    return tune([confusing_centre()], encoders, encoders / "m3e-small", QUICK, tell=quietly)


@pytest.mark.needs_encoder
class TestAdopt:
    def test_finds_more_right_entries_than_the_base(self, tuned: Tuned) -> None:
        assert tuned.proof.is_better
        assert tuned.proof.after.hit_at_1 > tuned.proof.before.hit_at_1 + 0.3
        assert tuned.proof.least_gain > 0.2

    def test_makes_an_encoder_that_the_desk_can_open(self, tuned: Tuned) -> None:
        assert tuned.folder is not None
        encoder = OnnxEncoder(tuned.folder)

        asked, right, wrong = encoder.encode_texts(
            ["半夜被响声吵醒一看，是路灯的毛病", "路灯报修", "半夜被响声吵醒一看，是电梯的毛病"]
        )

        assert asked @ right > asked @ wrong

    def test_leaves_the_base_as_it_was(self, tuned: Tuned, encoder: OnnxEncoder) -> None:
        assert tuned.folder is not None
        base = OnnxEncoder(tuned.folder.parent / "m3e-small")

        assert base.fingerprint != OnnxEncoder(tuned.folder).fingerprint
        assert np.array_equal(base.encode_query("停电了"), encoder.encode_query("停电了"))

    def test_tells_on_its_card_where_it_comes_from(self, tuned: Tuned) -> None:
        assert tuned.folder is not None
        base, card = read_card(tuned.folder.parent / "m3e-small"), read_card(tuned.folder)

        assert card["base"] == "m3e-small"
        assert card["licence"] == base["licence"]
        assert card["tuned"]["base"] == base["sha256"]
        assert card["figures"]["after"]["hit_at_1"] == tuned.proof.after.hit_at_1
        (listed,) = [each for each in list_adopted(tuned.folder.parent) if each.base]
        assert listed.name == tuned.folder.name

    def test_makes_the_same_encoder_from_the_same_texts(self, tuned: Tuned, encoders: Path) -> None:
        assert tuned.folder is not None

        again = tune([confusing_centre()], encoders, encoders / "m3e-small", QUICK, tell=quietly)

        assert again.folder is not None
        assert again.folder.name == tuned.folder.name


@pytest.mark.needs_encoder
class TestRefuse:
    def test_keeps_everything_when_the_questions_belong_to_other_entries(
        self, encoders: Path
    ) -> None:
        before = files_of(encoders)

        refused = tune(
            [slipped_by_a_row(confusing_centre())],
            encoders,
            encoders / "m3e-small",
            QUICK,
            tell=quietly,
        )

        assert refused.folder is None
        assert any("hit@1 falls" in objection for objection in refused.proof.objections)
        assert files_of(encoders) == before

    def test_keeps_everything_when_it_learned_too_hard_and_tells_how_far_it_is(
        self, encoders: Path
    ) -> None:
        before = files_of(encoders)
        told: list[tuple[str, float]] = []

        refused = tune(
            [confusing_centre()],
            encoders,
            encoders / "m3e-small",
            Plan(epochs=1, rate=0.05),
            tell=lambda what, done: told.append((what, done)),
        )

        assert refused.folder is None
        assert "no certain gain on 96 held-out questions" in refused.proof.objections[0]
        assert files_of(encoders) == before
        shares = [done for _, done in told]
        assert (shares[0], shares[-1]) == (0.0, 1.0)
        assert shares == sorted(shares)

    def test_says_that_the_time_is_too_short(self, encoders: Path) -> None:
        before = files_of(encoders)

        with pytest.raises(KnowledgeError, match="minutes are too few"):
            tune(
                [confusing_centre()],
                encoders,
                encoders / "m3e-small",
                Plan(epochs=3, minutes=0.01),
                tell=quietly,
            )

        assert files_of(encoders) == before

    def test_says_that_there_is_too_little_to_learn_from(self, encoders: Path) -> None:
        small = Centre(profile="power", entries=SMALL_CORPUS, held_out=())

        with pytest.raises(KnowledgeError, match="too few entries"):
            tune([small], encoders, encoders / "m3e-small", QUICK, tell=quietly)

    def test_says_what_to_do_when_the_models_own_files_are_gone(
        self, tmp_path: Path, encoder: OnnxEncoder
    ) -> None:
        base = tmp_path / "m3e-small"
        base.mkdir()
        for name in ("encoder.json", "model.onnx", "tokenizer.json"):
            (base / name).symlink_to(Settings().encoders_dir / "m3e-small" / name)

        with pytest.raises(EncoderMissing, match="seatmate encoder adopt m3e-small"):
            tune([confusing_centre()], tmp_path, base, QUICK, tell=quietly)


@pytest.mark.needs_encoder
class TestKilled:
    def test_changes_nothing_when_it_dies_while_exporting(self, encoders: Path) -> None:
        before = [each.fingerprint for each in list_adopted(encoders)]

        died = subprocess.run(
            [sys.executable, "-c", KILLED_WHILE_EXPORTING, str(encoders)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            timeout=300,
            check=False,
        )

        assert died.returncode == -signal.SIGKILL, died.stderr
        assert [each.fingerprint for each in list_adopted(encoders)] == before
