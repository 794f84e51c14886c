"""What is live: loaded, swapped, and searched with or without the encoder."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.database import Database
from knowledge.calibration import Decision
from knowledge.editing import Editor, Ref
from knowledge.encoder import Encoder, OnnxEncoder, Vectors
from knowledge.entry import Entry, EntryKind, NothingPublished
from knowledge.indexes.cache import IndexCache
from knowledge.search import SearchResult
from knowledge.service import Knowledge
from tests.conftest import Clock
from tests.knowledge.small_corpus import (
    CALMING,
    METER,
    PAYING,
    SMALL_CORPUS,
    WAITING,
    Library,
)

pytestmark = pytest.mark.needs_encoder

FASTER = replace(WAITING, version=2, answer="城区 30 分钟，农村 60 分钟。")
REST = SMALL_CORPUS[1:]


class Renamed:
    """The real encoder under another fingerprint, as after adopting another export."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self._encoder = encoder

    @property
    def fingerprint(self) -> str:
        return "m3e-small@another"

    def encode_texts(self, texts: Any) -> Vectors:
        return self._encoder.encode_texts(texts)

    def as_asked(self, text: str) -> str:
        return self._encoder.as_asked(text)

    def encode_query(self, text: str) -> Vectors:
        return self._encoder.encode_query(text)


@pytest.fixture
def library(database: Database, encoder: OnnxEncoder, clock: Clock) -> Library:
    return Library(database, encoder.fingerprint, clock)


Opener = Callable[[Encoder | None], Knowledge]


@pytest.fixture
async def open_knowledge(
    database: Database, indexes: IndexCache, clock: Clock
) -> AsyncIterator[Opener]:
    """Opens the service with an encoder, or with none."""
    opened: list[Knowledge] = []

    def opener(encoder: Encoder | None) -> Knowledge:
        knowledge = Knowledge(read=database.read, indexes=indexes, encoder=encoder, clock=clock)
        opened.append(knowledge)
        return knowledge

    yield opener
    for knowledge in opened:
        knowledge.close()


@pytest.fixture
def knowledge(open_knowledge: Opener, encoder: OnnxEncoder) -> Knowledge:
    return open_knowledge(encoder)


def first(found: SearchResult) -> Entry:
    return found.candidates[0].entry


class TestRefresh:
    async def test_serves_what_is_live(self, library: Library, knowledge: Knowledge) -> None:
        no = await library.publish(*SMALL_CORPUS)

        assert await knowledge.refresh()

        found = await knowledge.search("报修了多久能来人", profile="power")
        assert (found.decision, first(found)) == (Decision.ANSWER, WAITING)
        assert knowledge.live_numbers() == {"power": no}

    async def test_says_the_old_version_until_the_day_of_the_new_one(
        self, library: Library, knowledge: Knowledge, clock: Clock
    ) -> None:
        later = replace(FASTER, valid_from=clock() + timedelta(days=2))
        await library.publish(WAITING, later, *REST)
        await knowledge.refresh()

        before = first(await knowledge.search("报修了多久能来人", profile="power"))
        clock.move(timedelta(days=2))
        after = first(await knowledge.search("报修了多久能来人", profile="power"))

        assert (before.answer, after.answer) == (WAITING.answer, FASTER.answer)
        assert knowledge.says(FASTER.answer, profile="power")
        assert not knowledge.says(WAITING.answer, profile="power")
        assert knowledge.find_entry(WAITING.entry_id, profile="power") == later

    async def test_goes_back_to_what_it_still_has_in_memory(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        earlier = await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        before = first(await knowledge.search("报修了多久能来人", profile="power"))
        await library.publish(FASTER, *REST)
        await knowledge.refresh()

        await library.go_live(earlier)
        assert await knowledge.refresh()

        # not an equal entry, which would have been read and indexed anew
        assert first(await knowledge.search("报修了多久能来人", profile="power")) is before
        assert knowledge.live_numbers() == {"power": earlier}

    async def test_says_that_nothing_changed(self, library: Library, knowledge: Knowledge) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()

        assert not await knowledge.refresh()

    async def test_serves_a_new_publication_after_it_and_not_before(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        await library.publish(FASTER, *REST)

        before = await knowledge.search("报修了多久能来人", profile="power")
        await knowledge.refresh()
        after = await knowledge.search("报修了多久能来人", profile="power")

        assert (first(before), first(after)) == (WAITING, FASTER)

    async def test_returns_to_the_old_answers_after_a_rollback(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        old = await library.publish(*SMALL_CORPUS)
        await library.publish(FASTER, *REST)
        await knowledge.refresh()

        await library.go_live(old)
        await knowledge.refresh()

        found = await knowledge.search("报修了多久能来人", profile="power")
        assert first(found) == WAITING

    async def test_keeps_the_profiles_apart(self, library: Library, knowledge: Knowledge) -> None:
        gas = replace(WAITING, answer="燃气抢修 30 分钟到。")
        await library.publish(*SMALL_CORPUS)
        await library.publish(gas, profile="gas")
        await knowledge.refresh()

        power = await knowledge.search(WAITING.title, profile="power")
        other = await knowledge.search(WAITING.title, profile="gas")

        assert (first(power), first(other)) == (WAITING, gas)

    async def test_answers_from_the_old_or_the_new_while_it_swaps(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        await library.publish(FASTER, *REST)

        asking = [knowledge.search(WAITING.title, profile="power") for _ in range(20)]
        *answers, swapped = await asyncio.gather(*asking, knowledge.refresh())

        assert swapped
        assert all(found.decision is Decision.ANSWER for found in answers)
        assert {first(found).answer for found in answers} <= {WAITING.answer, FASTER.answer}

    async def test_goes_on_with_the_old_when_the_new_cannot_be_loaded(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        old = await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        await library.publish(FASTER, *REST, calibrations={})

        await knowledge.refresh()

        found = await knowledge.search(WAITING.title, profile="power")
        assert (first(found), knowledge.live_numbers()) == (WAITING, {"power": old})

    async def test_says_that_nothing_changed_while_the_new_cannot_be_loaded(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        await library.publish(FASTER, *REST, calibrations={})

        told = [await knowledge.refresh() for _ in range(2)]

        assert told == [False, False]

    async def test_tells_once_of_what_cannot_be_loaded(
        self, library: Library, knowledge: Knowledge, caplog: pytest.LogCaptureFixture
    ) -> None:
        await library.publish(*SMALL_CORPUS, calibrations={})

        for _ in range(3):
            await knowledge.refresh()

        told = [line for line in caplog.messages if "could not be loaded" in line]
        assert told == ["power: publication 1 could not be loaded"]

    async def test_tries_again_a_minute_later_what_could_not_be_loaded(
        self, library: Library, knowledge: Knowledge, clock: Clock, tmp_path: Path
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        new = await library.publish(replace(FASTER, title="多久到现场呢"), *REST)
        blocked = tmp_path / "indexes"
        shutil.rmtree(blocked)
        blocked.write_text("a file where the folder was")
        told = [await knowledge.refresh()]
        blocked.unlink()

        clock.move(timedelta(seconds=59))
        told.append(await knowledge.refresh())
        clock.move(timedelta(seconds=1))
        told.append(await knowledge.refresh())

        assert told == [False, False, True]
        assert knowledge.live_numbers() == {"power": new}

    async def test_serves_what_comes_after_one_that_could_not_be_loaded(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await library.publish(*SMALL_CORPUS, calibrations={})
        await knowledge.refresh()
        await library.publish(FASTER, *REST)

        await knowledge.refresh()

        assert first(await knowledge.search(WAITING.title, profile="power")) == FASTER

    async def test_serves_one_centres_news_while_anothers_cannot_be_loaded(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        await library.publish(WAITING, profile="gas", calibrations={})
        await library.publish(FASTER, *REST)

        await knowledge.refresh()

        assert first(await knowledge.search(WAITING.title, profile="power")) == FASTER


class TestSwap:
    async def test_never_mixes_two_publications_in_one_answer(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        old = await library.publish(*SMALL_CORPUS)
        new = await library.publish(*[replace(entry, version=2) for entry in SMALL_CORPUS])
        await knowledge.refresh()
        asked, seen, swaps = 0, set[int](), 0

        async def ask() -> None:
            nonlocal asked
            while swaps < 30 or asked <= 100:
                for text in (WAITING.title, PAYING.title, METER.title):
                    found = await knowledge.search(
                        text, profile="power", kinds=frozenset(EntryKind), count=6
                    )
                    versions = {each.entry.version for each in found.candidates}
                    assert len(versions) == 1
                    assert len(found.candidates) > 1
                    seen.update(versions)
                    asked += 1

        async def swap() -> None:
            nonlocal swaps
            while swaps < 30 or asked <= 100:
                await library.go_live(old if swaps % 2 else new)
                await knowledge.refresh()
                swaps += 1

        await asyncio.gather(*[ask() for _ in range(8)], swap())

        assert seen == {1, 2}
        assert asked > 100


class TestWithdrawn:
    @pytest.fixture
    def withdraw(self, database: Database, clock: Clock) -> Callable[[Entry], Awaitable[Entry]]:
        """小陈 takes an entry out in the desk, without a new publication."""
        editor = Editor(write=database.write, read=database.read)

        async def take_out(entry: Entry) -> Entry:
            ref = Ref(profile="power", entry_id=entry.entry_id, version=entry.version)
            return await editor.withdraw(ref, author="小陈", reason="答错了", now=clock())

        return take_out

    async def test_is_said_no_more_at_once(
        self,
        library: Library,
        knowledge: Knowledge,
        withdraw: Callable[[Entry], Awaitable[Entry]],
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        assert knowledge.says(PAYING.answer, profile="power")

        await withdraw(PAYING)

        assert await knowledge.refresh()
        assert not knowledge.says(PAYING.answer, profile="power")
        found = await knowledge.search(PAYING.title, profile="power", count=6)
        assert PAYING.entry_id not in [each.entry.entry_id for each in found.candidates]
        assert knowledge.find_entry(PAYING.entry_id, profile="power") is None
        assert not await knowledge.refresh()

    async def test_stays_unsaid_when_an_earlier_publication_comes_back(
        self,
        library: Library,
        knowledge: Knowledge,
        withdraw: Callable[[Entry], Awaitable[Entry]],
    ) -> None:
        old = await library.publish(*SMALL_CORPUS)
        await library.publish(FASTER, *REST)
        await withdraw(FASTER)

        await library.go_live(old)
        await knowledge.refresh()

        assert knowledge.find_entry(WAITING.entry_id, profile="power") is None

    async def test_is_said_again_in_a_later_version(
        self,
        library: Library,
        knowledge: Knowledge,
        withdraw: Callable[[Entry], Awaitable[Entry]],
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await withdraw(WAITING)
        await library.publish(FASTER, *REST)

        await knowledge.refresh()

        assert knowledge.find_entry(WAITING.entry_id, profile="power") == FASTER


class TestSearch:
    async def test_says_what_to_do_when_nothing_is_published(self, knowledge: Knowledge) -> None:
        await knowledge.refresh()

        with pytest.raises(NothingPublished, match="seatmate knowledge publish"):
            await knowledge.search("停电了", profile="power")

    async def test_keeps_scripts_from_customers_and_shows_them_to_staff(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()

        customers = await knowledge.search(CALMING.title, profile="power", count=5)
        staff = await knowledge.search(CALMING.title, profile="power", kinds=frozenset(EntryKind))

        assert CALMING not in [candidate.entry for candidate in customers.candidates]
        assert first(staff) == CALMING

    async def test_stops_saying_an_entry_the_minute_it_ends_without_a_refresh(
        self, library: Library, knowledge: Knowledge, clock: Clock
    ) -> None:
        ending = replace(PAYING, valid_until=clock() + timedelta(minutes=1))
        await library.publish(WAITING, ending)
        await knowledge.refresh()

        clock.move(timedelta(seconds=59))
        still = await knowledge.search(PAYING.title, profile="power")
        clock.move(timedelta(seconds=1))
        no_more = await knowledge.search(PAYING.title, profile="power")

        assert (still.decision, first(still)) == (Decision.ANSWER, ending)
        assert ending not in [candidate.entry for candidate in no_more.candidates]


class TestPrepare:
    async def test_changes_nothing_about_the_answer(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        unprepared = await knowledge.search("师傅啥时候来", profile="power")

        for text in ("电费在哪里交", "灯一闪一闪的", "师傅啥时候来"):
            knowledge.prepare(text)
        prepared = await knowledge.search("师傅啥时候来", profile="power")

        assert prepared == unprepared

    async def test_does_no_harm_without_the_encoder_or_a_publication(
        self, open_knowledge: Opener
    ) -> None:
        by_words = open_knowledge(None)

        by_words.prepare("电费在哪里交")

        with pytest.raises(NothingPublished):
            await by_words.search("电费在哪里交", profile="power")


class TestWithoutTheEncoder:
    async def test_still_answers_by_words_with_their_own_curve(
        self, library: Library, knowledge: Knowledge, open_knowledge: Opener
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        by_words = open_knowledge(None)
        await by_words.refresh()

        found = await by_words.search("报修了多久能来人", profile="power")

        assert not by_words.has_encoder
        assert (found.decision, first(found)) == (Decision.ANSWER, WAITING)
        assert found.candidates[0].parts.similarity == 0.0

    async def test_goes_by_words_while_another_encoder_than_the_publications_is_here(
        self,
        library: Library,
        knowledge: Knowledge,
        open_knowledge: Opener,
        encoder: OnnxEncoder,
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        changed = open_knowledge(Renamed(encoder))
        await changed.refresh()

        found = await changed.search("报修了多久能来人", profile="power")

        assert (found.decision, first(found)) == (Decision.ANSWER, WAITING)
        assert found.candidates[0].parts.similarity == 0.0

    async def test_still_answers_by_words_when_the_index_is_gone_too(
        self,
        library: Library,
        knowledge: Knowledge,
        open_knowledge: Opener,
        tmp_path: Path,
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()
        shutil.rmtree(tmp_path / "indexes")
        by_words = open_knowledge(None)

        await by_words.refresh()

        found = await by_words.search("报修了多久能来人", profile="power")
        assert (found.decision, first(found)) == (Decision.ANSWER, WAITING)


class TestAnotherEncoder:
    """After tuning: what is live was made with another encoder than this desk began with."""

    @pytest.fixture
    def knowledge(
        self, database: Database, indexes: IndexCache, clock: Clock, encoder: OnnxEncoder
    ) -> Iterator[Knowledge]:
        tuned = Renamed(encoder)
        opened = Knowledge(
            read=database.read,
            indexes=indexes,
            encoder=encoder,
            clock=clock,
            find_encoder=lambda wanted: tuned if wanted == tuned.fingerprint else None,
        )
        yield opened
        opened.close()

    async def test_is_used_for_what_it_made(
        self, database: Database, clock: Clock, knowledge: Knowledge, encoder: OnnxEncoder
    ) -> None:
        await Library(database, encoder.fingerprint, clock).publish(*SMALL_CORPUS, profile="gas")
        await Library(database, "m3e-small@another", clock).publish(*SMALL_CORPUS)
        await knowledge.refresh()

        tuned = await knowledge.search("报修了多久能来人", profile="power")
        base = await knowledge.search("报修了多久能来人", profile="gas")

        assert tuned.candidates[0].parts.similarity == pytest.approx(1.0, abs=1e-5)
        assert base.candidates[0].parts.similarity == pytest.approx(1.0, abs=1e-5)

    async def test_is_left_again_when_somebody_goes_back(
        self, database: Database, clock: Clock, knowledge: Knowledge, library: Library
    ) -> None:
        before = await library.publish(*SMALL_CORPUS)
        await Library(database, "m3e-small@another", clock).publish(*SMALL_CORPUS)
        await knowledge.refresh()
        await library.go_live(before)
        await knowledge.refresh()

        found = await knowledge.search("报修了多久能来人", profile="power")

        assert found.candidates[0].parts.similarity == pytest.approx(1.0, abs=1e-5)

    async def test_is_not_needed_when_it_was_thrown_away(
        self, database: Database, clock: Clock, knowledge: Knowledge
    ) -> None:
        await Library(database, "m3e-small@gone", clock).publish(*SMALL_CORPUS)
        await knowledge.refresh()

        found = await knowledge.search("报修了多久能来人", profile="power")

        assert (found.decision, first(found)) == (Decision.ANSWER, WAITING)
        assert found.candidates[0].parts.similarity == 0.0


class TestFindEntry:
    async def test_gives_a_live_entry_by_its_id(
        self, library: Library, knowledge: Knowledge
    ) -> None:
        await library.publish(*SMALL_CORPUS)
        await knowledge.refresh()

        assert knowledge.find_entry(METER.entry_id, profile="power") == METER

    async def test_gives_no_script_no_ended_entry_and_no_unknown_one(
        self, library: Library, knowledge: Knowledge, clock: Clock
    ) -> None:
        ended = replace(PAYING, valid_until=clock())
        await library.publish(WAITING, ended, CALMING)
        await knowledge.refresh()

        wanted = (ended.entry_id, CALMING.entry_id, "no-such-entry")

        assert [knowledge.find_entry(each, profile="power") for each in wanted] == [None] * 3

    async def test_says_so_when_nothing_is_published(self, knowledge: Knowledge) -> None:
        with pytest.raises(NothingPublished):
            knowledge.find_entry(METER.entry_id, profile="power")
