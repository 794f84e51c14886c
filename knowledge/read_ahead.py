"""Questions encoded together before they are asked one by one, and kept between publications."""

from collections.abc import Sequence

from knowledge.encoder import Encoder, Vectors
from knowledge.indexes.cache import IndexCache


class ReadAhead:
    """An encoder that has read these questions before; others are encoded as they come."""

    def __init__(self, encoder: Encoder, questions: Sequence[str], indexes: IndexCache) -> None:
        self._encoder = encoder
        asked = sorted(set(questions))
        # kept as texts: a lesson is a text besides, and without an instruction the same one
        read = [encoder.as_asked(question) for question in asked]
        index = indexes.get(read, encoder=encoder.fingerprint, encode=encoder.encode_texts)
        self._vectors = dict(zip(asked, index.vectors(), strict=True))

    @property
    def fingerprint(self) -> str:
        """The encoder's own."""
        return self._encoder.fingerprint

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """As the encoder does."""
        return self._encoder.encode_texts(texts)

    def as_asked(self, text: str) -> str:
        """As the encoder does."""
        return self._encoder.as_asked(text)

    def encode_query(self, text: str) -> Vectors:
        """What was read before, else what the encoder says."""
        known = self._vectors.get(text)
        return self._encoder.encode_query(text) if known is None else known
