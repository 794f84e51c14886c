"""What a search costs in a large corpus; `python -m benchmarks.search_scale`.

Made-up entries, each with a title, questions and an answer, from templates and words. The figure
is the ratio of p95s: a whole search (encoding included) to encoding the same questions alone, both
on one thread, asked in turn. At 10,000 entries it should stay under 2.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from desk.settings import Settings
from knowledge.calibration import UNTAUGHT
from knowledge.encoder import OnnxEncoder, Vectors
from knowledge.entry import CUSTOMER_KINDS, Entry, EntryKind
from knowledge.indexes.cache import IndexCache
from knowledge.lexical import plain
from knowledge.search import Searcher, make_searcher

SIZES = (10_000, 100_000)
QUESTIONS = 300
WARM_UP = 30
NOW = datetime(2026, 11, 25, tzinfo=UTC)
BORN = datetime(2020, 1, 1, tzinfo=UTC)

WORDS: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_suffix(".yml"))


def sentences(chance: random.Random) -> Iterator[tuple[str, dict[str, str]]]:
    """Questions without end, and the words each was made of."""
    while True:
        words = {name: chance.choice(WORDS[name]) for name in ("who", "place", "what", "wrong")}
        words["days"] = str(chance.randint(1, 30))
        yield chance.choice(WORDS["asks"]).format(**words), words


def make_entries(count: int, *, questions: int) -> list[Entry]:
    """Entries whose titles all differ."""
    made: list[Entry] = []
    chance, seen = random.Random(0), set[str]()
    asked = sentences(chance)
    while len(made) < count:
        title, words = next(asked)
        title = f"{title}（{len(made) % 977}号）" if title in seen else title
        if title in seen:
            continue
        seen.add(title)
        made.append(
            Entry(
                entry_id=f"made-{len(made)}",
                version=1,
                kind=EntryKind.FAQ,
                topic="",
                title=title,
                questions=tuple(
                    chance.choice(WORDS["asks"]).format(**words) for _ in range(questions)
                ),
                answer=WORDS["answer"].format(**words) if questions else "",
                source="",
                grade="",
                region="",
                phase="",
                valid_from=BORN,
                valid_until=None,
            )
        )
    return made


def measure(searcher: Searcher, encoder: OnnxEncoder) -> dict[str, float]:
    """p50 and p95 of a search and of the encoder alone, in milliseconds, asked in turn."""
    asked = sentences(random.Random(1))
    spent: dict[str, list[float]] = {"encoder": [], "search": []}
    for number in range(WARM_UP + QUESTIONS):
        text, _ = next(asked)
        begun = time.perf_counter()
        encoder.encode_query(plain(text))
        encoded = time.perf_counter()
        searcher.search(
            text,
            encoder.encode_query(plain(text)),
            calibration=UNTAUGHT,
            now=NOW,
            kinds=CUSTOMER_KINDS,
        )
        ended = time.perf_counter()
        if number >= WARM_UP:
            spent["encoder"].append((encoded - begun) * 1000)
            spent["search"].append((ended - encoded) * 1000)
    figures = {
        f"{name}_p{share}_ms": float(np.percentile(times, share))
        for name, times in spent.items()
        for share in (50, 95)
    }
    return {**figures, "ratio_p95": figures["search_p95_ms"] / figures["encoder_p95_ms"]}


class Borrowing:
    """Encoding 100,000 texts takes ten minutes and shows nothing: most vectors are near copies.

    Copies with a little noise, so that the index finds neighbours as it would in real text.
    """

    def __init__(self, encoder: OnnxEncoder, many: int) -> None:
        self._encoder, self._many = encoder, many

    @property
    def fingerprint(self) -> str:
        """Not the encoder's own: these vectors are no good for anything else."""
        return f"borrowed-{self._encoder.fingerprint}"

    def encode_query(self, text: str) -> Vectors:
        """As the encoder does."""
        return self._encoder.encode_query(text)

    def as_asked(self, text: str) -> str:
        """As the encoder does."""
        return self._encoder.as_asked(text)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """The first of them as the encoder does, the rest near them."""
        real = self._encoder.encode_texts(texts[: self._many])
        noise = np.random.default_rng(0)
        more = real[noise.integers(len(real), size=max(len(texts) - len(real), 0))]
        near = more + noise.normal(scale=0.3 / np.sqrt(real.shape[1]), size=more.shape)
        near /= np.linalg.norm(near, axis=1, keepdims=True)
        return np.concatenate([real, near]).astype(np.float32)


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--questions", type=int, default=3, help="similar questions of an entry")
    parser.add_argument("--encode", type=int, default=4_000, help="texts that are really encoded")
    given = parser.parse_args()
    encoder = OnnxEncoder(Settings().encoder_dir)
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            entries = make_entries(size, questions=given.questions)
            begun = time.perf_counter()
            searcher = make_searcher(
                entries, IndexCache(Path(folder)), Borrowing(encoder, given.encode)
            )
            built = time.perf_counter() - begun
            figures = measure(searcher, encoder)
        texts = len(searcher.texts.rows)
        rounded = {name: round(value, 2) for name, value in figures.items()}
        print(json.dumps({"entries": size, "texts": texts, "built_s": round(built, 1), **rounded}))


if __name__ == "__main__":
    main()
