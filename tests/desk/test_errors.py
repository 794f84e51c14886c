"""Every error has its line in problems.yml and leaves the desk as a problem people can read."""

import importlib
import json
import pkgutil
import re
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, StringConstraints

from conversations.message import MAX_TEXT, MessageTooLong
from desk import errors
from desk.errors import FAMILIES, PROBLEMS
from knowledge.entry import QuestionTooLong, TooManyQuestions
from knowledge.importing.paper import ImportRefused, Refusal
from profiles.document import DocumentError
from tickets.event import EventChanged
from tickets.ticket import TicketChanged

SUBJECTS = ("actions", "connectors", "conversations", "knowledge", "profiles", "tickets")
EXTRAS = {"invalid_request", "not_found", "unexpected"}


def import_every_module() -> None:
    """An error class is known only once its module is imported."""
    for subject in SUBJECTS:
        package = importlib.import_module(subject)
        for module in pkgutil.walk_packages(package.__path__, f"{subject}."):
            importlib.import_module(module.name)


def with_subclasses(error: type[Exception]) -> Iterator[type[Exception]]:
    yield error
    for child in error.__subclasses__():
        yield from with_subclasses(child)


def made(error: type[Exception]) -> Exception:
    """One such error, as the subjects make it."""
    if issubclass(error, TooManyQuestions):
        return error(limit=200, count=20_000)
    if issubclass(error, QuestionTooLong):
        return error(limit=300, length=301, place=2)
    if issubclass(error, MessageTooLong):
        return error(10_000)
    if issubclass(error, DocumentError):
        return error(Path("bills.yml"), 3, "no source")
    if issubclass(error, ImportRefused):
        return error(Refusal.EMPTY, "手册.docx")
    if issubclass(error, TicketChanged | EventChanged):
        return error("改过了", version=3, by="老王", at="2026-11-21T01:30:00+00:00")
    return error("小李试了一下")


import_every_module()
ERRORS = sorted(
    {error for family in FAMILIES for error in with_subclasses(family)},
    key=lambda error: error.__name__,
)


Line = Annotated[str, StringConstraints(max_length=30)]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Line
    questions: list[Line] = []
    review_by: date | None = None


def app_that_fails() -> FastAPI:
    app = FastAPI()
    errors.install(app)

    @app.get("/fails/{name}")
    async def fails(name: str) -> None:
        raise next(made(error) for error in ERRORS if error.__name__ == name)

    @app.get("/breaks")
    async def breaks() -> None:
        raise ZeroDivisionError("secret figures of 小王")

    @app.post("/form")
    async def form(form: Form) -> str:
        return form.text

    return app


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_that_fails(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


def problem_of(response: httpx.Response) -> dict[str, Any]:
    """The problem details, which must agree with the response that carries them."""
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code
    return body


class TestTable:
    def test_belongs_to_a_family_whatever_a_subject_raises(self) -> None:
        ours = [
            error
            for error in with_subclasses(Exception)
            if error.__module__.partition(".")[0] in SUBJECTS
        ]

        assert MessageTooLong in ours
        assert [error for error in ours if not issubclass(error, FAMILIES)] == []

    def test_has_a_line_for_every_error_and_none_for_any_other(self) -> None:
        assert set(PROBLEMS) == {error.__name__ for error in ERRORS} | EXTRAS

    @pytest.mark.parametrize("name", sorted(PROBLEMS))
    def test_speaks_chinese_and_says_what_to_do(self, name: str) -> None:
        line = PROBLEMS[name]

        assert set(line) == {"status", "title", "detail"}
        assert 400 <= line["status"] <= 599
        assert re.search(r"[\u4e00-\u9fff]", line["title"])
        assert line["detail"].endswith("。")


class TestProblem:
    @pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
    async def test_reaches_people_with_every_figure_filled_in(
        self, http: httpx.AsyncClient, error: type[Exception]
    ) -> None:
        problem = problem_of(await http.get(f"/fails/{error.__name__}"))

        line = PROBLEMS[error.__name__]
        assert problem["type"] == f"/problems/{error.__name__}"
        assert (problem["status"], problem["title"]) == (line["status"], line["title"])
        assert problem["detail"]
        assert not set("{}") & set(problem["detail"])

    @pytest.mark.parametrize(
        ("actor", "said"),
        [("bot", "智能客服"), ("customer", "客户本人"), ("desk", "系统"), ("老王", "老王")],
    )
    @pytest.mark.parametrize(
        ("name", "thing"), [("TicketChanged", "这张工单"), ("EventChanged", "这个事件")]
    )
    def test_names_who_changed_it_as_people_do(
        self, name: str, thing: str, actor: str, said: str
    ) -> None:
        problem = errors.problem(name, version=3, changed_by=actor)

        detail = json.loads(bytes(problem.body))["detail"]
        assert detail.startswith(f"您查看之后，{said} 已经改过{thing}")

    async def test_tells_how_long_a_message_was_and_may_be(self, http: httpx.AsyncClient) -> None:
        problem = problem_of(await http.get("/fails/MessageTooLong"))

        assert (problem["length"], problem["limit"]) == (10_000, MAX_TEXT)
        assert "10000" in problem["detail"]

    async def test_asks_for_a_token_where_one_is_missing(self, http: httpx.AsyncClient) -> None:
        response = await http.get("/fails/SignInFailed")

        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")

    async def test_names_every_place_of_a_wrong_request(self, http: httpx.AsyncClient) -> None:
        problem = problem_of(await http.post("/form", json={}))

        assert problem["status"] == 422
        assert problem["errors"] == [
            {"place": "body.text", "reason": "Field required", "told": "文字没有填"}
        ]

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ({"text": "x" * 31}, "文字最多 30 个字"),
            ({"text": "x", "questions": ["短", "x" * 31]}, "相似问第 2 条最多 30 个字"),
            ({"text": "x", "review_by": "明天"}, "复核日不是日期，应写成 2026-11-26"),
            ({"text": "x", "colour": "red"}, "colour不认识，请刷新页面"),
            ({"text": ["x"]}, "文字应该是文字"),
        ],
    )
    async def test_says_in_chinese_which_field_does_not_fit_and_why(
        self, http: httpx.AsyncClient, body: dict[str, Any], told: str
    ) -> None:
        problem = problem_of(await http.post("/form", json=body))

        assert [each["told"] for each in problem["errors"]] == [told]

    async def test_tells_of_an_address_that_does_not_exist(self, http: httpx.AsyncClient) -> None:
        problem = problem_of(await http.get("/nowhere"))

        assert (problem["status"], problem["type"]) == (404, "/problems/not_found")

    async def test_tells_of_a_method_that_is_not_offered(self, http: httpx.AsyncClient) -> None:
        problem = problem_of(await http.delete("/form"))

        assert (problem["status"], problem["title"]) == (405, "Method Not Allowed")

    async def test_keeps_what_broke_inside_to_itself(self, http: httpx.AsyncClient) -> None:
        response = await http.get("/breaks")

        assert problem_of(response)["type"] == "/problems/unexpected"
        assert "小王" not in response.text
        assert "ZeroDivisionError" not in response.text

    async def test_says_which_methods_are_offered_instead(self, http: httpx.AsyncClient) -> None:
        response = await http.delete("/form")

        assert response.headers.get("allow") == "POST"

    async def test_survives_a_field_name_that_is_no_text(self, http: httpx.AsyncClient) -> None:
        half_a_character = rb'{"text": "x", "\ud83d": "x"}'

        response = await http.post(
            "/form", content=half_a_character, headers={"Content-Type": "application/json"}
        )

        assert problem_of(response)["status"] == 422
