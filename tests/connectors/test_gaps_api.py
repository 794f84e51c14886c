"""Gaps and thumbs over HTTP: from a question nobody answered to a decision about it."""

from typing import Any

import pytest

import connectors.exam_questions_api
import connectors.gaps_api
import connectors.thumbs_api
import connectors.trainer_console
from connectors.api import Centres
from conversations.gap_collecting import Collecting
from conversations.handover import MISSED
from conversations.masking import make_mask
from conversations.message import Reply
from conversations.people import Role
from conversations.thumbs import Thumbs
from desk.database import Database
from desk.intents import INTENTS
from desk.questions import QuestionFiles
from desk.routes import API
from desk.settings import ROOT
from knowledge.exam_question_service import ExamQuestions
from knowledge.gap_service import Gaps
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, Opening, problem_of
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, Library
from tickets.informants import load_seal
from tickets.profile import Profile

ASKED = "光伏并网要找谁办"
UNKNOWN = Reply(text="抱歉，这个我还不知道。", card={"type": MISSED})
ANSWER = Reply(text="请到营业厅办理。", sources=({"title": "光伏"},))


@pytest.fixture
def collecting(doors: Doors, database: Database, clock: Clock) -> Collecting:
    return Collecting(
        knowledge=doors.knowledge,
        mask=make_mask(),
        seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
        write=database.write,
        read=database.read,
        clock=clock,
    )


@pytest.fixture
async def doors(
    doors: Doors, database: Database, clock: Clock, power: Profile, monkeypatch: pytest.MonkeyPatch
) -> Doors:
    """The desk's doors with these, and the small corpus published without an encoder."""
    write, read = database.write, database.read
    profiles = {"power": power}
    centres = Centres(profiles, default="power")
    files = QuestionFiles(ROOT / "profiles")
    gaps = Gaps(
        knowledge=doors.knowledge,
        files=files,
        write=write,
        read=read,
        clock=clock,
        intents=INTENTS,
    )
    questions = ExamQuestions(files=files, write=write, read=read, clock=clock)
    for router in (
        connectors.gaps_api.make_router(
            staff=doors.staff, gaps=gaps, centres=centres, intents=INTENTS
        ),
        connectors.exam_questions_api.make_router(
            staff=doors.staff, centres=centres, questions=questions
        ),
        connectors.thumbs_api.make_router(
            transcript=doors.transcript, thumbs=Thumbs(write=write, read=read, clock=clock)
        ),
        connectors.trainer_console.make_router(
            staff=doors.staff, profiles=profiles, centres=centres
        ),
    ):
        doors.app.include_router(router, prefix=API)
    await Library(database, "nobody's", clock).publish(*SMALL_CORPUS)
    await doors.knowledge.refresh()

    async def unknowing(*_: object) -> list[Reply]:
        return [UNKNOWN]

    monkeypatch.setattr(doors.bot, "answer", unknowing)
    return doors


@pytest.fixture
async def trainer(hire: Hiring) -> Colleague:
    """小陈 keeps the corpus right."""
    return await hire("小陈", Role.TRAINER)


async def gaps_of(member: Colleague) -> list[dict[str, Any]]:
    listed = await member.get("/gaps")
    assert listed.status_code == 200, listed.text
    found: list[dict[str, Any]] = listed.json()["gaps"]
    return found


async def asked_in_vain(
    customer: Customer, collecting: Collecting, trainer: Colleague
) -> dict[str, Any]:
    """The gap of a question that nobody answered."""
    await customer.say(ASKED)
    await collecting.run()
    (gap,) = await gaps_of(trainer)
    return gap


class TestDoor:
    @pytest.mark.parametrize("path", ["/gaps", "/gaps/decisions", "/gaps/1"])
    async def test_opens_to_no_agent(self, agent: Colleague, path: str) -> None:
        assert problem_of(await agent.get(path))["type"] == "/problems/NotAllowed"

    async def test_tells_the_page_who_is_in_and_which_centres_there_are(
        self, trainer: Colleague, power: Profile
    ) -> None:
        told = (await trainer.get("/trainer/labels")).json()

        assert (told["me"], told["role"], told["default"]) == ("小陈", "trainer", "power")
        assert told["centres"] == [
            {"name": "power", "title": power.title, "timezone": "Asia/Shanghai"}
        ]


class TestFromAQuestionToADecision:
    async def test_a_question_nobody_answered_is_listed_decided_and_gone(
        self, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        await customer.say(f"{ASKED}，我电话13800138000")
        await collecting.run()
        (gap,) = await gaps_of(trainer)
        assert gap["count"] == 1
        assert gap["whys"] == {"not_known": 1}
        assert "13800138000" not in str(gap)

        body = {"line_ids": gap["line_ids"], "fate": "out_of_scope"}
        made = await trainer.post("/gaps/decisions", body)

        assert made.status_code == 201
        assert made.json()["author"] == "小陈"
        assert await gaps_of(trainer) == []

    async def test_the_second_of_two_trainers_is_told_who_was_first(
        self, customer: Customer, trainer: Colleague, hire: Hiring, collecting: Collecting
    ) -> None:
        gap = await asked_in_vain(customer, collecting, trainer)
        body = {"line_ids": gap["line_ids"], "fate": "out_of_scope"}
        await trainer.post("/gaps/decisions", body)
        second = await hire("小王", Role.TRAINER)

        refused = problem_of(await second.post("/gaps/decisions", body))

        assert refused["status"] == 409
        assert "小陈" in refused["detail"]

    async def test_a_similar_question_makes_a_draft_and_can_be_taken_back(
        self, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        gap = await asked_in_vain(customer, collecting, trainer)
        body = {
            "line_ids": gap["line_ids"],
            "fate": "similar",
            "entry_id": PAYING.entry_id,
            "wordings": [ASKED],
        }

        made = (await trainer.post("/gaps/decisions", body)).json()

        assert (made["entry_id"], made["version"]) == (PAYING.entry_id, PAYING.version + 1)
        undone = await trainer.delete(f"/gaps/decisions/{made['decision_id']}")
        assert undone.json()["entry_kept"] is False
        assert len(await gaps_of(trainer)) == 1
        (listed,) = (await trainer.get("/gaps/decisions")).json()["decisions"]
        assert listed["undone_by"] == "小陈"

    async def test_a_new_entry_is_a_draft_of_what_the_trainer_wrote(
        self, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        gap = await asked_in_vain(customer, collecting, trainer)
        body = {
            "line_ids": gap["line_ids"],
            "fate": "entry",
            "wordings": [ASKED],
            "entry": {"title": "光伏并网怎么办理", "answer": "请在网上国网提交申请。"},
        }

        made = await trainer.post("/gaps/decisions", body)

        assert made.json()["entry_id"].startswith("guang-fu-bing-wang")

    async def test_a_test_question_out_of_scope_is_taken_from_a_gap_with_entries_near(
        self, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        await customer.say("电费涨价谁定的")
        await collecting.run()
        (gap,) = await gaps_of(trainer)
        assert gap["nearest"]

        made = await trainer.post("/knowledge/tests", {"text": gap["teaches"][0], "entries": []})

        assert made.status_code == 201
        assert made.json()["is_asked"]
        assert made.json()["entries"] == []

    async def test_a_gap_that_is_a_test_is_refused_as_a_similar_question_with_the_reason(
        self, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        gap = await asked_in_vain(customer, collecting, trainer)
        await trainer.post("/knowledge/tests", {"text": ASKED, "entries": [PAYING.entry_id]})
        body = {"line_ids": gap["line_ids"], "fate": "similar", "entry_id": PAYING.entry_id}

        refused = problem_of(await trainer.post("/gaps/decisions", body))

        assert refused["type"] == "/problems/WordingTested"
        assert ASKED in refused["detail"]
        assert len(await gaps_of(trainer)) == 1

    async def test_what_was_masked_is_shown_in_a_line_and_not_taught(
        self, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        await customer.say("13800138000这个号码能改绑吗")
        await collecting.run()

        (gap,) = await gaps_of(trainer)

        assert gap["examples"] == ["138****8000这个号码能改绑吗"]
        assert gap["teaches"] == ["这个号码能改绑吗"]

    async def test_a_new_entry_of_an_old_ones_words_is_refused_and_says_which_it_is(
        self, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        gap = await asked_in_vain(customer, collecting, trainer)
        body = {
            "line_ids": gap["line_ids"],
            "fate": "entry",
            "wordings": [ASKED],
            "entry": {"title": PAYING.title, "answer": PAYING.answer},
        }

        refused = problem_of(await trainer.post("/gaps/decisions", body))

        assert refused["type"] == "/problems/EntryThere"
        assert PAYING.entry_id in refused["detail"]
        assert PAYING.title in refused["detail"]
        assert len(await gaps_of(trainer)) == 1

    async def test_an_intent_the_bot_does_not_know_is_refused_in_words(
        self, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        gap = await asked_in_vain(customer, collecting, trainer)
        body = {"line_ids": gap["line_ids"], "fate": "business", "intent": "dance"}

        refused = problem_of(await trainer.post("/gaps/decisions", body))

        assert refused["type"] == "/problems/NotAnIntent"
        assert len(await gaps_of(trainer)) == 1

    async def test_every_line_of_a_gap_can_be_looked_at(
        self, open_conversation: Opening, trainer: Colleague, collecting: Collecting
    ) -> None:
        for text in (ASKED, f"{ASKED}？", "光伏并网去哪里办"):
            await (await open_conversation()).say(text)
        await collecting.run()
        (gap,) = await gaps_of(trainer)

        whole = (await trainer.get(f"/gaps/{gap['gap_id']}")).json()

        assert gap["count"] == 3
        assert len(whole["all"]) == 3

    async def test_a_gap_that_is_gone_is_told_of(self, trainer: Colleague) -> None:
        assert problem_of(await trainer.get("/gaps/77"))["type"] == "/problems/GapNotFound"
        body = {"line_ids": [77], "fate": "out_of_scope"}
        assert problem_of(await trainer.post("/gaps/decisions", body))["status"] == 404


class TestThumbs:
    @pytest.fixture
    async def answered(self, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
        async def knowing(*_: object) -> list[Reply]:
            return [ANSWER]

        monkeypatch.setattr(doors.bot, "answer", knowing)

    async def give(self, customer: Customer, seq: int, *, helped: bool) -> Any:
        return await customer.http.post(
            f"{customer.path}/thumbs",
            json={"seq": seq, "helped": helped},
            headers=customer.headers,
        )

    async def test_down_under_an_answer_makes_a_gap(
        self, answered: None, customer: Customer, trainer: Colleague, collecting: Collecting
    ) -> None:
        said = (await customer.say(ASKED)).json()
        await collecting.run()
        assert await gaps_of(trainer) == []

        given = await self.give(customer, said["replies"][0]["seq"], helped=False)
        await collecting.run()

        assert given.status_code == 200
        (gap,) = await gaps_of(trainer)
        assert gap["whys"] == {"thumb_down": 1}

    async def test_under_a_strangers_answer_are_refused(
        self, answered: None, customer: Customer, open_conversation: Opening
    ) -> None:
        said = (await customer.say(ASKED)).json()
        stranger = await open_conversation()

        refused = problem_of(await self.give(stranger, said["replies"][0]["seq"], helped=False))

        assert refused["type"] == "/problems/NoAnswer"
