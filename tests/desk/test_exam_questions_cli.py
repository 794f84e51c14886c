"""`seatmate knowledge tests`: everything the table can do, at a terminal."""

import json
from pathlib import Path

import pytest

from tests.desk.test_cli import Terminal, sentence
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS

ASKED = "交电费一共有几种办法呀"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = Terminal(tmp_path / "var")
    terminal.put_live(*SMALL_CORPUS)
    return terminal


def test_adds_lists_and_removes_a_question(terminal: Terminal) -> None:
    path = ("knowledge", "tests")
    added = terminal.run(*path, "add", ASKED, "--entry", PAYING.entry_id, "--by", "小陈")
    assert added.exit_code == 0, added.output

    (question,) = json.loads(terminal.run(*path, "list", ASKED, "--json").stdout)
    removed = terminal.run(*path, "remove", ASKED, "--by", "小陈")

    assert (question["entries"], question["author"]) == ([PAYING.entry_id], "小陈")
    assert removed.exit_code == 0
    assert json.loads(terminal.run(*path, "list", ASKED, "--json").stdout) == []


def test_says_that_there_is_no_such_entry(terminal: Terminal) -> None:
    refused = terminal.run("knowledge", "tests", "add", ASKED, "--entry", "no-such", "--by", "小陈")

    assert "no-such" in sentence(refused)


def test_other_words_keep_the_entries_until_they_are_said_to_go(terminal: Terminal) -> None:
    path, other = ("knowledge", "tests"), "电费都能怎么交呀"
    terminal.run(*path, "add", ASKED, "--entry", PAYING.entry_id, "--by", "小陈")

    renamed = terminal.run(*path, "change", ASKED, "--to", other, "--by", "小陈")
    assert renamed.exit_code == 0, renamed.output
    (question,) = json.loads(terminal.run(*path, "list", other, "--json").stdout)
    gone = terminal.run(*path, "change", other, "--out-of-scope", "--by", "小陈")

    assert question["entries"] == [PAYING.entry_id]
    assert "out of scope" in gone.stdout
