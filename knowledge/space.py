"""The corpus's own space: what all its texts have in common tells none of them apart."""

from dataclasses import dataclass

import numpy as np

from knowledge.encoder import Vectors

# how far the loud directions are turned down: 0 leaves them, 1 makes all equally loud
EVENNESS = 0.25
# a floor under the quiet ones, as a share of the mean
FLOOR = 0.1
# with fewer texts than this, their mean and spread are half believed
ENOUGH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Vectors with the corpus's mean taken away and its loudest directions turned down.

    Needs no labels. Similar texts stay similar; an encoder's favourite directions count less.
    """

    mean: Vectors
    turn: Vectors

    @classmethod
    def of(cls, vectors: Vectors) -> "Space":
        """The space of these texts, shape (texts, dimensions)."""
        trust = len(vectors) / (len(vectors) + ENOUGH)
        mean = vectors.mean(axis=0) * trust
        centred = (vectors - mean).astype(np.float64)
        loudness, directions = np.linalg.eigh(centred.T @ centred / len(vectors))
        floor = FLOOR / trust * max(float(loudness.mean()), 1e-9)
        turned = directions * (loudness.clip(min=0) + floor) ** (-EVENNESS / 2)
        return cls(mean=mean.astype(np.float32), turn=turned.astype(np.float32))

    def place(self, vectors: Vectors) -> Vectors:
        """Unit vectors of this space, for one vector or for many."""
        placed = (vectors - self.mean) @ self.turn
        lengths = np.linalg.norm(placed, axis=-1, keepdims=True)
        unit: Vectors = (placed / np.maximum(lengths, 1e-9)).astype(np.float32)
        return unit
