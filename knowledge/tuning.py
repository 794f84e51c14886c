"""Tuning the sentence encoder on the centres' own entries; the better one is adopted, or none.

Learns from titles, questions and answers of the entries, and from what people said that somebody
found right. Labelled questions are never learned from: they prove the gain here, and calibrate the
search afterwards. Needs torch; uses a GPU when there is one.
Why this recipe: docs/decisions/0019-tuning-the-encoder.md.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from knowledge.encoder import CARD_FILE, SOURCE, EncoderError, EncoderMissing, read_card
from knowledge.entry import KnowledgeError
from knowledge.shelf import scratch
from knowledge.tuning_material import Gathered, gather
from knowledge.tuning_mining import MINED
from knowledge.tuning_model import Learner, Model
from knowledge.tuning_pairs import LEAST_BATCH, Pair, draw_batches
from knowledge.tuning_proof import Centre, Proof, Standing, compare, drawn_for_proof, stand

EPOCHS = 3
RATE = 5e-5
# of the way from the base's weights to the tuned ones: all of it gains a little more at home and
# loses elsewhere
BLEND = 0.6
# steps after which the time of one is known
PACED = 5
EXPORT_S = 30.0

# what is being done, and how much of all is done (0 to 1)
Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to tune: the same data, seed and plan give the same encoder while time suffices.

    `mined`: how many entries that are taken for it meet each entry in a batch.
    """

    seed: int = 0
    minutes: float = 10.0
    epochs: int = EPOCHS
    rate: float = RATE
    mined: int = MINED


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came of it; `folder` is None when the tuned encoder was not better and is gone.

    `said`: texts of people it learned from; `kept_away`: those it did not, for they are held out.
    """

    proof: Proof
    folder: Path | None
    steps: int
    planned: int
    said: int = 0
    kept_away: int = 0


def tune(
    centres: Sequence[Centre], encoders: Path, current: Path, plan: Plan, *, tell: Tell
) -> Tuned:
    """Tune the base of the encoder in `current` and adopt the result if it is better than it.

    Nothing on disk changes until the new encoder is proven; then its folder appears whole.
    Choosing it is another step (`knowledge.shelf.use`).
    """
    began = time.monotonic()
    base = _base_of(encoders, current)
    work = _Work(centres, plan, tell=tell, ends=began + plan.minutes * 60 - EXPORT_S)
    with scratch(encoders) as folder:
        _refuse_full_disk(base, folder)
        in_use = Model(current)
        work.gather(in_use)
        before = work.stand(in_use, "measuring the encoder in use", done=0.03)
        model = Model(base)
        steps = work.train(model)
        after = work.stand(model, "measuring the tuned encoder", done=0.8)
        names = [centre.profile for centre in centres]
        proof = compare(before, after, names=names, seed=plan.seed)
        adopted = None
        if proof.is_better:
            tell("exporting", 0.97)
            adopted = model.adopt(base, work.card(proof, base, steps), folder)
    tell("done", 1.0)
    return Tuned(
        proof=proof,
        folder=adopted,
        steps=steps,
        planned=len(work.batches),
        said=work.gathered.said,
        kept_away=work.gathered.kept_away,
    )


def _base_of(encoders: Path, current: Path) -> Path:
    """Always the encoder as it was obtained: tuning what was tuned would drift from it."""
    card = read_card(current)
    base = encoders / card["base"] if "base" in card else current
    if not (base / CARD_FILE).is_file() or not (base / SOURCE).is_dir():
        raise EncoderMissing(
            f"the model files of {base.name} are not in {base}: seatmate encoder adopt {base.name}"
        )
    return base


def _refuse_full_disk(base: Path, folder: Path) -> None:
    """Better now than after ten minutes of work."""
    needed = 2 * sum(file.stat().st_size for file in base.rglob("*") if file.is_file())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise EncoderError(
            f"{needed >> 20} MiB are needed in {folder.parent} and {free >> 20} are free: make room"
        )


@dataclass(slots=True)
class _Work:
    """One tuning: its batches, its clock, and how far it is."""

    centres: Sequence[Centre]
    plan: Plan
    tell: Tell
    ends: float
    batches: list[list[Pair]] = field(init=False)
    gathered: Gathered = field(init=False)
    asked: list[Centre] = field(init=False)
    _measured_s: float = 0.0

    def gather(self, in_use: Model) -> None:
        """Draw what is learned and what proves it; raises `KnowledgeError` for too little."""
        self.tell("looking for what is confused", 0.0)
        self.gathered = gather(self.centres, in_use.encode_texts, mined=self.plan.mined)
        chance = Random(self.plan.seed)
        materials, epochs = self.gathered.materials, self.plan.epochs
        self.batches = draw_batches(materials, epochs=epochs, chance=chance)
        if not self.batches:
            raise KnowledgeError(
                f"too few entries to learn from: {LEAST_BATCH} with questions of their own are "
                "needed"
            )
        self.asked = [drawn_for_proof(centre, chance) for centre in self.centres]

    def card(self, proof: Proof, base: Path, steps: int) -> dict[str, Any]:
        """What the card of a tuned encoder tells beside its base's card."""
        texts = json.dumps([material.texts() for material in self.gathered.materials])
        origin = {
            "base": read_card(base)["sha256"],
            "data": hashlib.sha256(texts.encode()).hexdigest(),
            "seed": self.plan.seed,
            "steps": steps,
        }
        return {"tuned": origin, "figures": proof.to_json()}

    def stand(self, model: Model, what: str, *, done: float) -> list[Standing]:
        """Measure a model on every centre's held-out questions."""
        began = time.monotonic()
        standings = []
        for place, centre in enumerate(self.asked):
            self.tell(what, done + 0.12 * place / len(self.asked))
            standings.append(stand(model.encode_texts, model.encode_queries, centre))
        self._measured_s = time.monotonic() - began
        return standings

    def train(self, model: Model) -> int:
        """All batches, or as many as fit into the minutes; returns how many."""
        import torch

        torch.manual_seed(self.plan.seed)
        base = model.weights()
        learner = Learner(model, self.plan.rate)
        steps, began = len(self.batches), time.monotonic()
        for step, batch in enumerate(self.batches):
            if step == PACED:
                steps = min(steps, self._fitting((time.monotonic() - began) / PACED))
            if step >= steps:
                break
            learner.learn(batch, share=step / steps)
            self.tell("learning", 0.15 + 0.65 * (step + 1) / steps)
        model.blend(base, BLEND)
        return min(steps, len(self.batches))

    def _fitting(self, step_s: float) -> int:
        left = self.ends - time.monotonic() - self._measured_s
        if left < 0:
            raise KnowledgeError(
                f"{self.plan.minutes:g} minutes are too few to tune and measure: allow more "
                "(--minutes)"
            )
        return PACED + int(left / max(step_s, 1e-6))
