"""Tuning the sentence encoder on the centres' own entries; the better one is adopted, or none.

Learns from titles, questions and answers of the entries. Labelled questions are never learned
from: they prove the gain here, and calibrate the search afterwards. Needs torch; uses a GPU when
there is one. Why this recipe: docs/decisions/0019-tuning-the-encoder.md.
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

import numpy as np

from knowledge.encoder import CARD_FILE, SOURCE, EncoderError, EncoderMissing, Vectors, read_card
from knowledge.entry import KnowledgeError
from knowledge.shelf import scratch
from knowledge.tuning_pairs import LEAST_BATCH, Material, Pair, draw_batches
from knowledge.tuning_proof import Centre, Proof, Standing, compare, drawn_for_proof, stand

EPOCHS = 3
RATE = 5e-5
WARM_UP = 0.1
# of the way from the base's weights to the tuned ones: all of it gains a little more at home and
# loses elsewhere
BLEND = 0.6
# an answer's first words say what it is about; the rest only costs time
LONGEST = 48
# sentences encoded together: neighbours in length, so that little is padded
CHUNK = 16
ENCODE_CHUNK = 64
# steps after which the time of one is known
PACED = 5
EXPORT_S = 30.0

# what is being done, and how much of all is done (0 to 1)
Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to tune: the same data, seed and plan give the same encoder while time suffices."""

    seed: int = 0
    minutes: float = 10.0
    epochs: int = EPOCHS
    rate: float = RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came of it; `folder` is None when the tuned encoder was not better and is gone."""

    proof: Proof
    folder: Path | None
    steps: int
    planned: int


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
    if not work.batches:
        raise KnowledgeError(
            f"too few entries to learn from: {LEAST_BATCH} with questions of their own are needed"
        )
    with scratch(encoders) as folder:
        _refuse_full_disk(base, folder)
        before = work.stand(_Model(current), "measuring the encoder in use", done=0.0)
        model = _Model(base)
        steps = work.train(model)
        after = work.stand(model, "measuring the tuned encoder", done=0.8)
        names = [centre.profile for centre in centres]
        proof = compare(before, after, names=names, seed=plan.seed)
        adopted = None
        if proof.is_better:
            tell("exporting", 0.97)
            adopted = model.adopt(base, work.card(proof, base, steps), folder)
    tell("done", 1.0)
    return Tuned(proof=proof, folder=adopted, steps=steps, planned=len(work.batches))


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
    materials: list[Material] = field(init=False)
    asked: list[Centre] = field(init=False)
    _measured_s: float = 0.0

    def __post_init__(self) -> None:
        self.materials = [Material.of(centre.entries) for centre in self.centres]
        chance = Random(self.plan.seed)
        self.batches = draw_batches(self.materials, epochs=self.plan.epochs, chance=chance)
        self.asked = [drawn_for_proof(centre, chance) for centre in self.centres]

    def card(self, proof: Proof, base: Path, steps: int) -> dict[str, Any]:
        """What the card of a tuned encoder tells beside its base's card."""
        texts = json.dumps([material.texts() for material in self.materials])
        origin = {
            "base": read_card(base)["sha256"],
            "data": hashlib.sha256(texts.encode()).hexdigest(),
            "seed": self.plan.seed,
            "steps": steps,
        }
        return {"tuned": origin, "figures": proof.to_json()}

    def stand(self, model: "_Model", what: str, *, done: float) -> list[Standing]:
        """Measure a model on every centre's held-out questions."""
        began = time.monotonic()
        standings = []
        for place, centre in enumerate(self.asked):
            self.tell(what, done + 0.15 * place / len(self.asked))
            standings.append(stand(model.encode_texts, model.encode_queries, centre))
        self._measured_s = time.monotonic() - began
        return standings

    def train(self, model: "_Model") -> int:
        """All batches, or as many as fit into the minutes; returns how many."""
        import torch

        torch.manual_seed(self.plan.seed)
        base = model.weights()
        learner = _Learner(model, self.plan.rate)
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


class _Learner:
    """The optimiser and its loss: each text is told from the others of its batch, both ways."""

    def __init__(self, model: "_Model", rate: float) -> None:
        import torch
        from sentence_transformers.sentence_transformer.losses import (
            MultipleNegativesRankingLoss,
        )

        self._model, self._rate = model, rate
        self._loss = MultipleNegativesRankingLoss(
            model.model,
            directions=("query_to_doc", "doc_to_query"),
            partition_mode="per_direction",
        )
        # what words mean is kept; how a sentence is made of them is learned
        self._weights = [
            weight for name, weight in model.model.named_parameters() if "embeddings" not in name
        ]
        self._optimiser = torch.optim.AdamW(self._weights, lr=rate)

    def learn(self, batch: Sequence[Pair], *, share: float) -> None:
        """One step, `share` of the way through."""
        import torch

        pace = min(share / WARM_UP, (1 - share) / (1 - WARM_UP)) if share else 0.01
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate * pace
        texts = [pair.anchor for pair in batch] + [pair.positive for pair in batch]
        vectors = self._model.embed(texts)
        pairs = [vectors[: len(batch)], vectors[len(batch) :]]
        self._optimiser.zero_grad()
        self._loss.compute_loss_from_embeddings(pairs, None).backward()
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimiser.step()


class _Model:
    """A sentence-transformers model of an adopted encoder, on the GPU when there is one."""

    def __init__(self, folder: Path) -> None:
        import torch

        from knowledge.adoption import load_model

        card = read_card(folder)
        self._instruction: str = card["query_instruction"]
        self.model = load_model(folder / SOURCE, card["pooling"])
        self.model.to("cuda" if torch.cuda.is_available() else "cpu")

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of entries' texts."""
        self.model.eval()
        vectors: Vectors = self.model.encode(
            list(texts),
            batch_size=ENCODE_CHUNK,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of customers' questions."""
        return self.encode_texts([self._instruction + text for text in texts])

    def embed(self, texts: Sequence[str]) -> Any:
        """Vectors to learn from, in the order of the texts; neighbours of one length together."""
        import torch
        from sentence_transformers.util import batch_to_device

        self.model.train()
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        parts = []
        for start in range(0, len(order), CHUNK):
            chunk = [texts[place][:LONGEST] for place in order[start : start + CHUNK]]
            inputs = batch_to_device(self.model.preprocess(chunk), self.model.device)
            parts.append(self.model(inputs)["sentence_embedding"])
        return torch.cat(parts)[torch.tensor(np.argsort(order), device=self.model.device)]

    def weights(self) -> dict[str, Any]:
        """A copy of the weights as they are."""
        return {name: each.detach().clone() for name, each in self.model.state_dict().items()}

    def blend(self, base: dict[str, Any], share: float) -> None:
        """Go only `share` of the way from `base` to what was learned."""
        learned = self.model.state_dict()
        self.model.load_state_dict(
            {name: value + share * (learned[name] - value) for name, value in base.items()}
        )

    def adopt(self, base: Path, card: dict[str, Any], work: Path) -> Path:
        """Export, prove, and put it beside the others."""
        from knowledge.adoption import adopt_tuned

        return adopt_tuned(self.model.to("cpu"), base, card, work)
