"""How much of what agents should not write is noticed; `python -m benchmarks.etiquette`.

On drafts that nothing learnt from and no wording is listed for. `hard`: what six agents type in
forty situations, good drafts near the border, and the unseen ones of an earlier hand. `everyday`
and `everyday_2`: what is typed in 120 conversations each, half of it good, by two more hands. By
the word lists alone and with the second net under them (as `make setup` taught it). `right` are
findings that name a rule the draft breaks, by its author or a second reader; `noticed` is whether
a bad draft is told of at all, under whatever name. The groups are those of requirements.md: rude,
shirking and blaming are its 三不.
"""

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from conversations.drafts import load_checks
from conversations.etiquette import DraftCheck, Sense
from desk.nets import find_draft_sense
from desk.settings import ROOT, Settings
from knowledge.etiquette_rules import Severity
from tickets.profile import load_profile
from tickets.terms import load_terms

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
HERE = ROOT / "tests"
# the rules whose breaches have no shape of their own
RULES = ("rude", "shirking", "blame", "promise", "internal")
GROUPS = {
    **{rule: frozenset({rule}) for rule in RULES},
    "three nots": frozenset({"rude", "shirking", "blame"}),
}
CENTRES = ("power", "gas", "property")
EVERYDAY = ("everyday", "everyday_2")


@dataclass(frozen=True)
class Labelled:
    """A draft, the rules it breaks, and those that could be named as well."""

    centre: str
    text: str
    rules: frozenset[str]
    may: frozenset[str] = frozenset()


# a draft and the rules that are named
Judged = tuple[Labelled, set[str]]


@dataclass
class Score:
    """Of one rule: drafts that break it, findings that name it, and how many of both are right."""

    due: int = 0
    hit: int = 0
    named: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """The share of the drafts that break it of which it is named."""
        return self.hit / self.due if self.due else 1.0

    @property
    def precision(self) -> float:
        """The share of the findings that are right."""
        return self.right / self.named if self.named else 1.0


@dataclass
class Figures:
    """By rule and group, and of all drafts whether they are told of."""

    by_rule: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in GROUPS})
    bad: int = 0
    noticed: int = 0
    good: int = 0
    disturbed: int = 0

    def data(self) -> dict[str, Any]:
        """Plain values."""
        by_rule = {
            rule: {
                "drafts": each.due,
                "precision": round(each.precision, 2),
                "recall": round(each.recall, 2),
            }
            for rule, each in self.by_rule.items()
        }
        return {
            "rules": by_rule,
            "bad": self.bad,
            "noticed": round(self.noticed / max(self.bad, 1), 2),
            "good": self.good,
            "disturbed": round(self.disturbed / max(self.good, 1), 3),
        }


def read_everyday(name: str) -> list[Labelled]:
    """The drafts of everyday work by one of the two hands."""
    drafts = [
        Labelled(
            each["centre"],
            each["text"],
            frozenset(each["rules"]),
            frozenset(each.get("may", ())),
        )
        for each in _read(HERE / "conversations" / f"etiquette_{name}.yml")
    ]
    return second_read(drafts)


def read_drafts() -> list[Labelled]:
    """The hard drafts: of three lists, those that break one of `RULES` or none at all."""
    drafts = []
    for situation in _read(HERE / "conversations" / "etiquette_situations.yml"):
        may = situation.get("may", {})
        for rule in RULES:
            also = frozenset(may.get(rule, ()))
            drafts.append(Labelled(situation["centre"], situation[rule], frozenset({rule}), also))
        drafts += [Labelled(situation["centre"], text, frozenset()) for text in situation["fine"]]
    fine = _read(HERE / "conversations" / "etiquette_fine.yml")
    drafts += [Labelled(CENTRES[at % 3], text, frozenset()) for at, text in enumerate(fine)]
    for each in _read(HERE / "knowledge" / "etiquette_unseen.yml"):
        rules = frozenset(each["rules"])
        if "said" not in each and (rules & set(RULES) or not rules):
            drafts.append(Labelled(each["centre"], each["text"], rules))
    return second_read(drafts)


def read_all() -> dict[str, list[Labelled]]:
    """All drafts by where they are from."""
    return {"hard": read_drafts(), **{name: read_everyday(name) for name in EVERYDAY}}


def make_checks(sense: Sense | None) -> dict[str, DraftCheck]:
    """The check of every centre."""
    root = ROOT / "profiles"
    profiles = {name: load_profile(root / name) for name in CENTRES}
    terms = load_terms(root, {name: each.timezone for name, each in profiles.items()})
    return load_checks(root, profiles, terms, sense)


def second_read(drafts: Sequence[Labelled]) -> list[Labelled]:
    """The drafts with what second readers named besides their authors."""
    besides = _read(HERE / "conversations" / "etiquette_second_reader.yml")
    return [replace(each, may=each.may | set(besides.get(each.text, ()))) for each in drafts]


def judge(checks: Mapping[str, DraftCheck], drafts: Sequence[Labelled]) -> list[Judged]:
    """The drafts with the rules that findings name, hints aside."""
    found = (checks[each.centre].check(each.text, now=NOW) for each in drafts)
    return [
        (draft, {each.rule for each in its if each.severity is not Severity.INFO})
        for draft, its in zip(drafts, found, strict=True)
    ]


def measure(judged: Iterable[Judged]) -> Figures:
    """What is found in the drafts against what is in them."""
    figures = Figures()
    for draft, found in judged:
        if draft.rules & set(RULES):
            figures.bad += 1
            figures.noticed += bool(found & set(RULES))
        else:
            figures.good += 1
            figures.disturbed += bool(found)
        for name, score in figures.by_rule.items():
            named, due = bool(found & GROUPS[name]), bool(draft.rules & GROUPS[name])
            score.due += due
            score.hit += named and due
            score.named += named
            score.right += named and bool((draft.rules | draft.may) & GROUPS[name])
    return figures


def table(title: str, figures: Figures) -> str:
    """The figures as people read them."""
    lines = [f"{title:24} {'rule':10} drafts precision recall"]
    lines += [
        f"{'':24} {rule:10} {each.due:6} {each.precision:9.2f} {each.recall:6.2f}"
        for rule, each in figures.by_rule.items()
    ]
    lines.append(
        f"{'':24} {figures.noticed} of {figures.bad} bad drafts are told of; "
        f"{figures.disturbed} of {figures.good} good ones are disturbed"
    )
    return "\n".join(lines)


def _read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text("utf-8"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one object instead of tables")
    given = parser.parse_args()
    sense, kinds, figures = find_draft_sense(Settings()), read_all(), {}
    means = {"words": make_checks(None)}
    if sense is not None:
        means["words and net"] = make_checks(sense.find)
    for name, checks in means.items():
        judged = {kind: judge(checks, drafts) for kind, drafts in kinds.items()}
        for kind, its in {**judged, "all": [*chain(*judged.values())]}.items():
            figures[f"{kind}, {name}"] = measure(its)
    if given.json:
        print(json.dumps({name: each.data() for name, each in figures.items()}))
        return
    for name, each in figures.items():
        print(table(name, each))


if __name__ == "__main__":
    main()
