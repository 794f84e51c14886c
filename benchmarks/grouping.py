"""How well lines nobody answered are put together, beside k-means.

    .venv/bin/python -m benchmarks.grouping

Of each centre half the entries are held out, as if nobody had written them yet: their labelled
questions are the unanswered lines, and lines of one entry are one gap. The other half of the
corpus gives the space. Questions written at the edges (`edge: true`) are left out, like those with
several right entries. The adjusted Rand index is 1 for the very groups, 0 for chance. `APART` was
chosen on power: gas and property tell what it is worth. k-means is given the true number of
groups, which nobody would know; beside it with sqrt(n / 2), a usual guess.
"""

import argparse
import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from desk.settings import ROOT, Settings
from knowledge.encoder import OnnxEncoder, Vectors
from knowledge.gaps import APART, APART_BY_CHARACTERS, labels_of, likeness_of
from knowledge.importing.questions_yaml import read_questions
from knowledge.lexical import plain
from knowledge.space import Space

LINES = 400
SEEDS = 5
THRESHOLDS = np.arange(0.6, 0.96, 0.02)
AT_ONCE = 64

Asked = tuple[str, str]


def main() -> None:
    """Print the index of each centre, beside k-means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--thresholds", action="store_true", help="every threshold, too")
    chosen = parser.parse_args()
    encoder = OnnxEncoder(Settings().encoder_dir)
    for profile in ("power", "gas", "property"):
        asked = _asked(profile)
        vectors = _encode(encoder, [text for text, _ in asked])
        # several threads for k-means on a busy machine spend their time on waiting for each other
        with threadpool_limits(limits=1):
            rows = [
                _measure(asked, vectors, seed=seed, every=chosen.thresholds)
                for seed in range(SEEDS)
            ]
        print(f"{profile}: {SEEDS} draws of {LINES} lines of held-out entries")
        for name in rows[0]:
            of_draws = [row[name] for row in rows]
            print(f"  {name:28} {np.mean(of_draws):.3f}  ({min(of_draws):.3f}-{max(of_draws):.3f})")


def _measure(
    asked: Sequence[Asked], vectors: Vectors, *, seed: int, every: bool
) -> dict[str, float]:
    draw = random.Random(seed)
    entries = sorted({entry for _, entry in asked})
    held_out = set(draw.sample(entries, len(entries) // 2))
    places = [place for place, (_, entry) in enumerate(asked) if entry in held_out]
    places = draw.sample(places, min(LINES, len(places)))
    texts, truth = [asked[place][0] for place in places], [asked[place][1] for place in places]
    others = [place for place, (_, entry) in enumerate(asked) if entry not in held_out]
    raw = vectors[places]
    placed = Space.of(vectors[others]).place(raw)
    likeness = likeness_of(texts, placed)

    def index(labels: ArrayLike) -> float:
        return float(adjusted_rand_score(truth, labels))

    def k_means(count: int, given: Vectors) -> float:
        return index(KMeans(count, n_init=5, random_state=seed).fit_predict(given))

    labels = labels_of(likeness, APART)
    found = {
        "groups": float(len(set(truth))),
        "groups found": float(len(set(labels.tolist()))),
        "ours": index(labels),
        "ours, characters alone": index(labels_of(likeness_of(texts, None), APART_BY_CHARACTERS)),
        "k-means, true number": k_means(len(set(truth)), raw),
        "k-means, true, our space": k_means(len(set(truth)), placed),
        "k-means, sqrt(n/2)": k_means(int((len(texts) / 2) ** 0.5), raw),
    }
    if every:
        found |= {f"ours at {each:.2f}": index(labels_of(likeness, each)) for each in THRESHOLDS}
    return found


def _asked(profile: str) -> list[Asked]:
    return [
        (question.text, next(iter(question.relevant)))
        for file in sorted((ROOT / "profiles" / profile / "questions").glob("*.yml"))
        for question in read_questions(file)
        if len(question.relevant) == 1 and not question.is_edge
    ]


def _encode(encoder: OnnxEncoder, texts: Sequence[str]) -> Vectors:
    parts = [
        encoder.encode_queries([plain(text) for text in texts[start : start + AT_ONCE]])
        for start in range(0, len(texts), AT_ONCE)
    ]
    joined: Vectors = np.concatenate(parts)
    return joined


if __name__ == "__main__":
    main()
