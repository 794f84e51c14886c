"""Publish, roll back: what changes, and what never does."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from desk.database import Database
from knowledge.editing import Editor, Ref
from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry, EntryState, KnowledgeError, NotApprovable, PublicationRefused
from knowledge.gate import Floors, Override, Ruling, Verdict
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.merging import ImportReport, import_corpus
from knowledge.publishing import Publisher, Step
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
        self._database, self._clock, self._indexes = database, clock, indexes
        self._publisher = Publisher(write=database.write, read=database.read, indexes=indexes)

    async def bring_in(self, *wanted: Entry, profile: str = "power") -> ImportReport:
        async with self._database.write() as connection:
            store = KnowledgeStore(connection)
            return await import_corpus(store, profile, wanted, at=self._clock())

    async def publish(
        self,
        encoder: OnnxEncoder,
        *,
        labelled: Sequence[LabelledQuestion] | None = None,
        tests: Sequence[LabelledQuestion] | None = None,
        floors: Floors | None = None,
        override: Override | None = None,
    ) -> Publication:
        questions = labelled_questions() if labelled is None else labelled
        return await self._publisher.publish(
            "power",
            encoder=encoder,
            labelled=questions,
            tests=questions[:5] if tests is None else tests,
            author="小陈",
            now=self._clock(),
            floors=floors,
            override=override,
        )

    def watch(self, on_step: Callable[[Step], None]) -> None:
        """Look on while a publication is made."""
        self._publisher = Publisher(
            write=self._database.write,
            read=self._database.read,
            indexes=self._indexes,
            on_step=on_step,
        )

    async def withdraw(self, entry: Entry) -> None:
        """Take an entry out in the desk."""
        ref = Ref(profile="power", entry_id=entry.entry_id, version=entry.version)
        editor = Editor(write=self._database.write, read=self._database.read)
        await editor.withdraw(ref, author="小陈", reason="过时", now=self._clock())

    async def publications(self) -> list[Publication]:
        async with self._database.read() as connection:
            return await KnowledgeStore(connection).list_publications("power")

    async def live_changes(self) -> list[tuple[int, str, str]]:
        async with self._database.read() as connection:
            changes = await KnowledgeStore(connection).list_live_changes("power")
        return [(each.publication_no, each.author, each.reason) for each in changes]

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


# nothing can be right about it
HOPELESS = LabelledQuestion(text="红烧肉怎么做", relevant=frozenset({PAYING.entry_id}))
GOOD = LabelledQuestion(text="电费在哪里交", relevant=frozenset({PAYING.entry_id}))
ALL_FIRST = Floors(hit_at_1=1.0)
DECIDED = Override(reviewer="老王", reason="题库下周补齐")


@pytest.mark.needs_encoder
class TestGate:
    @pytest.fixture
    async def first(self, trainer: Trainer, encoder: OnnxEncoder) -> Publication:
        """What is live before: it answers its test questions."""
        await trainer.bring_in(*SMALL_CORPUS)
        return await trainer.publish(encoder, tests=[GOOD], floors=ALL_FIRST)

    async def test_keeps_with_a_publication_how_it_did(self, first: Publication) -> None:
        ruling = first.ruling

        assert (ruling.verdict, ruling.figures["hit@1"]) == (Verdict.PASSED, 1.0)
        (outcome,) = ruling.outcomes
        assert (outcome.question, outcome.first) == (GOOD.text, PAYING.entry_id)
        assert sum(point.count for point in ruling.reliability) == 1

    async def test_refuses_what_is_below_a_floor_and_keeps_its_figures(
        self, trainer: Trainer, encoder: OnnxEncoder, first: Publication
    ) -> None:
        with pytest.raises(
            PublicationRefused,
            match=r"publication 2 was refused by the gate: hit@1 0.500 \(floor 1.000\); "
            "publication 1 stays in service",
        ) as refused:
            await trainer.publish(encoder, tests=[GOOD, HOPELESS], floors=ALL_FIRST)

        newest = (await trainer.publications())[0]
        assert await trainer.live() == {"power": first.no}
        assert (newest.no, newest.ruling.verdict) == (refused.value.no, Verdict.REFUSED)
        assert newest.ruling.figures["hit@1"] == 0.5

    async def test_names_the_questions_that_got_worse(
        self, trainer: Trainer, encoder: OnnxEncoder, first: Publication
    ) -> None:
        other_words = replace(
            PAYING, title="怎样开发票", questions=("要发票", "开票"), answer="营业厅可以开。"
        )
        await trainer.bring_in(*[each for each in SMALL_CORPUS if each != PAYING], other_words)
        labelled = [each for each in labelled_questions() if PAYING.entry_id not in each.relevant]
        more = [replace(each, text=each.text + "呢") for each in labelled if each.relevant]

        with pytest.raises(PublicationRefused):
            await trainer.publish(
                encoder, labelled=[*labelled, *more], tests=[GOOD], floors=Floors(coverage=1.0)
            )

        newest = (await trainer.publications())[0]
        (worse,) = newest.ruling.worse
        assert (worse.question, worse.relevant) == (GOOD.text, (PAYING.entry_id,))
        assert worse.before == "answered"

    async def test_lets_a_reviewer_decide_otherwise(
        self, trainer: Trainer, encoder: OnnxEncoder, first: Publication
    ) -> None:
        second = await trainer.publish(
            encoder, tests=[GOOD, HOPELESS], floors=ALL_FIRST, override=DECIDED
        )

        assert await trainer.live() == {"power": second.no}
        assert second.ruling.verdict is Verdict.OVERRIDDEN
        assert (second.ruling.reviewer, second.ruling.reason) == ("老王", "题库下周补齐")

    async def test_never_lets_the_author_decide_otherwise(
        self, trainer: Trainer, encoder: OnnxEncoder
    ) -> None:
        own = Override(reviewer="小陈", reason="我看行")

        with pytest.raises(KnowledgeError, match="another person must decide"):
            await trainer.publish(encoder, override=own)

    async def test_lets_the_first_of_an_installation_pass(
        self, trainer: Trainer, encoder: OnnxEncoder
    ) -> None:
        await trainer.bring_in(*SMALL_CORPUS)

        first = await trainer.publish(encoder, tests=[HOPELESS], floors=ALL_FIRST)

        assert await trainer.live() == {"power": first.no}
        assert first.ruling.verdict is Verdict.FIRST

    async def test_refuses_an_answer_with_a_private_phone_and_names_the_entry(
        self, trainer: Trainer, encoder: OnnxEncoder, first: Publication
    ) -> None:
        leak = replace(PAYING, version=2, answer="请打13800138000找小王交。")
        await trainer.bring_in(*[each for each in SMALL_CORPUS if each != PAYING], leak)

        with pytest.raises(NotApprovable, match=rf"{PAYING.entry_id} \(13800138000\)"):
            await trainer.publish(encoder)

        assert await trainer.live() == {"power": first.no}

    async def test_asks_no_more_for_what_was_withdrawn_in_the_desk(
        self, trainer: Trainer, encoder: OnnxEncoder, first: Publication
    ) -> None:
        await trainer.withdraw(CALMING)
        asked_for = LabelledQuestion(text="客户急了", relevant=frozenset({CALMING.entry_id}))

        second = await trainer.publish(encoder, tests=[GOOD, asked_for])

        assert second.ruling.left_out == ("客户急了",)
        assert CALMING not in await trainer.content_of(second)

    async def test_does_not_replace_what_went_live_while_it_was_made(
        self, trainer: Trainer, encoder: OnnxEncoder, first: Publication
    ) -> None:
        loop = asyncio.get_running_loop()

        def overtake(step: Step) -> None:
            if step is Step.EXAMINED:
                hotfix = replace(WAITING, version=2, answer=FASTER)
                asyncio.run_coroutine_threadsafe(trainer.put_live(hotfix), loop).result()

        trainer.watch(overtake)

        with pytest.raises(KnowledgeError, match="publication 2 went live meanwhile"):
            await trainer.publish(encoder)

        assert await trainer.live() == {"power": 2}


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
        assert await trainer.live_changes() == [(first.no, "小陈", "答错了")]
        assert await trainer.content_of(first) == [WAITING]
        assert [entry.answer for entry in await trainer.content_of(second)] == [FASTER]

    async def test_refuses_a_publication_of_another_profile(self, trainer: Trainer) -> None:
        first = await trainer.put_live(WAITING)

        with pytest.raises(KnowledgeError, match="belongs to profile power"):
            await trainer.roll_back(first.no, profile="gas")

        assert await trainer.live() == {"power": first.no}

    async def test_refuses_what_the_gate_refused(
        self, trainer: Trainer, database: Database, clock: Clock
    ) -> None:
        first = await trainer.put_live(WAITING)
        async with database.write() as connection:
            refused = await KnowledgeStore(connection).add_publication(
                "power",
                (),
                author="小陈",
                encoder="m3e-small@1234",
                calibrations={},
                figures={},
                at=clock(),
                ruling=Ruling(verdict=Verdict.REFUSED),
            )

        with pytest.raises(KnowledgeError, match="refused by the gate and never was live"):
            await trainer.roll_back(refused)

        assert await trainer.live() == {"power": first.no}

    async def test_refuses_a_number_that_does_not_exist(self, trainer: Trainer) -> None:
        first = await trainer.put_live(WAITING)

        with pytest.raises(KnowledgeError, match="there is no publication 99"):
            await trainer.roll_back(99)

        assert await trainer.live() == {"power": first.no}
