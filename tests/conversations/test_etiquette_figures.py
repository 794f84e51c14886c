"""How much of what agents type is found, and how often the check is wrong: labelled drafts.

Every other draft of etiquette_drafts.yml was kept aside while the rules were tuned. The figures
are printed (`pytest -s`); the floors below are what was measured, rounded down.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from ruamel.yaml import YAML

from conversations.etiquette import DraftCheck, Talk
from desk.settings import ROOT
from knowledge.etiquette_rules import Severity
from tests.centres import read_checks
from tests.conftest import PROFILES
from tickets.ticket import Kind

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
FOLDER = ROOT / "tests" / "knowledge"
RULES = ["rude", "informal", "shirking", "blame", "promise", "internal", "private", "restate"]
RULES += ["surname"]

Drafts = Sequence[dict[str, Any]]


@pytest.fixture(scope="module")
def checks() -> Mapping[str, DraftCheck]:
    return read_checks(*PROFILES)


def read(name: str) -> list[dict[str, Any]]:
    drafts: list[dict[str, Any]] = YAML(typ="safe").load((FOLDER / name).read_text("utf-8"))
    return drafts


TUNING, HELD_OUT = read("etiquette_drafts.yml")[::2], read("etiquette_drafts.yml")[1::2]
UNLIKE, UNSEEN = read("etiquette_unlike.yml"), read("etiquette_unseen.yml")


@dataclass
class Score:
    """Right findings, wrong ones and missed ones by rule; clean drafts with a finding."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    disturbed: list[str] = field(default_factory=list)

    def precision(self, rule: str) -> float:
        said = self.right[rule] + self.wrong[rule]
        return self.right[rule] / said if said else 1.0

    def recall(self, rule: str) -> float:
        due = self.right[rule] + self.missed[rule]
        return self.right[rule] / due if due else 1.0

    def table(self, title: str) -> str:
        lines = [f"{title}: {'rule':10} precision recall  drafts"]
        for rule in RULES:
            due = self.right[rule] + self.missed[rule]
            lines.append(
                f"{'':{len(title)}}  {rule:10} {self.precision(rule):9.2f} "
                f"{self.recall(rule):6.2f} {due:7}"
            )
        return "\n".join([*lines, f"clean drafts with a finding: {len(self.disturbed)}"])


def found_in(checks: Mapping[str, DraftCheck], draft: dict[str, Any]) -> set[str]:
    talk = None
    if "said" in draft:
        talk = Talk(
            said=tuple(draft["said"]),
            before=tuple(draft.get("before", ())),
            name=draft.get("surname", ""),
        )
    kind = Kind(draft["kind"]) if "kind" in draft else None
    found = checks[draft["centre"]].check(draft["text"], now=NOW, kind=kind, talk=talk)
    return {each.rule for each in found if each.severity is not Severity.INFO}


def score_of(checks: Mapping[str, DraftCheck], drafts: Drafts) -> Score:
    score = Score()
    for draft in drafts:
        found, due = found_in(checks, draft), set(draft["rules"])
        score.right.update(found & due)
        score.wrong.update(found - due)
        score.missed.update(due - found)
        if found and not due:
            score.disturbed.append(draft["text"])
    return score


def test_half_of_the_drafts_are_clean() -> None:
    drafts = [*TUNING, *HELD_OUT]

    clean = [draft for draft in drafts if not draft["rules"]]

    assert len(drafts) >= 300
    assert 0.4 <= len(clean) / len(drafts) <= 0.6
    assert {rule for draft in drafts for rule in draft["rules"]} == set(RULES)


@pytest.mark.parametrize(
    ("title", "drafts", "precision", "recall"),
    [("tuning", TUNING, 0.95, 0.95), ("held out", HELD_OUT, 0.88, 0.93)],
)
def test_precision_and_recall_of_each_rule(
    checks: Mapping[str, DraftCheck], title: str, drafts: Drafts, precision: float, recall: float
) -> None:
    score = score_of(checks, drafts)
    print("\n" + score.table(title))

    assert {rule for rule in RULES if score.precision(rule) < precision} == set()
    assert {rule for rule in RULES if score.recall(rule) < recall} == set()


def test_words_nobody_thought_of_are_mostly_missed_and_clean_drafts_left_alone(
    checks: Mapping[str, DraftCheck],
) -> None:
    developed, unseen = score_of(checks, UNLIKE), score_of(checks, UNSEEN)
    print("\n" + developed.table("unlike") + "\n" + unseen.table("unseen"))

    assert developed.disturbed == unseen.disturbed == []
    assert {rule for rule in RULES if developed.recall(rule) < 0.95} == set()


def test_the_time_of_a_long_draft(checks: Mapping[str, DraftCheck]) -> None:
    clean = [draft["text"] for draft in TUNING if not draft["rules"]]
    long_ones = ["".join(clean[at : at + 6])[:200] for at in range(0, len(clean) - 6, 6)]
    power = checks["power"]
    took = []
    for text in long_ones * 4:
        begun = time.perf_counter()
        power.check(text, now=NOW)
        took.append((time.perf_counter() - begun) * 1000)
    middle = sorted(took)[len(took) // 2]
    print(f"\n{len(took)} drafts of 200 characters: {middle:.1f} ms at the middle")

    assert took
