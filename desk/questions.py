"""The questions a publication learns from and is measured on: the files, and the desk's own."""

from pathlib import Path

from desk.database import Database
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
    return labelled + await decided_out_of_scope(database, folder.name), tests


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
