"""All that the bot itself says passes the check that agents' drafts pass."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from ruamel.yaml import YAML

from conversations.etiquette import DraftCheck
from conversations.hand_over_terms import load_hand_over
from desk.settings import ROOT
from knowledge.etiquette_rules import Severity
from knowledge.importing.corpus_yaml import read_corpus
from tests.centres import read_checks
from tests.conftest import PROFILES

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
ROOT_OF_PROFILES = ROOT / "profiles"
# lists of words that customers use, and what is written for trainers
NOT_SAID = {
    *("words", "unless", "when_asked", "pointed", "told_by", "starters", "terms", "dialect"),
    *("signs", "nearby", "calm", "word_groups", "same_sound", "outright", "question_words"),
    *("no_question_words", "anger_words", "refusal_words", "turning_words", "turning_openers"),
    *("source", "etiquette", "floors", "says", "links"),
    # said to agents
    *("nothing", "no_line"),
}


@pytest.fixture(scope="module")
def checks() -> Mapping[str, DraftCheck]:
    return read_checks(*PROFILES)


def said_in(node: Any) -> Iterator[str]:
    """Every text of a file that customers get to read."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in NOT_SAID:
                yield from said_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from said_in(value)
    elif isinstance(node, str):
        yield node


def offences(check: DraftCheck, texts: list[str]) -> list[tuple[str, str, str]]:
    """The rule, what is marked and the whole text, for whatever is worse than a hint."""
    assert texts
    return [
        (found.rule, text[slice(*found.span)], text)
        for text in texts
        for found in check.check(text, now=NOW)
        if found.severity is not Severity.INFO
    ]


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize(
    "file",
    [
        "common.yml",
        "dangers.yml",
        "doors.yml",
        "phrasing.yml",
        "{name}/profile.yml",
    ],
)
def test_what_a_profile_says(checks: Mapping[str, DraftCheck], name: str, file: str) -> None:
    data = YAML(typ="safe").load((ROOT_OF_PROFILES / file.format(name=name)).read_text("utf-8"))

    assert offences(checks[name], list(said_in(data))) == []


@pytest.mark.parametrize("name", PROFILES)
def test_what_is_said_on_the_way_to_a_person(checks: Mapping[str, DraftCheck], name: str) -> None:
    words = load_hand_over(ROOT_OF_PROFILES, [name])[name].words

    assert offences(checks[name], list(said_in(words.model_dump()))) == []


@pytest.mark.parametrize("name", PROFILES)
def test_every_answer_of_the_corpus(checks: Mapping[str, DraftCheck], name: str) -> None:
    entries = read_corpus(ROOT_OF_PROFILES / name / "corpus", timezone="Asia/Shanghai")

    assert offences(checks[name], [entry.answer for entry in entries]) == []


@pytest.mark.parametrize("name", PROFILES)
def test_what_the_bot_answers_by_itself(checks: Mapping[str, DraftCheck], name: str) -> None:
    texts = []
    for file in sorted((ROOT / "bot" / "domain").glob("*.yml")):
        responses = YAML(typ="safe").load(file.read_text("utf-8")).get("responses", {})
        texts += [
            each["text"] for wordings in responses.values() for each in wordings if "text" in each
        ]

    assert offences(checks[name], texts) == []
