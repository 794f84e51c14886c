"""Teaching the bot over HTTP: from a misread line to an example, and to another bot in service."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from connectors.api import Centres
from connectors.sign_in import StaffService
from conversations.bot_client import Turn
from conversations.bot_exam import HeldOut, Trained, compare
from conversations.handover import MISSED
from conversations.listening import KNOWN_AFTER, Listening
from conversations.masking import make_mask
from conversations.message import Conversation, Incoming, Mode, Reply
from conversations.people import Role
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from conversations.utterance import Read
from conversations.utterance_store import UtteranceStore
from desk import errors
from desk.bot_training import inputs_of
from desk.database import Database
from desk.paths import Paths
from desk.routes import API
from desk.school import School
from desk.settings import ROOT, Settings
from knowledge.gap_store import GapStore, NewDecision
from knowledge.gaps import Fate
from knowledge.run import SILENT
from tests.archives import make_archive
from tests.conftest import Clock
from tickets.informants import load_seal
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.terms import load_terms
from tickets.ticket import Kind

SAID = "我想把电表挪到楼道里"
UNSURE_READ = Read(intent="nlu_fallback", first="report_fault", confidence=0.3, model="m-1")
SURE_READ = Read(intent="apply", first="apply", confidence=0.99, model="m-1")
ASKED = [HeldOut(text=text, intent=intent) for text, intent in (("甲", "apply"), ("乙", "urge"))]


class Idle:
    """Nobody does the work of a run: the test says itself how it goes."""

    async def start(self, run: object) -> None:
        pass


@dataclass
class NoBot:
    """Where Rasa stands: remembers what it was told to load, or is away."""

    loaded: list[str] = field(default_factory=list)

    async def models(self) -> set[str]:
        return {f"model of {self.loaded[-1]}"} if self.loaded else {"none"}

    async def reload(self, archive: str, *, sha256: str) -> None:
        self.loaded.append(archive)


@dataclass
class Classroom:
    """A desk, as far as those who teach the bot know it."""

    http: httpx.AsyncClient
    school: School
    listening: Listening
    database: Database
    bot: NoBot
    clock: Clock
    settings: Settings

    @property
    def models(self) -> Path:
        return Paths.of(self.settings).models

    async def hears(self, text: str, read: Read, *, talk: str = "lihua") -> None:
        """A customer says a line, the bot takes it for something, and that is kept."""
        turn = Turn(conversation_id=talk, message_id=f"m{text}", profile="power", text=text)
        self.listening.hear(turn, read)
        await self.listening.run()

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.http.request(method, f"/training/{path}", json=body)

    async def utterances(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("GET", "utterances")).json()["utterances"]
        return found

    async def trains(self, name: str, *, after: tuple[str, ...] = ("apply", "urge")) -> int:
        """A training that made the archive `name`, which reads the held-out lines so."""
        made = make_archive(self.models / name, f"model of {name}")
        archives = self.school.swapping.archives
        archives.record(name, inputs="i", at=self.clock())
        no: int = (await self.call("POST", "runs", {})).json()["no"]
        await self.school.runs.finish_training(no, outcome(name, made, after).to_json())
        return no


def outcome(name: str, sha256: str, after: tuple[str, ...]) -> Trained:
    return compare(
        ASKED, before=("old", ("apply", "urge")), after=(name, after), sha256=sha256, examples=7
    )


@pytest.fixture
async def room(
    database: Database, clock: Clock, power: Profile, tmp_path: Path
) -> AsyncIterator[Classroom]:
    taught = tmp_path / "training_data"
    shutil.copytree(ROOT / "training_data", taught)
    settings = Settings(_env_file=None, data_dir=tmp_path / "var", training_data=taught)
    settings.encoder_dir.mkdir(parents=True)
    bot = NoBot()
    school = School(settings=settings, database=database, bot=bot, clock=clock)
    school.starter = Idle()
    staff = StaffService(write=database.write, read=database.read, clock=clock)
    await staff.add("小陈", Role.TRAINER, "电表-三零五")
    headers = {"Authorization": f"Bearer {await staff.make_token('小陈')}"}
    app = FastAPI()
    errors.install(app)
    app.include_router(school.router(staff, Centres({"power": power}, default="power")), prefix=API)
    listening = Listening(
        mask=make_mask(),
        seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
        write=database.write,
        clock=clock,
    )
    Paths.of(settings).models.mkdir(parents=True)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url=f"http://desk{API}", headers=headers
    ) as http:
        yield Classroom(http, school, listening, database, bot, clock, settings)


class TestUtterances:
    async def test_are_listed_with_what_the_bot_took_them_for_and_without_personal_data(
        self, room: Classroom
    ) -> None:
        await room.hears(f"{SAID}，电话13800138000", UNSURE_READ)

        (found,) = await room.utterances()

        assert found["read"] == {
            "intent": "nlu_fallback",
            "first": "report_fault",
            "confidence": 0.3,
        }
        assert found["doubt"] == "unsure"
        assert "13800138000" not in str(found)

    async def test_of_the_same_words_are_one(self, room: Classroom) -> None:
        await room.hears(SAID, UNSURE_READ)
        await room.hears(f"{SAID}！", UNSURE_READ, talk="wangfang")

        (found,) = await room.utterances()

        assert found["count"] == 2

    async def test_are_not_listed_when_the_bot_was_sure_and_are_soon_forgotten(
        self, room: Classroom
    ) -> None:
        await room.hears(SAID, SURE_READ)
        assert await room.utterances() == []

        room.clock.move(KNOWN_AFTER + timedelta(seconds=1))
        await room.listening.run()

        async with room.database.read() as connection:
            assert await UtteranceStore(connection).list_undoubted() == []

    async def test_are_listed_when_the_bot_said_that_it_does_not_know(
        self, room: Classroom
    ) -> None:
        line = Incoming(message_id=f"m{SAID}", text=SAID)
        async with room.database.write() as connection:
            turns = TurnStore(connection)
            talk = Conversation(
                conversation_id="lihua",
                profile="power",
                channel="web",
                mode=Mode.BOT,
                opened_at=room.clock(),
            )
            await ConversationStore(connection).add(talk, token_hash="t")
            await turns.add_incoming("lihua", line, at=room.clock())
            missed = Reply(text="抱歉，我不知道。", card={"type": MISSED})
            await turns.add_answers("lihua", [line.message_id], [missed], at=room.clock())

        await room.hears(SAID, SURE_READ)

        assert [each["doubt"] for each in await room.utterances()] == ["not_known"]

    async def test_of_a_talk_in_which_somebody_informs_are_deleted(
        self, room: Classroom, power: Profile
    ) -> None:
        await room.hears(SAID, UNSURE_READ)
        write, read = room.database.write, room.database.read
        terms = load_terms(ROOT / "profiles", {"power": power.timezone})
        tickets = TicketService(write=write, read=read, clock=room.clock, terms=terms)
        report = NewTicket(
            request_key="r", profile="power", kind=Kind.REPORT, conversation_id="lihua", fields={}
        )
        await tickets.register(report, actor="bot", timezone=power.timezone)

        await room.listening.run()

        assert await room.utterances() == []


class TestVerdict:
    async def test_makes_a_lesson_and_takes_the_line_from_the_list(self, room: Classroom) -> None:
        await room.hears(SAID, UNSURE_READ)
        (found,) = await room.utterances()

        told = await room.call(
            "POST", f"utterances/{found['utterance_id']}/relabel", {"intent": "apply"}
        )

        assert (told.status_code, told.json()["decided_by"]) == (200, "小陈")
        assert await room.utterances() == []
        (lesson,) = (await room.call("GET", "lessons")).json()["added"]
        assert (lesson["intent"], lesson["example"]) == ("apply", SAID)

    async def test_comes_once_and_the_second_is_told_by_whom(self, room: Classroom) -> None:
        await room.hears(SAID, UNSURE_READ)
        (found,) = await room.utterances()
        path = f"utterances/{found['utterance_id']}"
        await room.call("POST", f"{path}/reject", {})

        second = await room.call("POST", f"{path}/relabel", {"intent": "apply"})

        assert (second.status_code, second.json()["by"]) == (409, "小陈")

    async def test_holds_for_the_same_words_later(self, room: Classroom) -> None:
        await room.hears(SAID, UNSURE_READ)
        (found,) = await room.utterances()
        await room.call("POST", f"utterances/{found['utterance_id']}/reject", {})

        await room.hears(SAID, UNSURE_READ, talk="wangfang")

        assert await room.utterances() == []

    async def test_can_be_taken_back(self, room: Classroom) -> None:
        await room.hears(SAID, UNSURE_READ)
        (found,) = await room.utterances()
        path = f"utterances/{found['utterance_id']}"
        await room.call("POST", f"{path}/reject", {})

        await room.call("DELETE", f"{path}/verdict")

        assert len(await room.utterances()) == 1

    async def test_is_refused_for_an_intent_the_bot_does_not_have(self, room: Classroom) -> None:
        await room.hears(SAID, UNSURE_READ)
        (found,) = await room.utterances()

        told = await room.call(
            "POST", f"utterances/{found['utterance_id']}/relabel", {"intent": "dance"}
        )

        assert told.json()["type"] == "/problems/UnknownIntent"

    async def test_is_refused_for_a_line_the_bot_is_examined_with(self, room: Classroom) -> None:
        await room.hears("喂你好你好 这边信号不太好 听得见我说话吗", UNSURE_READ)
        (found,) = await room.utterances()

        told = await room.call(
            "POST", f"utterances/{found['utterance_id']}/relabel", {"intent": "greet"}
        )

        assert told.json()["type"] == "/problems/HeldOutLine"


class TestSwap:
    async def test_lets_the_trained_bot_serve(self, room: Classroom) -> None:
        no = await room.trains("new.tar.gz")

        told = await room.call("POST", f"runs/{no}/swap", {})

        assert (told.status_code, told.json()["state"]) == (200, "published")
        assert room.bot.loaded == ["new.tar.gz"]
        serving = (await room.call("GET", "bot")).json()["serving"]
        assert (serving["archive"], serving["by"]) == ("new.tar.gz", "小陈")

    async def test_of_a_worse_bot_is_refused_without_a_reason(self, room: Classroom) -> None:
        no = await room.trains("worse.tar.gz", after=("apply", "apply"))

        refused = await room.call("POST", f"runs/{no}/swap", {})
        assert refused.json()["type"] == "/problems/WorseBot"
        assert room.bot.loaded == []

        allowed = await room.call("POST", f"runs/{no}/swap", {"override": "考题里的催办写错了"})
        assert allowed.status_code == 200
        serving = (await room.call("GET", "bot")).json()["serving"]
        assert serving["reason"] == "考题里的催办写错了"

    async def test_of_an_archive_somebody_changed_is_refused(self, room: Classroom) -> None:
        no = await room.trains("new.tar.gz")
        make_archive(room.models / "new.tar.gz", "another model")

        told = await room.call("POST", f"runs/{no}/swap", {})

        assert told.json()["type"] == "/problems/NotTrainedHere"
        assert room.bot.loaded == []

    async def test_can_be_taken_back_in_one_call_and_again(self, room: Classroom) -> None:
        for name in ("first.tar.gz", "second.tar.gz"):
            await room.call("POST", f"runs/{await room.trains(name)}/swap", {})

        back = await room.call("POST", "bot/back", {})
        forth = await room.call("POST", "bot/back", {})

        assert back.json()["serving"]["archive"] == "first.tar.gz"
        assert forth.json()["serving"]["archive"] == "second.tar.gz"
        assert room.bot.loaded[2:] == ["first.tar.gz", "second.tar.gz"]

    async def test_has_nothing_to_go_back_to_at_first(self, room: Classroom) -> None:
        assert (await room.call("POST", "bot/back", {})).json()["type"] == "/problems/NothingBefore"

    async def test_chosen_by_a_command_reaches_the_bot_of_a_running_desk(
        self, room: Classroom
    ) -> None:
        no = await room.trains("new.tar.gz")
        run = await room.school.runs.get(no)
        await room.school.swapping.choose(run, by="小陈")
        assert room.bot.loaded == []

        assert await room.school.swapping.catch_up() is True
        assert await room.school.swapping.catch_up() is False

        assert room.bot.loaded == ["new.tar.gz"]


class TestRuns:
    async def test_are_one_at_a_time_and_the_second_is_told_who_trains(
        self, room: Classroom
    ) -> None:
        await room.call("POST", "runs", {})

        second = await room.call("POST", "runs", {})

        assert second.json()["type"] == "/problems/BotRunBusy"
        assert "小陈" in second.json()["detail"]

    async def test_tell_the_figures_side_by_side(self, room: Classroom) -> None:
        no = await room.trains("worse.tar.gz", after=("apply", "apply"))

        trained = (await room.call("GET", f"runs/{no}")).json()["trained"]

        assert (trained["before"]["accuracy"], trained["after"]["accuracy"]) == (1.0, 0.5)
        assert trained["is_worse"] is True
        assert [each["text"] for each in trained["turned"]] == ["乙"]

    async def test_can_be_cancelled(self, room: Classroom) -> None:
        no = (await room.call("POST", "runs", {})).json()["no"]

        assert (await room.call("DELETE", f"runs/{no}")).json()["state"] == "cancelled"

    async def test_that_were_cancelled_swap_nothing_and_let_the_next_begin(
        self, room: Classroom
    ) -> None:
        no = (await room.call("POST", "runs", {})).json()["no"]
        await room.call("DELETE", f"runs/{no}")
        # its process had just come to its end
        await room.school.runs.finish_training(no, outcome("new", "1", ("apply", "urge")).to_json())

        refused = await room.call("POST", f"runs/{no}/swap", {})

        assert refused.json()["type"] == "/problems/RunNotReady"
        assert room.bot.loaded == []
        assert (await room.call("POST", "runs", {})).status_code == 201

    async def test_that_failed_tell_why_swap_nothing_and_let_the_next_begin(
        self, room: Classroom
    ) -> None:
        no = (await room.call("POST", "runs", {})).json()["no"]
        await room.school.runs.fail(no, "exit 1", told="机器人没有训练成功，请看日志。")

        run = (await room.call("GET", f"runs/{no}")).json()
        refused = await room.call("POST", f"runs/{no}/swap", {})

        assert (run["state"], run["told"]) == ("failed", "机器人没有训练成功，请看日志。")
        assert refused.json()["type"] == "/problems/RunNotReady"
        assert room.bot.loaded == []
        assert (await room.call("POST", "runs", {})).status_code == 201

    async def test_whose_process_is_gone_are_broken_off_and_let_the_next_begin(
        self, room: Classroom
    ) -> None:
        no = (await room.call("POST", "runs", {})).json()["no"]

        room.clock.move(SILENT + timedelta(seconds=1))

        assert (await room.call("GET", f"runs/{no}")).json()["state"] == "broken_off"
        assert (await room.call("POST", "runs", {})).status_code == 201


class TestLessons:
    async def test_are_written_once_and_the_bot_in_service_stays(self, room: Classroom) -> None:
        await room.call("POST", f"runs/{await room.trains('old.tar.gz')}/swap", {})
        await room.hears(SAID, UNSURE_READ)
        (found,) = await room.utterances()
        path = f"utterances/{found['utterance_id']}/relabel"
        await room.call("POST", path, {"intent": "apply"})

        written = (await room.call("POST", "lessons", {})).json()
        again = (await room.call("POST", "lessons", {})).json()

        assert [each["example"] for each in written["added"]] == [SAID]
        assert (again["added"], again["examples"]) == ([], written["examples"] + 1)
        # a start compares these: it would train, and serve what nobody examined
        serving = room.school.swapping.archives.serving()
        assert serving is not None
        assert serving.inputs == inputs_of(room.settings)

    async def test_written_by_mistake_are_taken_out_and_not_written_again(
        self, room: Classroom
    ) -> None:
        await room.call("POST", f"runs/{await room.trains('old.tar.gz')}/swap", {})
        before = inputs_of(room.settings)
        await room.hears(SAID, UNSURE_READ)
        (found,) = await room.utterances()
        await room.call("POST", f"utterances/{found['utterance_id']}/relabel", {"intent": "apply"})
        await room.call("POST", "lessons", {})
        (written,) = (await room.call("GET", "examples")).json()["examples"]

        taken = await room.http.delete("/training/examples", params=written)

        assert (written, taken.status_code) == ({"intent": "apply", "text": SAID}, 204)
        assert inputs_of(room.settings) == before
        assert (await room.call("POST", "lessons", {})).json()["added"] == []
        assert [each["text"] for each in await room.utterances()] == [SAID]
        serving = room.school.swapping.archives.serving()
        assert serving is not None
        assert serving.inputs == before

    async def test_of_a_gap_are_taken_out_and_the_decision_stands(self, room: Classroom) -> None:
        decided = NewDecision(
            profile="power",
            fate=Fate.BUSINESS,
            text=SAID,
            wordings=(SAID, "把表移一下要谁来弄"),
            author="小陈",
            at=room.clock(),
            intent="apply",
        )
        async with room.database.write() as connection:
            await GapStore(connection).decide(decided, [])
        await room.call("POST", "lessons", {})

        await room.http.delete("/training/examples", params={"intent": "apply", "text": SAID})

        left = (await room.call("GET", "examples")).json()["examples"]
        assert [each["text"] for each in left] == ["把表移一下要谁来弄"]
        assert (await room.call("GET", "lessons")).json()["added"] == []

    async def test_that_are_not_there_are_told_of(self, room: Classroom) -> None:
        refused = await room.http.delete(
            "/training/examples", params={"intent": "apply", "text": "没教过的话"}
        )

        assert refused.status_code == 404
        assert refused.json()["type"] == "/problems/NotTaught"
