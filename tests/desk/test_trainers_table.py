"""docs/trainers-by-command.md is true: of every route of the pages, of every command it names."""

import re
from typing import Any

import pytest
import typer
from fastapi import FastAPI

from desk.app import make_app
from desk.cli import app as command_line
from desk.routes import API
from desk.settings import ROOT, Settings

TABLE = (ROOT / "docs" / "trainers-by-command.md").read_text("utf-8")
PAGES = ("/gaps", "/knowledge/", "/training/", "/cases", "/practice", "/numbers")
# for the desk of agents, who search and take wordings from it
OTHERS = {"GET /knowledge/search"}
ROUTE = re.compile(r"`((?:GET|POST|PUT|DELETE) /[^`]*)`")
ROWS = [row.split("|") for row in TABLE.splitlines() if ROUTE.search(row) and row[0] == "|"]
COMMANDS = sorted({words for row in ROWS for words in re.findall(r"`([^`]+)`", row[3])})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("data")))


def routes_of(desk: FastAPI) -> set[str]:
    """The calls of the trainers' pages."""
    paths = [
        (method.upper(), path.removeprefix(API))
        for path, methods in desk.openapi()["paths"].items()
        for method in methods
    ]
    return {f"{method} {path}" for method, path in paths if path.startswith(PAGES)} - OTHERS


def test_every_call_of_the_trainers_pages_has_a_line(desk: FastAPI) -> None:
    assert {route for row in ROWS for route in ROUTE.findall(row[2])} == routes_of(desk)


def test_every_line_names_a_command() -> None:
    assert [row[1] for row in ROWS if "`" not in row[3]] == []


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_of_the_table_is_there_with_its_options(words: str) -> None:
    command: Any = typer.main.get_command(command_line)
    names = words.split(" --")
    for name in names[0].split():
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}

    assert {f"--{option}" for option in names[1:]} <= known
