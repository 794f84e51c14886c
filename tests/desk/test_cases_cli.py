"""`seatmate cases`: what the page of cases and practice can do, at a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from conversations.case_store import CaseStore
from conversations.cases import Case, Step
from desk.clock import now
from desk.database import Database
from tests.desk.test_cli import Terminal, sentence
from tests.knowledge.small_corpus import SMALL_CORPUS

WORDING = "您好，抢修人员会在45分钟内到达现场，请您保持电话畅通。"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A centre whose one case has two steps."""
    terminal = Terminal(tmp_path / "var")
    terminal.put_live(*SMALL_CORPUS)
    case = Case(
        case_id=0,
        profile="power",
        title="停电了",
        steps=(
            Step(asked="停电了，多久能来人", wording=WORDING),
            Step(asked="好的", wording="感谢来电。"),
        ),
        is_ready=False,
        version=1,
        author="陈晓",
        at=now(),
    )

    async def add(database: Database) -> None:
        async with database.write() as connection:
            await CaseStore(connection, sealed=()).add(case, conversation_id="c1")

    terminal.with_database(add)
    return terminal


def shown(terminal: Terminal) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(terminal.run("cases", "show", "1", "--json").stdout)
    return found


def test_mends_one_step_and_drops_another(terminal: Terminal) -> None:
    done = terminal.run(
        *("cases", "edit", "1", "--version", "1", "--by", "陈晓", "--title", "停电抢修"),
        *("--step", f"1=停电了=>{WORDING}", "--step", "2="),
    )

    assert done.exit_code == 0, done.output
    case = shown(terminal)
    assert (case["title"], case["version"]) == ("停电抢修", 2)
    assert case["steps"] == [{"asked": "停电了", "wording": WORDING}]


def test_refuses_a_step_of_which_one_side_is_missing(terminal: Terminal) -> None:
    refused = terminal.run(
        *("cases", "edit", "1", "--version", "1", "--by", "陈晓", "--step", "1=停电了"),
    )

    assert "N=CUSTOMER=>WORDING" in sentence(refused)


def test_a_case_that_was_let_out_is_practised_with_reasons(terminal: Terminal) -> None:
    terminal.run("cases", "ready", "1", "--by", "陈晓")

    done = terminal.run(
        *("cases", "practise", "1", "--by", "李坐席", "--json"),
        *("--reply", "师傅90分钟内到，你等着吧。", "--reply", "感谢来电。"),
    )

    told = json.loads(done.stdout)
    assert told["next"] is None
    assert told["replies"][0]["judged"]["wrong"] == [["45分钟", "90分钟"]]


def test_a_case_that_is_held_back_is_practised_no_more(terminal: Terminal) -> None:
    terminal.run("cases", "ready", "1", "--by", "陈晓")

    terminal.run("cases", "hold", "1", "--by", "陈晓")

    assert shown(terminal)["is_ready"] is False
    refused = terminal.run("cases", "practise", "1", "--by", "李坐席", "--reply", "您好")
    assert "not ready" in sentence(refused)
