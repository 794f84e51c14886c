"""`seatmate knowledge entries`: what the page of entries can do, at a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.desk.test_cli import Terminal, sentence
from tests.knowledge.small_corpus import MOVING, PAYING, SMALL_CORPUS

ANSWER = "网上国网 App、95598 网站、支付宝或供电营业厅都可以交。"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = Terminal(tmp_path / "var")
    terminal.put_live(*SMALL_CORPUS)
    return terminal


def told(terminal: Terminal, verb: str, *words: str) -> Any:
    shown = terminal.run("knowledge", "entries", verb, *words, "--json")
    assert shown.exit_code == 0, shown.output
    return json.loads(shown.stdout)


def edit(terminal: Terminal, *fields: str, version: int = 1) -> str:
    words = [word for field in fields for word in ("--set", field)]
    done = terminal.run(
        *("knowledge", "entries", "edit", PAYING.entry_id, "--version", str(version)),
        *("--by", "小陈", "--reason", "补充", *words),
    )
    return done.stdout if done.exit_code == 0 else sentence(done)


def test_lists_the_entries_in_which_words_are_found(terminal: Terminal) -> None:
    found = told(terminal, "list", "过户")

    assert [each["entry_id"] for each in found] == [MOVING.entry_id]


def test_lists_those_of_a_kind_that_nobody_heard(terminal: Terminal) -> None:
    found = told(terminal, "list", "--kind", "policy", "--only", "never_hit")

    assert [each["entry_id"] for each in found] == ["outage-arrival"]


def test_shows_an_entry_with_what_is_different_from_the_live_one(terminal: Terminal) -> None:
    edit(terminal, f"answer={ANSWER}")

    entry = told(terminal, "show", PAYING.entry_id)

    assert (entry["version"], entry["state"], entry["author"]) == (2, "draft", "小陈")
    assert entry["questions"] == list(PAYING.questions)
    assert [each["field"] for each in entry["against_live"]] == ["answer"]
    assert entry["history"][0]["reason"] == "补充"


def test_compares_two_versions(terminal: Terminal) -> None:
    edit(terminal, f"answer={ANSWER}", "question=支付宝能交电费吗")

    shown = terminal.run("knowledge", "entries", "diff", PAYING.entry_id)

    assert "  + 支付宝能交电费吗" in shown.stdout.splitlines()
    assert f"  - {PAYING.answer}" in shown.stdout.splitlines()


def test_tells_which_versions_there_are(terminal: Terminal) -> None:
    refused = terminal.run("knowledge", "entries", "diff", PAYING.entry_id, "--from", "7")

    assert "no version 7: there are [1]" in sentence(refused)


def test_takes_out_all_questions_and_puts_others_in(terminal: Terminal) -> None:
    edit(terminal, "questions=", "question=电费怎么付")

    assert told(terminal, "show", PAYING.entry_id)["questions"] == ["电费怎么付"]


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("colour=red", "fields are title, answer"),
        ("kind=song", "kind: Input should be 'faq'"),
        ("title=", "has no title"),
    ],
)
def test_refuses_a_text_that_could_be_no_entry(terminal: Terminal, field: str, why: str) -> None:
    if field == "title=":
        edit(terminal, field)
        assert "no_text" in told(terminal, "show", PAYING.entry_id)["lacks"]
    else:
        assert why in edit(terminal, field)


def test_refuses_an_edit_of_a_version_somebody_has_written_over(terminal: Terminal) -> None:
    edit(terminal, f"answer={ANSWER}")

    assert "version 1" in edit(terminal, "answer=别的")


def test_writes_a_new_entry_as_a_draft(terminal: Terminal) -> None:
    done = terminal.run(
        *("knowledge", "entries", "create", "--by", "小陈"),
        *("--set", "title=充电桩怎么报装", "--set", "answer=网上国网 App 申请。"),
    )

    made = done.stdout.split()[0]
    assert told(terminal, "show", made)["origin"] == "desk"


def test_tells_what_already_says_a_text(terminal: Terminal) -> None:
    shown = terminal.run(
        *("knowledge", "entries", "check", "--set", f"title={PAYING.title}"),
        *("--set", "answer=只能去营业厅。"),
    )

    found = json.loads(shown.stdout)
    beside = [*found["alike"], *found["contradictions"], *found["nearest"]]
    assert PAYING.entry_id in [each["entry_id"] for each in beside]
    assert "no_source" in found["lacks"]


def test_tells_what_a_publication_would_change(terminal: Terminal) -> None:
    edit(terminal, f"answer={ANSWER}")
    move = ("knowledge", "entries")
    terminal.run(*move, "submit", PAYING.entry_id, "--version", "2", "--by", "小陈")
    terminal.run(*move, "approve", PAYING.entry_id, "--version", "2", "--by", "老王")

    shown = terminal.run("knowledge", "changes")

    assert f"~ {PAYING.entry_id} v2  {PAYING.title}  answer" in shown.stdout.splitlines()
