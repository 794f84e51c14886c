"""How rightly a decided group settles lines asked later in other words.

    .venv/bin/python -m benchmarks.settling

Lines and groups as in benchmarks/grouping.py. Of two thirds of the held-out entries half the lines
come first: they are put together and every group is decided about, as it would be shown. The other
lines come later, those of the last third too, which nobody has decided about. A line is settled
rightly when its entry is the one most lines of the group have.
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence

import numpy as np

from benchmarks.grouping import Asked, _asked, _encode
from desk.settings import Settings
from knowledge.encoder import OnnxEncoder
from knowledge.gaps import APART, labels_of, likeness_of
from knowledge.settling import SAME, settled_by
from knowledge.space import Space

LINES, OTHERS, SEED = 320, 300, 1
LIMITS = (0.5, SAME, 0.6, 0.65, 0.7, 0.75, APART)


def main() -> None:
    """Print for each centre and limit how many lines are settled, and how many rightly."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", action="append", help="power and gas without")
    chosen = parser.parse_args()
    encoder = OnnxEncoder(Settings().encoder_dir)
    for profile in chosen.profile or ("power", "gas"):
        inside, outside = _drawn(_asked(profile))
        vectors = _encode(encoder, [text for text, _ in inside])
        placed = Space.of(_encode(encoder, [text for text, _ in outside])).place(vectors)
        likeness = likeness_of([text for text, _ in inside], placed)
        seen, later = _split(inside)
        labels = labels_of(likeness[np.ix_(seen, seen)], APART).tolist()
        matter = {
            label: Counter(
                inside[place][1] for place, each in zip(seen, labels, strict=True) if each == label
            ).most_common(1)[0][0]
            for label in set(labels)
        }
        could = sum(inside[place][1] in set(matter.values()) for place in later)
        print(
            f"{profile}: {len(matter)} groups decided; {len(later)} lines later, "
            f"{could} of a matter that was decided"
        )
        for limit in LIMITS:
            settled = settled_by(likeness[np.ix_(later, seen)], labels, same=limit)
            right = sum(matter[label] == inside[later[at]][1] for at, label in settled.items())
            print(f"  within {limit:.2f}: {len(settled)} settled, {right} rightly")


def _drawn(asked: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """Lines of held-out entries, and lines of the others that give the space."""
    draw = random.Random(SEED)
    entries = sorted({entry for _, entry in asked})
    held_out = set(draw.sample(entries, len(entries) // 2))
    inside = [each for each in asked if each[1] in held_out]
    outside = [each for each in asked if each[1] not in held_out]
    return (
        draw.sample(inside, min(LINES, len(inside))),
        draw.sample(outside, min(OTHERS, len(outside))),
    )


def _split(lines: Sequence[Asked]) -> tuple[list[int], list[int]]:
    """The places of the lines that come first, and of those that come later."""
    draw = random.Random(SEED)
    entries = sorted({entry for _, entry in lines})
    new = set(draw.sample(entries, len(entries) // 3))
    seen = [
        place for place, (_, entry) in enumerate(lines) if entry not in new and draw.random() < 0.5
    ]
    return seen, [place for place in range(len(lines)) if place not in set(seen)]


if __name__ == "__main__":
    main()
