"""Sentences to vectors: the ONNX export of a sentence-transformers model, on one thread.

Errors
    EncoderError
    └── EncoderMissing   the encoder has not been adopted on this machine
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from ruamel.yaml import YAML
from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

CATALOGUE = Path(__file__).with_name("encoders.yml")
MODEL_FILE, TOKENIZER_FILE, CARD_FILE = "model.onnx", "tokenizer.json", "encoder.json"
# the model as sentence-transformers reads it, which the tuner begins with
SOURCE = "source"
MAX_TOKENS = 256
# Long batches pad every sentence to the longest; beyond this nothing is gained.
BATCH = 32


class EncoderError(Exception):
    """The encoder cannot be used; the text says what to do."""


class EncoderMissing(EncoderError):
    """The encoder has not been adopted on this machine."""


class Encoder(Protocol):
    """What the index needs: unit vectors for entries' texts and for customers' questions."""

    @property
    def fingerprint(self) -> str:
        """A name that changes whenever the vectors change."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions)."""
        ...

    def as_asked(self, text: str) -> str:
        """A question as the model reads it: with its instruction, if it has one."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """One unit vector, shape (dimensions,): that of the text `as_asked`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSpec:
    """How an encoder is obtained and used (knowledge/encoders.yml)."""

    name: str
    pooling: str
    query_instruction: str
    licence: str
    package: str = ""
    sha256: str = ""
    folder: str = ""
    hub: str = ""


def list_encoders() -> dict[str, EncoderSpec]:
    """Every encoder in the catalogue, by name."""
    catalogue: dict[str, dict[str, Any]] = YAML(typ="safe").load(CATALOGUE)
    return {name: EncoderSpec(name=name, **values) for name, values in catalogue.items()}


def get_spec(name: str) -> EncoderSpec:
    """The encoder of this name; raises `EncoderError` naming the known ones."""
    known = list_encoders()
    if name not in known:
        raise EncoderError(f"unknown encoder {name!r}: ENCODER is one of {', '.join(known)}")
    return known[name]


class OnnxEncoder:
    """An adopted encoder: `model.onnx`, `tokenizer.json` and `encoder.json` in one folder."""

    def __init__(self, folder: Path) -> None:
        card = read_card(folder)
        self._fingerprint = fingerprint_of(card)
        self._instruction: str = card["query_instruction"]
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL_FILE), one_thread(), providers=["CPUExecutionProvider"]
        )

    @property
    def fingerprint(self) -> str:
        """Name and hash of the export."""
        return self._fingerprint

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions); empty input gives an empty array."""
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        return in_batches(texts, self._run)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As `encode_query` of each, at twice the speed; shape (len(texts), dimensions)."""
        return self.encode_texts([self.as_asked(text) for text in texts])

    def as_asked(self, text: str) -> str:
        """With the model's query instruction, if any."""
        return self._instruction + text

    def encode_query(self, text: str) -> Vectors:
        """One unit vector, shape (dimensions,), with the model's query instruction if any."""
        vector: Vectors = self._run([self.as_asked(text)])[0]
        return vector

    def _run(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(list(texts))
        inputs = {
            "input_ids": np.array([each.ids for each in encodings], dtype=np.int64),
            "attention_mask": np.array([each.attention_mask for each in encodings], dtype=np.int64),
        }
        (pooled,) = self._session.run(["sentence_embedding"], inputs)
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        unit: Vectors = (pooled / np.maximum(norms, 1e-12)).astype(np.float32)
        return unit


def in_batches(texts: Sequence[str], run: Callable[[list[str]], Vectors]) -> Vectors:
    """What `run` makes of all texts, one row each in their order; there must be one at least."""
    # neighbours of one length are padded least
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    encoded = np.concatenate(
        [
            run([texts[place] for place in order[start : start + BATCH]])
            for start in range(0, len(order), BATCH)
        ]
    )
    ordered = np.empty_like(encoded)
    ordered[order] = encoded
    return ordered


def fingerprint_of(card: Mapping[str, Any]) -> str:
    """The name and the hash of the export that a card tells of."""
    return f"{card['name']}@{card['sha256'][MODEL_FILE][:16]}"


def read_card(folder: Path) -> dict[str, Any]:
    """The card of an adopted encoder whose files are those that were adopted."""
    if not (folder / CARD_FILE).is_file():
        raise EncoderMissing(f"no encoder in {folder}: run `make setup` (seatmate encoder adopt)")
    try:
        card: dict[str, Any] = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        for name in (MODEL_FILE, TOKENIZER_FILE):
            adopted = card["sha256"][name]
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != adopted:
                raise EncoderError(f"{folder / name} is not the file that was adopted; adopt again")
        if not {"name", "query_instruction"} <= card.keys():
            raise KeyError("name, query_instruction")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"the encoder in {folder} is damaged ({error}); adopt again") from error
    return card


def one_thread() -> onnxruntime.SessionOptions:
    """Options of a session that shares the machine with others."""
    # two threads on a shared host: 1.7 times faster at best, a tail 2–5 times worse (tech-desk §1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
