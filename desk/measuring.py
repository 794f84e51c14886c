"""Measuring the search: on the live publication's test questions, or on any FAQ set in files."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desk.clock import now
from desk.database import Database
from desk.questions import labelled_questions, with_changes
from desk.settings import Settings
from knowledge.calibration import UNTAUGHT, Calibration
from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry, EntryKind, KnowledgeError, NothingPublished
from knowledge.evaluation import asking, evaluate
from knowledge.exam import NothingToAsk, askable
from knowledge.hushing import hushed
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.search import make_searcher
from knowledge.shelf import find_encoder
from knowledge.store import KnowledgeStore, Publication

Figures = dict[str, dict[str, float]]


async def evaluate_live(database: Database, settings: Settings, profile: str) -> Figures:
    """The live publication on the profile's test questions, as customers meet it now.

    It is searched with the encoder that made it; what was withdrawn since is silent, and questions
    whose entries are over are not asked.
    """
    async with database.read() as connection:
        store = KnowledgeStore(connection)
        publication = await _live(store, profile)
        published = await store.list_published(publication)
        silences = await store.list_silences()
    content = hushed(published, silences.get(profile, {}))
    _, of_file = labelled_questions(settings.profiles_dir / profile)
    tests = await with_changes(database, profile, of_file)
    gone = {each for question in tests for each in question.relevant}
    gone -= {entry.entry_id for entry in content}
    asked, _ = askable(tests, content, withdrawn=gone, now=now())
    if not asked:
        raise NothingToAsk(f"no test question of {profile} has an entry that is said now")
    calibration = Calibration.from_json(publication.calibrations["full"])
    return _evaluate(settings, _encoder_of(settings, publication), content, calibration, asked)


def _encoder_of(settings: Settings, publication: Publication) -> OnnxEncoder:
    encoder = find_encoder(settings.encoders_dir, publication.encoder)
    if encoder is None:
        raise KnowledgeError(
            f"publication {publication.no} was made with {publication.encoder}, which is not here: "
            "seatmate knowledge publish"
        )
    return encoder


def evaluate_files(
    settings: Settings, corpus: Path, queries: Path, out_of_scope: Path | None
) -> Figures:
    """Any FAQ set, as a corpus nobody has labelled."""
    content = [_entry(line) for line in _lines(corpus, needs=("id", "question"))]
    if not content:
        raise KnowledgeError(f"{corpus} holds no entries")
    asked = list(_lines(queries, needs=("query", "relevant")))
    asked += list(_lines(out_of_scope, needs=("query",))) if out_of_scope else []
    questions = [
        LabelledQuestion(
            text=str(line["query"]),
            relevant=frozenset(str(each) for each in line.get("relevant", [])),
        )
        for line in asked
    ]
    if not questions:
        raise KnowledgeError(f"{queries} holds no questions")
    encoder = OnnxEncoder(settings.encoder_dir)
    return _evaluate(settings, encoder, content, UNTAUGHT, questions)


def _evaluate(
    settings: Settings,
    encoder: OnnxEncoder,
    content: list[Entry],
    calibration: Calibration,
    questions: list[LabelledQuestion],
) -> Figures:
    indexes = IndexCache(settings.data_dir / "indexes")
    searcher = make_searcher(content, indexes, encoder, lessons=calibration.lessons)
    moment = now()
    ask = asking(searcher, encoder, calibration, now=moment)
    return evaluate(searcher, encoder, ask, questions, now=moment)


async def _live(store: KnowledgeStore, profile: str) -> Publication:
    no = (await store.live_numbers()).get(profile)
    if no is None:
        raise NothingPublished(f"nothing is published for {profile}: seatmate knowledge publish")
    return await store.get_publication(no)


def _lines(path: Path, *, needs: Sequence[str]) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path} is not UTF-8: save it as UTF-8 first") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except ValueError as error:
            raise KnowledgeError(f"{path}:{number}: not JSON: {error}") from error
        missing = [key for key in needs if not isinstance(content, dict) or key not in content]
        if missing or not isinstance(content.get("relevant", []), list):
            wanted = ", ".join(needs)
            raise KnowledgeError(f"{path}:{number}: needs {wanted} (relevant is a list)")
        yield content


def _entry(line: dict[str, Any]) -> Entry:
    return Entry(
        entry_id=str(line["id"]),
        version=1,
        kind=EntryKind.FAQ,
        topic="",
        title=str(line["question"]),
        questions=(),
        answer="",
        source="",
        grade="",
        region="",
        phase="",
        valid_from=datetime(2000, 1, 1, tzinfo=UTC),
        valid_until=None,
    )
