"""Answering from the knowledge: the entry, up to three choices, or an honest "I do not know"."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Answer
from actions.conversation import FORM
from actions.requests import Requests
from actions.saying import say_found
from desk.database import Database
from knowledge.calibration import Decision
from knowledge.entry import NothingPublished
from knowledge.evidence import PARTS, Parts
from knowledge.hit_store import HitStore
from knowledge.hits import Hits
from knowledge.search import Candidate, SearchResult
from knowledge.service import Knowledge
from tests.actions.rasa_side import Line, run
from tests.conversations.scripted import knowledge_of
from tests.knowledge.small_corpus import CALMING, FLICKER, METER, MOVING, PAYING, WAITING

pytestmark = pytest.mark.needs_encoder

Domain = dict[str, Any]


@pytest.fixture
def answer(knowledge: Knowledge, requests: Requests) -> Answer:
    return Answer(knowledge=knowledge, requests=requests)


def choosing(entry_id: str) -> Line:
    return Line(text="电费在哪里交", intent="consult", entities={"entry_id": entry_id})


class TestAnswer:
    async def test_gives_the_answer_with_its_source(self, answer: Answer, domain: Domain) -> None:
        line = Line(text="买了二手房电表怎么改名字", intent="consult")

        outcome = await run(answer, line, domain)

        assert outcome.text == "请带身份证明和房屋产权证明。"
        assert outcome.custom == {
            "sources": [
                {
                    "entry_id": "connect-change-name",
                    "version": 1,
                    "title": "过户需要什么材料",
                    "source": "十项承诺第3条",
                }
            ]
        }
        assert outcome.events == []

    async def test_says_that_it_does_not_know(self, answer: Answer, domain: Domain) -> None:
        outcome = await run(answer, Line(text="红烧肉怎么做", intent="off_topic"), domain)

        assert outcome.text.startswith("抱歉，这个问题我没有可靠的答复")
        assert "转人工" in {button["title"] for button in outcome.buttons}
        # counted: whoever is not understood three times gets a person
        assert outcome.custom == {"card": {"type": "missed"}}

    @pytest.mark.parametrize("said", ["客户一直催怎么说", "客户发火了怎么回"])
    async def test_never_says_what_is_meant_for_agents(
        self, answer: Answer, domain: Domain, said: str
    ) -> None:
        outcome = await run(answer, Line(text=said, intent="consult"), domain)

        assert CALMING.answer not in outcome.text
        assert CALMING.title not in {button["title"] for button in outcome.buttons}

    async def test_says_so_aloud_when_nothing_is_published(
        self,
        database: Database,
        tmp_path: Path,
        requests: Requests,
        clock: Callable[[], datetime],
        domain: Domain,
    ) -> None:
        empty = knowledge_of(database, tmp_path / "indexes", None, clock)

        with pytest.raises(NothingPublished, match="seatmate knowledge publish"):
            await run(Answer(knowledge=empty, requests=requests), Line(text="电费"), domain)

        empty.close()


class TestHits:
    async def hits(self, knowledge: Knowledge, database: Database) -> dict[str, tuple[int, int]]:
        await knowledge.hits.flush(database.write)
        async with database.read() as connection:
            counted = await HitStore(connection).list_since("power", date.min)
        return {entry_id: (hit.answered, hit.offered) for entry_id, hit in counted.items()}

    async def test_counts_what_is_said_and_what_is_chosen(
        self, answer: Answer, knowledge: Knowledge, database: Database, domain: Domain
    ) -> None:
        await run(answer, Line(text="买了二手房电表怎么改名字", intent="consult"), domain)
        await run(answer, choosing(MOVING.entry_id), domain)

        assert await self.hits(knowledge, database) == {MOVING.entry_id: (2, 0)}

    async def test_counts_what_is_offered(self, knowledge: Knowledge, database: Database) -> None:
        offer = found(Decision.CLARIFY, (PAYING, 0.5), (METER, 0.2), (MOVING, 0.01))

        say_found(CollectingDispatcher(), offer, hits=knowledge.hits, profile="power")

        assert await self.hits(knowledge, database) == {
            PAYING.entry_id: (0, 1),
            METER.entry_id: (0, 1),
        }

    async def test_counts_nothing_where_nothing_is_known(
        self, answer: Answer, knowledge: Knowledge, database: Database, domain: Domain
    ) -> None:
        await run(answer, Line(text="红烧肉怎么做", intent="off_topic"), domain)

        assert await self.hits(knowledge, database) == {}


class TestAFaultTakenForAQuestion:
    @pytest.mark.parametrize(
        ("said", "details"),
        [
            ("幸福里6栋301家里黑了咋整啊", {"address": "幸福里6栋301"}),
            ("咋又掉电了，13800138000", {"phone": "13800138000"}),
            ("俺们村里都黑了", {}),
        ],
        ids=["with its place", "with a phone", "with how far"],
    )
    @pytest.mark.parametrize("intent", ["consult", "nlu_fallback"])
    async def test_begins_a_report(
        self, answer: Answer, domain: Domain, said: str, details: dict[str, str], intent: str
    ) -> None:
        outcome = await run(answer, Line(text=said, intent=intent, details=details), domain)

        assert outcome.talk.current is not None
        assert outcome.talk.current.kind == "fault"
        assert outcome.fields["fault_kind"] == "停电"
        assert outcome.fields.items() >= details.items()
        assert outcome.next_action == FORM
        assert outcome.responses == []

    async def test_begins_none_without_a_place(self, answer: Answer, domain: Domain) -> None:
        outcome = await run(answer, Line(text="咋又掉电了", intent="consult"), domain)

        assert outcome.events == []

    async def test_begins_none_where_there_is_an_answer(
        self, answer: Answer, domain: Domain
    ) -> None:
        line = Line(text="灯一闪一闪的", intent="consult", details={"address": "幸福里6栋301"})

        outcome = await run(answer, line, domain)

        assert outcome.text == FLICKER.answer
        assert outcome.events == []

    async def test_begins_none_in_the_middle_of_another(
        self, answer: Answer, domain: Domain
    ) -> None:
        line = Line(
            text="幸福里6栋301家里黑了咋整啊",
            intent="consult",
            details={"address": "幸福里6栋301"},
            is_filling_in=True,
        )

        outcome = await run(answer, line, domain)

        assert outcome.events == []


class TestAChoice:
    async def test_says_the_entry_that_was_chosen(self, answer: Answer, domain: Domain) -> None:
        outcome = await run(answer, choosing(PAYING.entry_id), domain)

        assert outcome.text == PAYING.answer
        assert outcome.custom["sources"][0]["entry_id"] == PAYING.entry_id

    @pytest.mark.parametrize("entry_id", ["no-such-entry", CALMING.entry_id, ""])
    async def test_does_not_say_what_customers_may_not_hear(
        self, answer: Answer, domain: Domain, entry_id: str
    ) -> None:
        outcome = await run(answer, choosing(entry_id), domain)

        assert outcome.text.startswith("抱歉，这条内容已经停用")
        assert outcome.custom == {}

    async def test_does_not_say_an_entry_before_its_day(
        self, answer: Answer, domain: Domain, clock: Any
    ) -> None:
        clock.moment = datetime(2023, 12, 7, 23, 59, tzinfo=UTC)

        outcome = await run(answer, choosing(PAYING.entry_id), domain)

        assert outcome.text.startswith("抱歉，这条内容已经停用")


def found(decision: Decision, *likely: tuple[Any, float]) -> SearchResult:
    parts = Parts(**dict.fromkeys(PARTS, 0.5))
    return SearchResult(
        decision=decision,
        candidates=tuple(
            Candidate(entry=entry, probability=probability, parts=parts)
            for entry, probability in likely
        ),
    )


class TestSayFound:
    @pytest.fixture
    def hits(self, clock: Callable[[], datetime]) -> Hits:
        return Hits(clock)

    def test_offers_the_likely_ones_as_buttons(self, hits: Hits) -> None:
        dispatcher = CollectingDispatcher()

        say_found(
            dispatcher,
            found(Decision.CLARIFY, (PAYING, 0.5), (METER, 0.2), (MOVING, 0.01)),
            hits=hits,
            profile="power",
        )

        (message,) = dispatcher.messages
        assert message["response"] == "utter_clarify"
        assert [button["title"] for button in message["buttons"]] == [PAYING.title, METER.title]

    def test_offers_buttons_that_name_their_entry(self, hits: Hits) -> None:
        dispatcher = CollectingDispatcher()

        say_found(dispatcher, found(Decision.CLARIFY, (FLICKER, 0.4)), hits=hits, profile="power")

        payload = dispatcher.messages[0]["buttons"][0]["payload"]
        intent, _, entities = payload.partition("{")
        assert intent == "/consult"
        assert json.loads("{" + entities) == {"entry_id": FLICKER.entry_id}

    def test_offers_the_best_when_none_is_likely(self, hits: Hits) -> None:
        dispatcher = CollectingDispatcher()

        say_found(
            dispatcher,
            found(Decision.CLARIFY, (WAITING, 0.04), (PAYING, 0.03)),
            hits=hits,
            profile="power",
        )

        assert [each["title"] for each in dispatcher.messages[0]["buttons"]] == [WAITING.title]

    def test_says_a_likely_one_under_its_title_with_the_others_beside_it(self, hits: Hits) -> None:
        dispatcher = CollectingDispatcher()

        say_found(
            dispatcher,
            found(Decision.SUGGEST, (WAITING, 0.8), (PAYING, 0.1), (METER, 0.01)),
            hits=hits,
            profile="power",
        )

        (message,) = dispatcher.messages
        assert message["response"] == "utter_suggest"
        assert (message["title"], message["answer"]) == (WAITING.title, WAITING.answer)
        assert [each["title"] for each in message["buttons"]] == [PAYING.title]
        assert message["custom"]["sources"][0]["entry_id"] == WAITING.entry_id

    def test_says_the_first_alone_when_it_is_sure(self, hits: Hits) -> None:
        dispatcher = CollectingDispatcher()
        sure = replace(WAITING, answer="45 分钟")

        say_found(
            dispatcher,
            found(Decision.ANSWER, (sure, 0.99), (PAYING, 0.4)),
            hits=hits,
            profile="power",
        )

        (message,) = dispatcher.messages
        assert (message["response"], message["answer"]) == ("utter_answer", "45 分钟")
        assert message["buttons"] == []
