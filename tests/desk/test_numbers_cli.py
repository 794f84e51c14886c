"""`seatmate numbers`: everything the page shows, at a terminal."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.desk.test_cli import Terminal, sentence
from tests.knowledge.small_corpus import SMALL_CORPUS


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = Terminal(tmp_path / "var")
    terminal.put_live(*SMALL_CORPUS)
    return terminal


def test_tells_of_every_day_of_a_period(terminal: Terminal) -> None:
    shown = terminal.run("numbers", "--first", "2026-11-20", "--last", "2026-11-21", "--json")

    found = json.loads(shown.stdout)
    assert [day["day"] for day in found["days"]] == ["2026-11-20", "2026-11-21"]
    assert found["total"]["turns"] == 0


def test_lists_the_turns_in_which_an_entry_was_said(terminal: Terminal) -> None:
    shown = terminal.run("numbers", "--entry", "bill-how-to-pay")

    assert json.loads(shown.stdout) == {"total": 0, "turns": []}


def test_writes_a_workbook(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "numbers.xlsx"

    shown = terminal.run("numbers", "--to", str(file))

    assert shown.exit_code == 0, shown.output
    assert len(load_workbook(file).sheetnames) == 3


def test_names_the_centres_when_there_is_no_such(terminal: Terminal) -> None:
    refused = terminal.run("numbers", "--profile", "water")

    assert "power" in sentence(refused)
