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
