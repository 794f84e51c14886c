"""Entries by API: looked for, written, reviewed by a second person, never lost to a colleague."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.database import Database
from desk.settings import ROOT, Settings
from knowledge.importing.judging import MOST_FLAGS
from tests.conftest import Clock
from tests.connectors.console import Console, Trainer
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, WAITING, Library
from tickets.profile import Profile

NEW = {
    "title": "停电了冰箱里的东西坏了赔不赔",
    "questions": ["冰箱里的肉坏了谁赔", "停电损失怎么算", "停电坏了东西找谁"],
    "answer": "请保留照片和购买凭证，我们登记后由专人与您联系。",
    "source": "供电营业规则第九十五条",
    "topic": "停电与抢修",
}


@pytest.fixture
async def console(
    database: Database, clock: Clock, power: Profile, tmp_path: Path
) -> AsyncIterator[Console]:
    settings = Settings(
        _env_file=None, data_dir=tmp_path, profiles_dir=ROOT / "profiles", profile="power"
    )
    opened = Console(settings=settings, database=database, profile=power, encoder=None, clock=clock)
    await Library(database, "m3e-small@1234", clock).publish(*SMALL_CORPUS)
    yield opened
    await opened.close()


@pytest.fixture
async def chen(console: Console) -> Trainer:
    """小陈 writes."""
    return await console.hire("小陈")


@pytest.fixture
async def zhao(console: Console) -> Trainer:
    """老赵 reviews."""
    return await console.hire("老赵")


async def ids(trainer: Trainer, **query: Any) -> list[str]:
    return [each["entry_id"] for each in (await trainer.get("entries", **query))["entries"]]


def text_of(entry: dict[str, Any], **other: Any) -> dict[str, Any]:
    """An entry as it was read, with another text."""
    names = ("title", "questions", "answer", "kind", "topic", "source", "grade", "region")
    return {**{name: entry[name] for name in (*names, "valid_from", "version")}, **other}


class TestList:
    async def test_finds_by_words_of_the_title_first(self, chen: Trainer) -> None:
        assert (await ids(chen, q="电表"))[0] in ("connect-meter-check", "connect-change-name")
        assert await ids(chen, q="柜台 缴费") == ["bill-how-to-pay"]

    async def test_finds_nothing_for_what_nobody_wrote(self, chen: Trainer) -> None:
        assert await ids(chen, q="红烧肉") == []

    async def test_shows_one_kind_alone(self, chen: Trainer) -> None:
        assert await ids(chen, kind="script") == ["script-calm"]

    async def test_shows_what_is_not_published(self, chen: Trainer) -> None:
        made = (await chen.post("entries", **NEW)).json()

        assert await ids(chen, only="not_published") == [made["entry_id"]]

    async def test_shows_what_was_never_said(self, chen: Trainer) -> None:
        assert len(await ids(chen, only="never_hit")) == len(SMALL_CORPUS) - 1


class TestAlike:
    async def test_shows_both_texts_of_what_clashes(self, chen: Trainer) -> None:
        otherwise = {**NEW, "title": WAITING.title, "answer": "城区 30 分钟。"}
        made = (await chen.post("entries", **otherwise)).json()

        told = await chen.get("alike")

        (clash,) = told["contradictions"]
        sides = {each["entry_id"]: each["answer"] for each in clash["entries"]}
        assert sides == {WAITING.entry_id: WAITING.answer, made["entry_id"]: "城区 30 分钟。"}
        assert (told["contradictions_in_all"], told["duplicates"]) == (1, [])


class TestCreate:
    async def test_makes_a_draft_with_an_id_of_its_title(self, chen: Trainer) -> None:
        answer = await chen.post("entries", **NEW)

        made = answer.json()
        assert (answer.status_code, made["state"], made["author"]) == (201, "draft", "小陈")
        assert made["entry_id"].startswith("ting-dian-le-bing-xiang")

    async def test_tells_of_the_entry_that_says_the_same(self, chen: Trainer) -> None:
        answer = await chen.post(
            "entries", **{**NEW, "title": PAYING.title, "answer": PAYING.answer}
        )

        assert answer.status_code == 409
        assert answer.json()["entry_id"] == PAYING.entry_id

    @pytest.mark.parametrize("path", ["entries", "entries/check"])
    async def test_says_how_many_questions_there_may_be_where_a_table_was_pasted(
        self, chen: Trainer, path: str
    ) -> None:
        pasted = [f"第{number}户停电找谁" for number in range(20_000)]

        refused = await chen.post(path, **{**NEW, "questions": pasted})

        assert refused.status_code == 422
        assert "最多 200 条，这里有 20000 条" in refused.json()["detail"]
        assert await ids(chen, state="draft") == []

    async def test_says_which_question_is_too_long(self, chen: Trainer) -> None:
        refused = await chen.post("entries", **{**NEW, "questions": ["停电找谁", "长" * 301]})

        assert refused.json()["detail"].startswith("第 2 条相似问有 301 个字")

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("2026-12-31", "2026-12-31"),
            ("2026-12-31T18:30", "2026-12-31T18:30:00+08:00"),
            # midnight at the beginning of a day is the end of the day before
            ("2026-12-31T00:00", "2026-12-30"),
        ],
    )
    async def test_lets_an_entry_end_at_the_minute_that_was_written(
        self, chen: Trainer, written: str, read: str
    ) -> None:
        made = (await chen.post("entries", **NEW, valid_to=written)).json()

        assert (await chen.get(f"entries/{made['entry_id']}"))["valid_to"] == read

    async def test_refuses_a_moment_that_is_none(self, chen: Trainer) -> None:
        answer = await chen.post("entries", **NEW, valid_to="2026-12-31T25:00")

        assert answer.status_code == 422

    async def test_refuses_a_year_nobody_means(self, chen: Trainer) -> None:
        answer = await chen.post("entries", **NEW, valid_from="0001-01-01")

        assert answer.status_code == 422


class TestEdit:
    async def test_keeps_both_texts_apart_when_two_edit_one_entry(
        self, chen: Trainer, zhao: Trainer
    ) -> None:
        seen = await chen.get(f"entries/{WAITING.entry_id}")
        path = f"entries/{WAITING.entry_id}"
        first = text_of(seen, answer="城区 30 分钟。", reason="新承诺")
        assert (await chen.put(path, **first)).status_code == 200

        second = await zhao.put(path, **text_of(seen, answer="一小时内。", reason="改短"))

        assert second.status_code == 409
        assert (second.json()["changed_by"], second.json()["version"]) == ("小陈", 2)
        assert (await zhao.get(path))["answer"] == "城区 30 分钟。"

    async def test_tells_what_each_version_changed(self, chen: Trainer) -> None:
        path = f"entries/{WAITING.entry_id}"
        seen = await chen.get(path)
        await chen.put(path, **text_of(seen, answer="城区 30 分钟。", reason="新承诺"))

        told = await chen.get(path)

        assert told["history"][0]["reason"] == "新承诺"
        assert [each["field"] for each in told["against_live"]] == ["answer"]
        assert (told["live_version"], told["version"]) == (1, 2)


class TestReview:
    async def test_takes_a_second_person(self, chen: Trainer, zhao: Trainer) -> None:
        path = f"entries/{(await chen.post('entries', **NEW)).json()['entry_id']}"
        submitted = (await chen.post(f"{path}/submit", version=1)).json()
        assert (submitted["state"], "approve" in submitted["moves"]) == ("review", False)
        assert (await chen.post(f"{path}/approve", version=1)).status_code == 409

        approved = await zhao.post(f"{path}/approve", version=1)

        assert approved.json()["state"] == "approved"
        assert approved.json()["history"][0]["reviewer"] == "老赵"

    async def test_says_what_keeps_an_entry_from_being_approved(self, chen: Trainer) -> None:
        made = (await chen.post("entries", title="光有标题")).json()

        assert made["lacks"] == ["no_text", "no_source", "no_question"]

    async def test_gives_a_rejected_text_back_with_the_reason(
        self, chen: Trainer, zhao: Trainer
    ) -> None:
        path = f"entries/{(await chen.post('entries', **NEW)).json()['entry_id']}"
        await chen.post(f"{path}/submit", version=1)

        rejected = await zhao.post(f"{path}/reject", version=1, reason="写明多久联系")

        assert (rejected.json()["state"], rejected.json()["history"][0]["reason"]) == (
            "draft",
            "写明多久联系",
        )


class TestCheck:
    async def test_finds_a_question_another_entry_has(self, chen: Trainer) -> None:
        answer = await chen.post("entries/check", **{**NEW, "questions": [PAYING.questions[0]]})

        assert [each["entry_id"] for each in answer.json()["alike"]] == [PAYING.entry_id]

    async def test_finds_an_answer_with_another_figure(self, chen: Trainer) -> None:
        draft = {**NEW, "title": WAITING.title, "answer": "城区 30 分钟，农村 90 分钟。"}

        (found,) = (await chen.post("entries/check", **draft)).json()["contradictions"]

        assert (found["entry_id"], found["said"]) == (WAITING.entry_id, ["30 分钟", "45 分钟"])

    async def test_shows_what_the_customer_will_see(self, chen: Trainer) -> None:
        preview = (await chen.post("entries/check", **NEW)).json()["preview"]

        assert preview["text"] == NEW["answer"]
        assert preview["sources"][0]["source"] == NEW["source"]

    async def test_does_not_hold_an_entry_against_itself(self, chen: Trainer) -> None:
        seen = await chen.get(f"entries/{WAITING.entry_id}")
        draft = text_of(seen, entry_id=WAITING.entry_id)
        draft.pop("version")

        answer = (await chen.post("entries/check", **draft)).json()

        assert (answer["alike"], answer["contradictions"]) == ([], [])


class TestExchange:
    async def test_records_a_file_only_after_it_was_looked_at(self, chen: Trainer) -> None:
        words = "问：电费可以分期交吗\n答：欠费较多的可以申请分期，请到营业厅办理。\n".encode()
        query = {"name": "新问答.txt"}
        looked = (await chen.call("POST", "imports", params=query, content=words)).json()
        assert await ids(chen, state="draft") == []

        done = await chen.call("POST", "imports", params={**query, "record": True}, content=words)

        assert len(looked["proposals"]) == len(done.json()["recorded"]) == 1
        assert await ids(chen, state="draft") == done.json()["recorded"]

    async def test_leaves_out_what_was_not_wanted_though_it_has_moved_up_in_the_list(
        self, chen: Trainer
    ) -> None:
        """The first of two was recorded by somebody else before 小陈 records the file."""
        first = "问：电费可以分期交吗\n答：可以申请分期，请到营业厅办理。\n"
        both = f"{first}\n问：电表能自己换吗\n答：不能，请报修，由师傅上门更换。\n".encode()
        query = {"name": "新问答.txt"}
        looked = (await chen.call("POST", "imports", params=query, content=both)).json()
        unwanted = looked["proposals"][-1]
        alone = {**query, "record": True}
        await chen.call("POST", "imports", params=alone, content=first.encode())

        without = {**alone, "without": unwanted["digest"]}
        done = await chen.call("POST", "imports", params=without, content=both)

        assert len(looked["proposals"]) == 2
        # the first is there word for word, and named as it is
        assert (done.status_code, len(done.json()["recorded"])) == (200, 1)
        assert await ids(chen, state="draft") == done.json()["recorded"]

    async def test_records_nothing_where_what_was_left_out_is_not_in_the_list(
        self, chen: Trainer
    ) -> None:
        words = "问：电费可以分期交吗\n答：可以申请分期，请到营业厅办理。\n".encode()
        query = {"name": "新问答.txt", "record": True, "without": "0123456789ab"}

        refused = await chen.call("POST", "imports", params=query, content=words)

        assert (refused.status_code, refused.json()["title"]) == (409, "清单已经变了")
        assert await ids(chen, state="draft") == []

    async def test_takes_no_place_in_the_list_for_a_digest(self, chen: Trainer) -> None:
        query = {"name": "新问答.txt", "record": True, "without": 1}

        refused = await chen.call("POST", "imports", params=query, content=b"x")

        assert refused.status_code == 422

    async def test_names_a_few_of_thousands_of_rows_that_are_alike(self, chen: Trainer) -> None:
        rows = [f"第{number}户停电找谁\t请找第{number}台区的客户经理。" for number in range(1500)]
        body = "\n".join(["问题\t答案", *rows]).encode()
        query = {"name": "粘贴的表格.tsv"}

        looked = (await chen.call("POST", "imports", params=query, content=body)).json()
        done = await chen.call("POST", "imports", params={**query, "record": True}, content=body)

        assert len(looked["proposals"]) == 1500
        assert max(len(each["flags"]) for each in looked["proposals"]) <= 2 * MOST_FLAGS
        assert len(set(done.json()["recorded"])) == 1500
        assert (await chen.get("entries", state="draft"))["total"] == 1500

    async def test_refuses_more_rows_than_a_person_could_look_at(self, chen: Trainer) -> None:
        rows = [f"第{number}户停电找谁\t请找客户经理。" for number in range(20_001)]

        refused = await chen.call(
            "POST", "imports", params={"name": "粘贴的表格.tsv"}, content="\n".join(rows).encode()
        )

        assert refused.status_code == 422
        assert "超过 20000 行" in refused.json()["detail"]

    async def test_says_in_chinese_why_a_file_cannot_be_read(self, chen: Trainer) -> None:
        refused = await chen.call(
            "POST", "imports", params={"name": "照片.docx"}, content=b"\x89PNG\r\n\x1a\n123"
        )

        assert refused.status_code == 422
        assert refused.json()["detail"].startswith("《照片.docx》是图片")

    async def test_brings_an_exported_workbook_back_without_a_change(self, chen: Trainer) -> None:
        exported = await chen.call("GET", "export", params={"format": "xlsx"})

        again = await chen.call(
            "POST", "imports", params={"name": "导出.xlsx"}, content=exported.content
        )

        assert again.json()["unchanged"] == len(SMALL_CORPUS)
        assert again.json()["proposals"] == []
