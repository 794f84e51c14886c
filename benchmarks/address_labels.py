"""How addresses are found by rules and by both, on lines the labeller did not see.

`python -m benchmarks.address_labels` cross-validates on profiles/addresses_said.yml, for every
kind of line and for several thresholds; `--l1` and `--l2` try other smoothness.
"""

import argparse
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from conversations.reading import plain
from desk.learning import SAID
from desk.settings import ROOT
from tickets.place_fitting import L1, L2, SURE, Marked, Said, fit_labeller, read_said
from tickets.place_labels import PlaceLabeller
from tickets.places import Labeller, choose_place, find_address
from tickets.profile import load_profile

FOLDS = 4
THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8)
NONE = "none"
SEED = 7

# what is told in a line, and what was found
Pair = tuple[str | None, str | None]


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--l1", type=float, default=L1)
    options.add_argument("--l2", type=float, default=L2)
    chosen = options.parse_args()
    profile = load_profile(ROOT / "profiles" / "power")

    def read(line: str) -> str:
        return plain(line, profile)

    said = read_said(ROOT / "profiles" / SAID)
    lines = [(kind, line) for kind, each in said.said.items() for line in each]
    lines += [(NONE, line) for line in said.none]
    random.Random(SEED).shuffle(lines)
    found: dict[str, dict[str, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for fold in range(FOLDS):
        unseen = [each for at, each in enumerate(lines) if at % FOLDS == fold]
        seen = [each for at, each in enumerate(lines) if at % FOLDS != fold]
        model = _learn(seen, said.carriers, read, (chosen.l1, chosen.l2)).model
        finders: dict[str, Labeller | None] = {"rules": None}
        finders |= {f"{sure}": PlaceLabeller(model, sure=sure) for sure in THRESHOLDS}
        for kind, line in unseen:
            marked = Marked.of(read(line))
            for name, labeller in finders.items():
                found[name][kind].append(_pair(marked, labeller))
    _show(found)


def _learn(
    lines: Iterable[tuple[str, str]],
    carriers: list[str],
    read: Callable[[str], str],
    smoothness: tuple[float, float],
) -> PlaceLabeller:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, line in lines:
        by_kind[kind].append(line)
    none = by_kind.pop(NONE)
    learnt = Said.model_construct(said=by_kind, carriers=carriers, none=none).lines()
    with tempfile.TemporaryDirectory() as folder:
        return fit_labeller(
            [read(line) for line in learnt], folder=Path(folder), smoothness=smoothness
        )


def _pair(marked: Marked, labeller: Labeller | None) -> Pair:
    told = choose_place(marked.line, marked.addresses)
    return _bare(told), _bare(find_address(marked.line, labeller))


def _bare(place: str | None) -> str | None:
    return re.sub(r"[\W_]", "", place) if place else None


def f1(pairs: Iterable[Pair]) -> float:
    """Exact match: of what is told and what was found."""
    right = wrong = 0
    for told, found in pairs:
        if told == found:
            right += told is not None
        else:
            wrong += (told is not None) + (found is not None)
    return 2 * right / max(1, 2 * right + wrong)


def _show(found: dict[str, dict[str, list[Pair]]]) -> None:
    for name, by_kind in found.items():
        print(f"{name:8} F1 {f1(pair for pairs in by_kind.values() for pair in pairs):.3f}")
    for kind, pairs in found[f"{SURE}"].items():
        before = f1(found["rules"][kind])
        wrong = sum(told != read for told, read in pairs)
        print(f"{kind:16}{len(pairs):5} lines, {wrong:4} wrong, F1 {before:.3f} -> {f1(pairs):.3f}")


if __name__ == "__main__":
    main()
