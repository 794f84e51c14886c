"""The questions a publication learns from and is measured on: the files, and the desk's own."""

from pathlib import Path

from desk.database import Database
from knowledge.exam_question_store import ExamQuestionStore
from knowledge.exam_questions import asked_questions
from knowledge.gap_store import GapStore
from knowledge.gaps import Fate
from knowledge.importing.questions_yaml import LabelledQuestion, read_questions

# the one file of questions nothing may learn from
TEST = "test.yml"


async def questions_of(
    database: Database, folder: Path
) -> tuple[list[LabelledQuestion], list[LabelledQuestion]]:
    """What the calibration of this profile learns from, and what the search is measured on."""
    labelled, tests = labelled_questions(folder)
    learned = labelled + await decided_out_of_scope(database, folder.name)
    return learned, await with_changes(database, folder.name, tests)


async def with_changes(
    database: Database, profile: str, tests: list[LabelledQuestion]
) -> list[LabelledQuestion]:
    """The test questions of the file with what trainers changed of them in the console."""
    async with database.read() as connection:
        return asked_questions(tests, await ExamQuestionStore(connection).list_kept(profile))


def labelled_questions(folder: Path) -> tuple[list[LabelledQuestion], list[LabelledQuestion]]:
    """The questions the calibration learns from, and those the search is measured on."""
    files = sorted((folder / "questions").glob("*.yml"))
    learned = [question for file in files if file.name != TEST for question in read_questions(file)]
    return learned, read_questions(folder / "questions" / TEST)


async def decided_out_of_scope(database: Database, profile: str) -> list[LabelledQuestion]:
    """Lines of which trainers decided in the console that they are no business of the centre."""
    async with database.read() as connection:
        decisions = await GapStore(connection).list_wordings(profile, Fate.OUT_OF_SCOPE)
    return [
        LabelledQuestion(text=text, relevant=frozenset())
        for decision in decisions
        for text in decision.decided.wordings
    ]


class QuestionFiles:
    """The questions of every profile's files; those of a file that did not change are kept."""

    def __init__(self, profiles_dir: Path) -> None:
        self._profiles_dir = profiles_dir
        self._read: dict[Path, tuple[int, list[LabelledQuestion]]] = {}

    def tests(self, profile: str) -> list[LabelledQuestion]:
        """Those the search is measured on."""
        return self._questions(self._profiles_dir / profile / "questions" / TEST)

    def lessons(self, profile: str) -> list[LabelledQuestion]:
        """Those it learns from."""
        files = sorted((self._profiles_dir / profile / "questions").glob("*.yml"))
        return [each for file in files if file.name != TEST for each in self._questions(file)]

    def _questions(self, file: Path) -> list[LabelledQuestion]:
        if not file.exists():
            return []
        changed_at = file.stat().st_mtime_ns
        known = self._read.get(file)
        if known is None or known[0] != changed_at:
            known = (changed_at, read_questions(file))
            self._read[file] = known
        return known[1]
