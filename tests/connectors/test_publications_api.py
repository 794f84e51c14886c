"""Examining beside the desk and publishing what was examined, by API."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.clock import now
from desk.database import Database, migrate
from desk.settings import Settings
from desk.steps import bring_in
from knowledge.encoder import OnnxEncoder
from knowledge.exam import Heard, Outcome
from knowledge.examined import Examined, Version
from knowledge.gate import Floors, Ruling, Shortfall, Verdict, rule
from knowledge.run import SILENT
from knowledge.running import Runs
from tests.conftest import Clock
from tests.connectors.console import Console, Trainer
from tests.desk.small_centre import make_small_centre
from tests.knowledge.small_corpus import CALIBRATIONS, PAYING, SMALL_CORPUS, WAITING, Library
from tickets.profile import Profile

ENDS_WITHIN_S = 120
NO_FLOORS = Floors()
PASSED = Examined(
    profile="power",
    encoder="m3e-small@1234",
    content=(Version(WAITING.entry_id, 1), Version(PAYING.entry_id, 1)),
    live_no=1,
    calibrations=CALIBRATIONS,
    figures={"ours": {"hit@1": 1.0}},
    ruling=Ruling(figures={"hit@1": 1.0}),
)
REFUSED = Examined(
    profile="power",
    encoder=PASSED.encoder,
    content=PASSED.content,
    live_no=1,
    calibrations=CALIBRATIONS,
    figures=PASSED.figures,
    ruling=Ruling(
        verdict=Verdict.REFUSED,
        figures={"hit@1": 0.5},
        below=(Shortfall(name="hit@1", figure=0.5, floor=0.9),),
    ),
)


def outcome(question: str, heard: Heard) -> Outcome:
    return Outcome(
        question=question,
        relevant=(PAYING.entry_id,),
        heard=heard,
        place=1 if heard is Heard.ANSWERED else 0,
        first=PAYING.entry_id,
        probability=0.9,
    )


class Idle:
    """Nobody does the work of a run: the test says itself how it goes."""

    async def start(self, run: object) -> None:
        pass


@pytest.fixture
async def console(
    database: Database, clock: Clock, power: Profile, tmp_path: Path
) -> AsyncIterator[Console]:
    """A centre with six entries live, and runs that go as the test says."""
    settings = Settings(_env_file=None, data_dir=tmp_path, profile="power")
    opened = Console(
        settings=settings,
        database=database,
        profile=power,
        encoder=None,
        clock=clock,
        starter=Idle(),
    )
    await Library(database, PASSED.encoder, clock).publish(*SMALL_CORPUS)
    yield opened
    await opened.close()


@pytest.fixture
async def chen(console: Console) -> Trainer:
    """小陈 examines."""
    return await console.hire("小陈")


@pytest.fixture
async def zhao(console: Console) -> Trainer:
    """老赵 decides."""
    return await console.hire("老赵")


@pytest.fixture
def runs(console: Console) -> Runs:
    return console.training.runs


async def examined(trainer: Trainer, runs: Runs, outcome: Examined = PASSED) -> int:
    no: int = (await trainer.post("runs")).json()["no"]
    await runs.finish(no, outcome)
    return no


class TestRuns:
    async def test_tells_the_second_one_who_is_examining(
        self, chen: Trainer, zhao: Trainer
    ) -> None:
        assert (await chen.post("runs")).status_code == 201

        second = await zhao.post("runs")

        assert (second.status_code, second.json()["author"]) == (409, "小陈")

    async def test_can_be_left_and_found_again(self, chen: Trainer, runs: Runs) -> None:
        no = (await chen.post("runs")).json()["no"]
        await runs.beat(no, step="indexed")

        found = (await chen.get("runs"))["running"]

        assert (found["no"], found["step"]) == (no, "indexed")

    async def test_is_broken_off_when_its_process_has_fallen_silent(
        self, chen: Trainer, zhao: Trainer, clock: Clock
    ) -> None:
        no = (await chen.post("runs")).json()["no"]

        clock.move(SILENT + timedelta(seconds=1))

        assert (await chen.get(f"runs/{no}"))["state"] == "broken_off"
        assert (await zhao.post("runs")).status_code == 201

    async def test_can_be_cancelled_and_finds_nothing_then(self, chen: Trainer, runs: Runs) -> None:
        no = (await chen.post("runs")).json()["no"]

        cancelled = (await chen.call("DELETE", f"runs/{no}")).json()

        assert cancelled["state"] == "cancelled"
        assert not await runs.beat(no, step="calibrated")
        await runs.finish(no, PASSED)
        assert (await chen.get(f"runs/{no}"))["state"] == "cancelled"

    async def test_is_held_against_the_live_one_over_what_both_were_asked(
        self, chen: Trainer, runs: Runs
    ) -> None:
        easy, hard = outcome("怎么交", Heard.ANSWERED), outcome("哪天交", Heard.NOTHING)
        live = replace(PASSED, ruling=rule([easy, hard], floors=NO_FLOORS, before=None))
        await chen.post(f"runs/{await examined(chen, runs, live)}/publish")
        # the hard question was taken from the test set, and nothing else has changed
        ruling = rule([easy], floors=NO_FLOORS, before=None)

        no = await examined(chen, runs, replace(PASSED, live_no=2, ruling=ruling))

        compared = (await chen.get(f"runs/{no}"))["compared"]
        assert compared["questions"] == 1
        assert compared["now"] == compared["live"]
        assert compared["live"]["coverage"] == 1.0


class TestPublish:
    async def test_lets_exactly_what_was_examined_go_live(self, chen: Trainer, runs: Runs) -> None:
        no = await examined(chen, runs)

        published = (await chen.post(f"runs/{no}/publish")).json()

        assert (published["state"], published["publication_no"]) == ("published", 2)
        listed = await chen.get("publications")
        assert (listed["live"], listed["publications"][0]["entries"]) == (2, 2)

    async def test_is_refused_below_a_floor(self, chen: Trainer, runs: Runs) -> None:
        no = await examined(chen, runs, REFUSED)

        refused = await chen.post(f"runs/{no}/publish")

        assert (refused.status_code, refused.json()["title"]) == (409, "发布没有通过")
        assert (await chen.get("publications"))["live"] == 1

    async def test_lets_another_person_override_with_a_reason(
        self, chen: Trainer, zhao: Trainer, runs: Runs
    ) -> None:
        no = await examined(chen, runs, REFUSED)
        own = await chen.post(f"runs/{no}/publish", override="着急")

        done = await zhao.post(f"runs/{no}/publish", override="只差一条，已核对")

        assert own.status_code == 409
        ruling = done.json()["ruling"]
        assert (ruling["verdict"], ruling["reviewer"]) == ("overridden", "老赵")

    async def test_does_not_replace_what_went_live_meanwhile(
        self, chen: Trainer, zhao: Trainer, runs: Runs, database: Database, clock: Clock
    ) -> None:
        no = await examined(chen, runs)
        await Library(database, PASSED.encoder, clock).publish(*SMALL_CORPUS)

        late = await zhao.post(f"runs/{no}/publish")

        assert (late.status_code, late.json()["title"]) == (409, "线上内容已经变了")

    async def test_happens_once_when_two_press_at_once(
        self, chen: Trainer, zhao: Trainer, runs: Runs
    ) -> None:
        no = await examined(chen, runs)

        both = await asyncio.gather(
            chen.post(f"runs/{no}/publish"), zhao.post(f"runs/{no}/publish")
        )

        assert sorted(each.status_code for each in both) == [200, 409]
        assert len((await chen.get("publications"))["publications"]) == 2


class TestRollBack:
    async def test_makes_an_earlier_publication_live_again(self, chen: Trainer, runs: Runs) -> None:
        await chen.post(f"runs/{await examined(chen, runs)}/publish")

        await chen.post("publications/1/live", reason="答错了")

        listed = await chen.get("publications")
        assert listed["live"] == 1
        assert listed["publications"][1]["went_live"][-1]["reason"] == "答错了"


class TestChanges:
    async def test_lists_what_is_approved_and_not_live(self, chen: Trainer, zhao: Trainer) -> None:
        made = (
            await chen.post(
                "entries",
                title="电费能分期吗",
                questions=["分期交"],
                answer="可以。",
                source="营业规则",
            )
        ).json()
        path = f"entries/{made['entry_id']}"
        await chen.post(f"{path}/submit", version=1)
        await zhao.post(f"{path}/approve", version=1)

        changes = await chen.get("changes")

        assert [each["title"] for each in changes["added"]] == ["电费能分期吗"]
        assert (changes["changed"], changes["removed"]) == ([], [])


class TestTry:
    async def test_tells_the_decision_and_what_speaks_for_each_candidate(
        self, console: Console, chen: Trainer
    ) -> None:
        await console.knowledge.refresh()

        live = (await chen.post("try", text=PAYING.questions[0])).json()["live"]

        assert (live["decision"], live["reason"]) == ("answer", "word_for_word")
        first = live["candidates"][0]
        assert first["entry_id"] == PAYING.entry_id
        assert {part["name"] for part in first["parts"]} >= {"similarity", "words", "learned"}

    async def test_asks_what_was_examined_beside_what_is_live(
        self, console: Console, chen: Trainer, runs: Runs
    ) -> None:
        await console.knowledge.refresh()
        no = await examined(chen, runs)

        both = (await chen.post("try", text=SMALL_CORPUS[2].title, run=no)).json()

        assert both["live"]["candidates"][0]["entry_id"] == SMALL_CORPUS[2].entry_id
        found = {each["entry_id"] for each in both["examined"]["candidates"]}
        assert found <= {WAITING.entry_id, PAYING.entry_id}


@pytest.mark.needs_encoder
class TestProcess:
    """The work itself, in its own process, on a centre of six entries."""

    @pytest.fixture
    async def small(
        self, tmp_path: Path, power: Profile, encoder: OnnxEncoder
    ) -> AsyncIterator[Console]:
        settings = make_small_centre(tmp_path)
        migrate(settings.database)
        database = Database(settings.database)
        await bring_in(database, settings, "small")
        opened = Console(
            settings=settings,
            database=database,
            # its file is that of another centre
            profile=power.model_copy(update={"name": "small"}),
            encoder=encoder,
            clock=now,
        )
        yield opened
        await opened.close()
        await database.close()

    async def test_examines_and_publishes(self, small: Console) -> None:
        chen = await small.hire("小陈")
        no = (await chen.post("runs")).json()["no"]

        ended = await self.end_of(chen, no)

        assert (ended["state"], ended["ruling"]["figures"]["hit@1"]) == ("examined", 1.0)
        assert (await chen.post(f"runs/{no}/publish")).json()["publication_no"] == 1

    async def test_is_broken_off_when_its_process_is_killed(self, small: Console) -> None:
        chen = await small.hire("小陈")
        no = (await chen.post("runs")).json()["no"]

        os.kill(small.pid_of_run(), signal.SIGKILL)

        assert (await self.end_of(chen, no))["state"] == "broken_off"
        assert (await chen.get("publications"))["publications"] == []

    async def end_of(self, trainer: Trainer, no: int) -> dict[str, Any]:
        for _ in range(ENDS_WITHIN_S):
            run = await trainer.get(f"runs/{no}")
            if run["state"] != "running":
                return run
            await asyncio.sleep(1)
        pytest.fail(f"run {no} did not end: {run}")
