"""The verdict of a kill test sees each kind of fault: judged is a real desk that made none."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from conversations.message import Reply
from conversations.turn_store import TurnStore
from desk.database import Database
from tests.chaos.verdict import DANGER, Expected, Verdict, is_in_order, judge
from tests.conftest import Clock
from tests.connectors.bot_api import ANNA, BotApi, serve_bot_api
from tests.connectors.post_office import PostOffice, until
from tickets.profile import Profile
from tickets.store import NewTicket
from tickets.ticket import Kind

LINES = ("查电费", "办过户", "谢谢")


@dataclass
class Played:
    """Three lines were written and answered; a test says what it expected, and what came."""

    office: PostOffice
    database: Path
    expected: Expected
    sent: list[str]

    def judged(self) -> Verdict:
        return judge(self.database, self.expected, {ANNA: self.sent})


@pytest.fixture
async def played(database: Database, clock: Clock, power: Profile, tmp_path: Path) -> Played:
    office, expected = PostOffice(database, clock, power, tmp_path), Expected()
    with serve_bot_api() as api:
        async with office.with_telegram(api):
            for text in LINES:
                await said(api, expected, text)
        return Played(office, tmp_path / "test.db", expected, api.texts())


async def said(api: BotApi, expected: Expected, text: str) -> None:
    """A line, and its answer."""
    before = len(api.texts())
    update = api.writes(text)
    expected.add(ANNA, update["message"]["message_id"], text)
    await until(lambda: len(api.texts()) == before + 1)


async def test_nothing_is_found_where_nothing_is_wrong(played: Played) -> None:
    verdict = played.judged()

    assert verdict.is_clean, verdict.report()
    assert verdict.messages == len(LINES)


async def test_a_line_that_never_came_is_lost(played: Played) -> None:
    played.expected.add(ANNA, 999, "还在吗")

    assert played.judged().lost == [f"{ANNA}: 还在吗"]


async def test_a_line_that_nobody_wrote_is_doubled(played: Played) -> None:
    last = list(played.expected.lines[ANNA])[-1]
    del played.expected.lines[ANNA][last]

    assert played.judged().doubled == [f"{ANNA}: {last} is nobody's"]


async def test_a_correction_that_was_not_taken_is_lost(played: Played) -> None:
    first = next(iter(played.expected.lines[ANNA]))
    played.expected.correct(ANNA, int(first.rpartition(":")[2]), "查水费")

    assert played.judged().lost == [f"{ANNA}: a correction of 查电费"]


async def test_lines_heard_in_another_order_are_out_of_order(played: Played) -> None:
    written = played.expected.lines[ANNA]
    played.expected.lines[ANNA] = dict(reversed(written.items()))

    assert len(played.judged().out_of_order) == 1


def test_a_danger_may_be_heard_before_its_turn_and_never_after_it() -> None:
    lines = {"1": "查电费", "2": f"{DANGER}了", "3": "谢谢"}

    assert is_in_order(["2", "1", "3"], lines)
    assert not is_in_order(["1", "3", "2"], lines)
    assert not is_in_order(["3", "1", "2"], lines)


async def test_answers_that_reach_the_customer_in_another_order_are_out_of_order(
    played: Played,
) -> None:
    played.sent[0], played.sent[1] = played.sent[1], played.sent[0]

    assert played.judged().out_of_order != []


async def test_an_answer_that_never_reached_the_customer_is_lost(played: Played) -> None:
    played.sent.pop()

    assert len(played.judged().lost) == 1


async def test_an_answer_that_reached_the_customer_twice_is_counted_and_no_fault(
    played: Played,
) -> None:
    played.sent.append(played.sent[-1])

    verdict = played.judged()

    assert (verdict.is_clean, verdict.sent_again) == (True, 1)


async def test_a_line_that_was_answered_at_two_times_is_doubled(
    played: Played, database: Database, clock: Clock
) -> None:
    line = (await played.office.transcript("telegram", str(ANNA)))[0]
    assert line.message_id is not None
    clock.move(timedelta(seconds=1))
    async with database.write() as connection:
        await TurnStore(connection).add_answers(
            line.conversation_id, [line.message_id], [Reply(text="还是这句")], at=clock()
        )

    assert played.judged().doubled == [f"{ANNA}: answered twice: {line.message_id}"]


async def test_a_ticket_that_is_missing_is_lost(played: Played) -> None:
    played.expected.faults.add(ANNA)

    assert played.judged().lost == [f"{ANNA}: the fault ticket"]


async def test_a_second_ticket_is_doubled(played: Played) -> None:
    played.expected.faults.add(ANNA)
    line = (await played.office.transcript("telegram", str(ANNA)))[0]
    for key in ("one", "two"):
        await played.office.centre.tickets.register(
            NewTicket(
                request_key=key,
                profile="power",
                kind=Kind.FAULT,
                conversation_id=line.conversation_id,
                fields={"address": key},
            ),
            actor="bot",
        )

    assert played.judged().doubled == [f"{ANNA}: 2 fault tickets instead of 1"]
