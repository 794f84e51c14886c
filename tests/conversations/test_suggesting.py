"""Wordings for agents on real parts: a database, a published corpus, tickets and their limits."""

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conversations.masking import make_mask
from conversations.message import EmptyMessage
from conversations.people import Role
from conversations.suggesting import Asked, Suggested, Suggesting
from desk.database import Database
from desk.settings import ROOT
from knowledge.encoder import OnnxEncoder
from knowledge.entry import EntryNotFound, EntryState
from knowledge.importing.heard_yaml import Heard, OfTicket
from knowledge.indexes.cache import IndexCache
from knowledge.phrasing import load_phrases
from knowledge.pick_store import PickStore, Told
from knowledge.picks import Outcome, UnknownSuggestion
from knowledge.service import Knowledge
from tests.conftest import Clock
from tests.conversations.scripted import Centre, HearingBot
from tests.knowledge.small_corpus import (
    CALMING,
    CURVE,
    METER,
    PAYING,
    SMALL_CORPUS,
    WORDS_ONLY,
    Library,
    labelled_questions,
)
from tests.tickets.timed import TERMS
from tickets.informants import load_seal
from tickets.owed import Owing
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, Ticket

pytestmark = pytest.mark.needs_encoder

URGED = replace(
    CALMING,
    entry_id="script-urged",
    title="催办后的答复",
    questions=("客户来催单怎么回", "催办以后怎么说"),
    answer="{surname}{honorific}，工单 {ticket_no} 我已经催办，时限是{due}，请您再等一等。",
    phase="承诺",
)
HEARD = {
    "power": {
        CALMING.entry_id: Heard(lines=("气死我了", "什么态度", "到底管不管"), calms=True),
        URGED.entry_id: Heard(
            lines=("帮我催一下", "怎么还没人来", "单子没动静"), ticket=OfTicket.OPEN
        ),
    }
}

# what is none of the centre's business calls for no script either
NOBODYS = tuple(each for each in labelled_questions() if not each.relevant)
TAUGHT = {
    name: replace(each, lessons=NOBODYS).to_json()
    for name, each in (("full", CURVE), ("words_only", WORDS_ONLY))
}


@pytest.fixture
async def knowledge(
    database: Database, encoder: OnnxEncoder, clock: Clock, tmp_path: Path
) -> AsyncIterator[Knowledge]:
    opened = Knowledge(
        read=database.read,
        indexes=IndexCache(tmp_path / "indexes"),
        encoder=encoder,
        clock=clock,
        heard=HEARD,
    )
    await Library(database, encoder.fingerprint, clock).publish(
        *SMALL_CORPUS, URGED, calibrations=TAUGHT
    )
    await opened.refresh()
    yield opened
    opened.close()


@pytest.fixture
def tickets(database: Database, clock: Clock) -> TicketService:
    return TicketService(write=database.write, read=database.read, clock=clock, terms=TERMS)


Opening = Callable[[], Suggesting]


@pytest.fixture
def open_desk(
    database: Database, knowledge: Knowledge, tickets: TicketService, clock: Clock
) -> Opening:
    """The desk's suggestions; called again they are those after a restart."""

    def opening() -> Suggesting:
        return Suggesting(
            knowledge=knowledge,
            tickets=tickets,
            owing=Owing(read=database.read, clock=clock, terms=TERMS),
            seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
            phrases=load_phrases(ROOT / "profiles" / "phrasing.yml"),
            heard=HEARD,
            mask=make_mask(),
            write=database.write,
            read=database.read,
            clock=clock,
        )

    return opening


@pytest.fixture
def suggesting(open_desk: Opening) -> Suggesting:
    return open_desk()


Talking = Callable[..., Coroutine[Any, Any, str]]


@pytest.fixture
def say(database: Database, clock: Clock, power: Profile, knowledge: Knowledge) -> Talking:
    """Somebody opens a conversation and says these lines; returns its id."""

    async def saying(*lines: str) -> str:
        centre = Centre(database, clock, power, HearingBot(), knowledge)
        customer = await centre.opens()
        for line in lines:
            await customer.says(line)
        return customer.conversation.conversation_id

    return saying


def ids(found: Suggested) -> list[str]:
    return [each.entry.entry_id for _, each in found.wordings]


async def register(tickets: TicketService, conversation_id: str, kind: Kind) -> Ticket:
    new = NewTicket(
        request_key=f"{conversation_id} {kind}",
        profile="power",
        kind=kind,
        conversation_id=conversation_id,
        fields={"words": "有人偷电" if kind is Kind.REPORT else "停电", "name": "王女士"},
    )
    return await tickets.register(new, actor="小李")


async def outcomes(database: Database) -> list[Told]:
    async with database.read() as connection:
        return list(await PickStore(connection).list_last("power", limit=10))


class TestSuggest:
    async def test_answers_a_question_with_its_entry_first(
        self, suggesting: Suggesting, power: Profile
    ) -> None:
        found = await suggesting.suggest(Asked(profile=power, text="怎么在手机上交电费"))

        assert ids(found)[0] == PAYING.entry_id
        assert PAYING.answer in found.wordings[0][1].text
        assert found.reason == ""

    async def test_offers_a_script_for_what_is_no_question(
        self, suggesting: Suggesting, power: Profile
    ) -> None:
        found = await suggesting.suggest(Asked(profile=power, text="气死我了，什么态度"))

        assert ids(found)[0] == CALMING.entry_id

    async def test_has_nothing_for_what_is_nobodys_business_and_says_so(
        self, suggesting: Suggesting, power: Profile
    ) -> None:
        found = await suggesting.suggest(Asked(profile=power, text="给我讲个好笑的笑话"))

        assert found.wordings == ()
        assert found.reason == suggesting.phrases.nothing

    async def test_reads_the_last_line_of_a_conversation(
        self, suggesting: Suggesting, power: Profile, say: Talking
    ) -> None:
        conversation_id = await say("在吗", "怎么在手机上交电费")

        found = await suggesting.suggest(Asked(profile=power, conversation_id=conversation_id))

        assert found.line == "怎么在手机上交电费"
        assert ids(found)[0] == PAYING.entry_id

    async def test_waits_for_a_customer_who_has_said_nothing(
        self, suggesting: Suggesting, power: Profile, say: Talking
    ) -> None:
        found = await suggesting.suggest(Asked(profile=power, conversation_id=await say()))

        assert (found.wordings, found.reason) == ((), suggesting.phrases.no_line)

    async def test_fills_in_name_number_and_limit_of_the_customers_ticket(
        self, suggesting: Suggesting, power: Profile, tickets: TicketService, say: Talking
    ) -> None:
        conversation_id = await say("帮我催一下，怎么还没人来")
        ticket = await register(tickets, conversation_id, Kind.COMPLAINT)

        found = await suggesting.suggest(Asked(profile=power, conversation_id=conversation_id))

        said = dict(zip(ids(found), found.wordings, strict=True))[URGED.entry_id][1].text
        assert f"王女士，工单 {ticket.no} 我已经催办，时限是11月" in said
        assert "{" not in said

    async def test_calls_the_customer_as_the_agent_says(
        self, suggesting: Suggesting, power: Profile
    ) -> None:
        asked = Asked(profile=power, text="怎么在手机上交电费", surname="李", honorific="先生")

        found = await suggesting.suggest(asked)

        assert found.wordings[0][1].text.startswith("李先生，")

    async def test_shows_nothing_that_is_over(
        self,
        suggesting: Suggesting,
        power: Profile,
        knowledge: Knowledge,
        database: Database,
        encoder: OnnxEncoder,
        clock: Clock,
    ) -> None:
        ending = replace(PAYING, version=2, valid_until=clock() + timedelta(hours=1))
        library = Library(database, encoder.fingerprint, clock)
        await library.publish(ending, METER, CALMING)
        await knowledge.refresh()
        asked = Asked(profile=power, text="怎么在手机上交电费")

        before = await suggesting.suggest(asked)
        clock.move(timedelta(hours=2))
        after = await suggesting.suggest(asked)

        assert PAYING.entry_id in ids(before)
        assert PAYING.entry_id not in ids(after)

    async def test_refuses_a_line_of_invisible_signs(
        self, suggesting: Suggesting, power: Profile
    ) -> None:
        with pytest.raises(EmptyMessage):
            await suggesting.suggest(Asked(profile=power, text="\u200b\u200b"))

    async def test_takes_markup_and_braces_for_text(
        self, suggesting: Suggesting, power: Profile
    ) -> None:
        line = "<script>alert(1)</script>{ticket_no}怎么在手机上交电费"

        found = await suggesting.suggest(Asked(profile=power, text=line))

        assert found.line == line
        assert all("script" not in each.text for _, each in found.wordings)


class TestTell:
    async def test_moves_what_agents_pick_to_the_front_also_after_a_restart(
        self, suggesting: Suggesting, open_desk: Opening, power: Profile
    ) -> None:
        asked = Asked(profile=power, text="怎么还没人来，到底管不管")
        first, second = ids(await suggesting.suggest(asked))[:2]

        for ending in "啊呀呢吧嘛哦了的":
            alike = replace(asked, text=f"{asked.text}{ending}")
            await suggesting.tell_of(alike, second, Outcome.PICKED, actor="小李")
            await suggesting.tell_of(alike, first, Outcome.WRONG, actor="小李")

        assert ids(await suggesting.suggest(asked))[0] == second
        assert ids(await open_desk().suggest(asked))[0] == second

    async def test_is_written_down_with_the_place_it_was_shown_at(
        self, suggesting: Suggesting, power: Profile, database: Database
    ) -> None:
        asked = Asked(profile=power, text="怎么在手机上交电费")
        (suggestion_id, _), *_ = (await suggesting.suggest(asked)).wordings

        await suggesting.tell(suggestion_id, Outcome.WRONG, actor="小李")

        (told,) = await outcomes(database)
        assert (told.outcome, told.shown.place, told.actor) == (Outcome.WRONG, 1, "小李")

    async def test_counts_the_last_word_on_a_wording_alone(
        self, suggesting: Suggesting, power: Profile, database: Database
    ) -> None:
        asked = Asked(profile=power, text="怎么在手机上交电费")
        (suggestion_id, suggestion), *_ = (await suggesting.suggest(asked)).wordings

        await suggesting.tell(suggestion_id, Outcome.PICKED, actor="小李")
        again = await suggesting.tell_of(
            asked, suggestion.entry.entry_id, Outcome.EDITED, actor="小李"
        )

        assert again == suggestion_id
        assert [each.outcome for each in await outcomes(database)] == [Outcome.EDITED]

    async def test_keeps_no_phone_place_or_name(
        self, suggesting: Suggesting, power: Profile, database: Database
    ) -> None:
        line = "我姓王，幸福里6栋2单元301，电话13800138000，怎么在手机上交电费"

        await suggesting.tell_of(
            Asked(profile=power, text=line), PAYING.entry_id, Outcome.PICKED, actor="小李"
        )

        (told,) = await outcomes(database)
        assert "交电费" in told.shown.line
        assert not any(each in told.shown.line for each in ("13800138000", "幸福里", "王"))

    async def test_keeps_no_line_of_an_informant(
        self,
        suggesting: Suggesting,
        power: Profile,
        tickets: TicketService,
        say: Talking,
        database: Database,
    ) -> None:
        conversation_id = await say("怎么在手机上交电费")
        report = await register(tickets, conversation_id, Kind.REPORT)
        asked = Asked(profile=power, conversation_id=conversation_id)

        found = await suggesting.suggest(asked)
        await suggesting.tell(found.wordings[0][0], Outcome.PICKED, actor="老王")

        assert await outcomes(database) == []
        assert all(report.no not in each.text for _, each in found.wordings)

    async def test_knows_no_suggestion_it_did_not_make(self, suggesting: Suggesting) -> None:
        with pytest.raises(UnknownSuggestion):
            await suggesting.tell("gone", Outcome.PICKED, actor="小李")

    async def test_takes_no_outcome_of_an_entry_that_is_not_live(
        self, suggesting: Suggesting, power: Profile
    ) -> None:
        with pytest.raises(EntryNotFound):
            await suggesting.tell_of(
                Asked(profile=power, text="你好"), "nothing", Outcome.WRONG, actor="小李"
            )


def test_every_entry_of_these_tests_is_approved() -> None:
    assert {entry.state for entry in (*SMALL_CORPUS, URGED)} == {EntryState.APPROVED}
