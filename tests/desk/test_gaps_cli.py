"""`seatmate gaps`: everything the page can do, at a terminal."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk.database import Database
from knowledge.gap_store import GapStore
from knowledge.gaps import NewLine, Why
from tests.desk.test_cli import Terminal, sentence
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS

SOLAR = ("光伏并网要找谁办", "光伏并网去哪里办理")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A centre where two customers asked in vain."""
    terminal = Terminal(tmp_path / "var")
    terminal.put_live(*SMALL_CORPUS)

    async def ask(database: Database) -> None:
        async with database.write() as connection:
            for place, text in enumerate(SOLAR):
                line = NewLine(
                    profile="power",
                    asked_in=f"c{place}",
                    text=text,
                    why=Why.NOT_KNOWN,
                    answer="",
                    at=datetime.now(UTC),
                )
                await GapStore(connection).add(line)

    terminal.with_database(ask)
    return terminal


def listed(terminal: Terminal, what: str = "list") -> list[dict[str, Any]]:
    shown = terminal.run("gaps", what, "--json")
    assert shown.exit_code == 0, shown.output
    found: list[dict[str, Any]] = json.loads(shown.stdout)
    return found


def test_lists_a_gap_with_its_lines(terminal: Terminal) -> None:
    (gap,) = listed(terminal)

    assert gap["count"] == 2
    assert set(gap["examples"]) == set(SOLAR)


def test_decides_and_takes_it_back(terminal: Terminal) -> None:
    (gap,) = listed(terminal)

    done = terminal.run(
        *("gaps", "decide", str(gap["gap_id"]), "similar"),
        *("--entry", PAYING.entry_id, "--by", "小陈"),
    )

    assert f"{PAYING.entry_id} v{PAYING.version + 1}" in done.stdout
    assert listed(terminal) == []
    (decision,) = listed(terminal, "decisions")
    assert decision["author"] == "小陈"
    undone = terminal.run("gaps", "undo", str(decision["decision_id"]), "--by", "老王")
    assert undone.exit_code == 0
    assert len(listed(terminal)) == 1


def test_asks_for_a_title_and_an_answer_of_a_new_entry(terminal: Terminal) -> None:
    (gap,) = listed(terminal)

    refused = terminal.run("gaps", "decide", str(gap["gap_id"]), "entry", "--by", "小陈")

    assert "--title" in sentence(refused).splitlines()[-1]


def test_shows_every_line_and_the_entries_nearest_to_it(terminal: Terminal) -> None:
    (gap,) = listed(terminal)

    shown = terminal.run("gaps", "show", str(gap["gap_id"]), "--json")

    told = json.loads(shown.stdout)
    assert {line["text"] for line in told["all"]} == set(SOLAR)
    assert len(told["nearest"]) == 3


def test_leaves_a_line_on_the_list_and_takes_other_words(terminal: Terminal) -> None:
    (gap,) = listed(terminal)
    left = gap["line_ids"][1]

    terminal.run(
        *("gaps", "decide", str(gap["gap_id"]), "entry", "--by", "小陈", "--without", str(left)),
        *("--title", "光伏并网在哪里办", "--answer", "营业厅。", "--kind", "policy"),
        *("--topic", "新装", "--wording", "光伏并网找谁"),
    )

    (still,) = listed(terminal)
    assert still["line_ids"] == [left]
    (decision,) = listed(terminal, "decisions")
    entry = terminal.run("knowledge", "entries", "show", decision["entry_id"], "--json")
    told = json.loads(entry.stdout)
    assert (told["kind"], told["topic"], told["questions"]) == ("policy", "新装", ["光伏并网找谁"])
