"""What the trainers' console works with, joined: entries, documents, examinations, publications."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter

import connectors.entries_api
import connectors.exam_questions_api
import connectors.imports_api
import connectors.publications_api
import connectors.try_api
from connectors.api import Centres
from connectors.sign_in import StaffService
from desk.database import Database
from desk.exam_process import ExamProcess
from desk.exchange import DocumentExchange
from desk.questions import QuestionFiles
from desk.settings import Settings
from knowledge.catalogue import Catalogue
from knowledge.editing import Editor
from knowledge.encoder import Encoder
from knowledge.exam_question_service import ExamQuestions
from knowledge.indexes.cache import IndexCache
from knowledge.neighbours import Neighbours
from knowledge.publishing import Publisher
from knowledge.running import Runs
from knowledge.service import Knowledge
from knowledge.trial import Trials


class Training:
    """The parts behind the console's pages."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        knowledge: Knowledge,
        encoder: Encoder | None,
        clock: Callable[[], datetime],
    ) -> None:
        write, read = database.write, database.read
        self._read, self._clock = read, clock
        indexes = IndexCache(settings.data_dir / "indexes")
        self.editor = Editor(write=write, read=read)
        self.catalogue = Catalogue(read)
        self.neighbours = Neighbours(encoder, indexes)
        self.exchange = DocumentExchange(database, settings, clock=clock)
        self.runs = Runs(write=write, read=read, clock=clock)
        self.starter: connectors.publications_api.Starter = ExamProcess(settings, self.runs)
        self.exam_questions = ExamQuestions(
            files=QuestionFiles(settings.profiles_dir), write=write, read=read, clock=clock
        )
        self.trials = Trials(read=read, knowledge=knowledge)
        self.publisher = Publisher(write=write, read=read, indexes=indexes)

    def routers(self, staff: StaffService, centres: Centres) -> list[APIRouter]:
        """The calls of the console's pages."""
        entries = connectors.entries_api.EntryDesk(
            staff=staff,
            centres=centres,
            editor=self.editor,
            catalogue=self.catalogue,
            neighbours=self.neighbours,
            read=self._read,
            clock=self._clock,
        )
        publications = connectors.publications_api.PublicationDesk(
            staff=staff,
            centres=centres,
            publisher=self.publisher,
            runs=self.runs,
            starter=self.starter,
            read=self._read,
            clock=self._clock,
        )
        return [
            connectors.entries_api.make_router(entries),
            connectors.imports_api.make_router(
                staff=staff, centres=centres, exchange=self.exchange
            ),
            connectors.publications_api.make_router(publications),
            connectors.publications_api.make_run_router(publications),
            connectors.exam_questions_api.make_router(
                staff=staff, centres=centres, questions=self.exam_questions
            ),
            connectors.try_api.make_router(
                staff=staff, centres=centres, trials=self.trials, runs=self.runs
            ),
        ]

    def close(self) -> None:
        """Stop the workers."""
        self.neighbours.close()
        self.exchange.close()
