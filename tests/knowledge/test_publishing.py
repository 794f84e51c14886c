"""Publish, roll back: what changes, and what never does."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from desk.database import Database
from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.merging import ImportReport, import_corpus
from knowledge.publishing import Publisher
from knowledge.store import KnowledgeStore, Publication
from tests.conftest import Clock
from tests.knowledge.small_corpus import (
    CALMING,
    METER,
    PAYING,
    SMALL_CORPUS,
    WAITING,
    Library,
    labelled_questions,
)

FASTER = "城区 30 分钟，农村 60 分钟。"


class Trainer:
    """小陈 brings in files and publishes them."""

    def __init__(self, database: Database, clock: Clock, indexes: IndexCache) -> None:
        self._database, self._clock = database, clock
        self._publisher = Publisher(write=database.write, read=database.read, indexes=indexes)

    async def bring_in(self, *wanted: Entry, profile: str = "power") -> ImportReport:
        async with self._database.write() as connection:
            store = KnowledgeStore(connection)
            return await import_corpus(store, profile, wanted, at=self._clock())

    async def publish(
        self, encoder: OnnxEncoder, *, labelled: Sequence[LabelledQuestion] | None = None
    ) -> Publication:
        questions = labelled_questions() if labelled is None else labelled
        return await self._publisher.publish(
            "power",
            encoder=encoder,
            labelled=questions,
            tests=questions[:5],
            author="小陈",
            now=self._clock(),
        )

    async def roll_back(self, no: int, *, profile: str = "power") -> Publication:
        return await self._publisher.roll_back(
            profile, no, author="小陈", now=self._clock(), reason="答错了"
        )

    async def stored(self, profile: str = "power") -> dict[str, Entry]:
        async with self._database.read() as connection:
            latest = await KnowledgeStore(connection).list_latest(profile)
        return {entry.entry_id: entry for entry in latest}

    async def put_live(self, *content: Entry) -> Publication:
        no = await Library(self._database, "m3e-small@1234", self._clock).publish(*content)
        async with self._database.read() as connection:
            return await KnowledgeStore(connection).get_publication(no)

    async def live(self) -> dict[str, int]:
        async with self._database.read() as connection:
            return await KnowledgeStore(connection).live_numbers()

    async def content_of(self, publication: Publication) -> list[Entry]:
        async with self._database.read() as connection:
            return await KnowledgeStore(connection).list_published(publication)


@pytest.fixture
def trainer(database: Database, clock: Clock, indexes: IndexCache) -> Trainer:
    return Trainer(database, clock, indexes)


@pytest.mark.needs_encoder
class TestPublish:
    async def test_makes_the_approved_entries_live(
        self, trainer: Trainer, encoder: OnnxEncoder
    ) -> None:
        await trainer.bring_in(*SMALL_CORPUS)

        publication = await trainer.publish(encoder)

        assert await trainer.live() == {"power": publication.no}
        content = await trainer.content_of(publication)
        assert {entry.entry_id for entry in content} == {entry.entry_id for entry in SMALL_CORPUS}
        assert (publication.author, publication.encoder) == ("小陈", encoder.fingerprint)
        assert publication.figures["ours"]["hit@1"] == 1.0

    async def test_leaves_out_drafts_and_what_was_withdrawn(
        self, trainer: Trainer, encoder: OnnxEncoder
    ) -> None:
        gone = replace(CALMING, entry_id="script-gone")
        draft = replace(CALMING, entry_id="script-draft", state=EntryState.DRAFT)
        await trainer.bring_in(*SMALL_CORPUS, gone)
        await trainer.bring_in(*SMALL_CORPUS, draft)

        publication = await trainer.publish(encoder)

        ids = {entry.entry_id for entry in await trainer.content_of(publication)}
        assert ids == {entry.entry_id for entry in SMALL_CORPUS}

    async def test_refuses_a_labelled_question_about_an_entry_that_is_not_there(
        self, trainer: Trainer, encoder: OnnxEncoder
    ) -> None:
        first = await trainer.put_live(*SMALL_CORPUS)
        await trainer.bring_in(*SMALL_CORPUS)
        await trainer.bring_in(*[entry for entry in SMALL_CORPUS if entry is not METER])

        with pytest.raises(KnowledgeError, match=f"not approved: {METER.entry_id}"):
            await trainer.publish(encoder)

        assert await trainer.live() == {"power": first.no}

    async def test_refuses_too_few_labelled_questions_and_leaves_the_one_before_live(
        self, trainer: Trainer, encoder: OnnxEncoder
    ) -> None:
        first = await trainer.put_live(*SMALL_CORPUS)

        with pytest.raises(KnowledgeError, match="10 labelled questions"):
            await trainer.publish(encoder, labelled=labelled_questions()[:10])

        assert await trainer.live() == {"power": first.no}

    async def test_refuses_an_empty_corpus(self, trainer: Trainer, encoder: OnnxEncoder) -> None:
        await trainer.bring_in(replace(WAITING, state=EntryState.DRAFT))

        with pytest.raises(KnowledgeError, match="no approved entries: import a corpus first"):
            await trainer.publish(encoder)

        assert await trainer.live() == {}


class TestPublication:
    async def test_is_never_changed_by_a_later_import(self, trainer: Trainer) -> None:
        publication = await trainer.put_live(WAITING, PAYING)

        await trainer.bring_in(replace(WAITING, answer=FASTER))

        content = await trainer.content_of(publication)
        assert [(entry.entry_id, entry.version, entry.answer) for entry in content] == [
            (WAITING.entry_id, 1, WAITING.answer),
            (PAYING.entry_id, 1, PAYING.answer),
        ]


class TestRollBack:
    async def test_makes_an_earlier_publication_live_again_with_its_old_words(
        self, trainer: Trainer
    ) -> None:
        first = await trainer.put_live(WAITING)
        second = await trainer.put_live(replace(WAITING, version=2, answer=FASTER))

        returned = await trainer.roll_back(first.no)

        assert returned.no == first.no
        assert await trainer.live() == {"power": first.no}
        assert await trainer.content_of(first) == [WAITING]
        assert [entry.answer for entry in await trainer.content_of(second)] == [FASTER]

    async def test_refuses_a_publication_of_another_profile(self, trainer: Trainer) -> None:
        first = await trainer.put_live(WAITING)

        with pytest.raises(KnowledgeError, match="belongs to profile power"):
            await trainer.roll_back(first.no, profile="gas")

        assert await trainer.live() == {"power": first.no}

    async def test_refuses_a_number_that_does_not_exist(self, trainer: Trainer) -> None:
        first = await trainer.put_live(WAITING)

        with pytest.raises(KnowledgeError, match="there is no publication 99"):
            await trainer.roll_back(99)

        assert await trainer.live() == {"power": first.no}
