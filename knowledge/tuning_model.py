"""The model that is tuned, and how it learns: torch and sentence-transformers, on a GPU if any."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.encoder import SOURCE, Vectors, read_card
from knowledge.tuning_pairs import Pair

WARM_UP = 0.1
# an answer's first words say what it is about; the rest only costs time
LONGEST = 48
# sentences encoded together: neighbours in length, so that little is padded
CHUNK = 16
ENCODE_CHUNK = 64


class Learner:
    """The optimiser and its loss: each text is told from the others of its batch, both ways."""

    def __init__(self, model: "Model", rate: float) -> None:
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


class Model:
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
