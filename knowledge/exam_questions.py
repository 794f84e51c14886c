"""The test questions of a centre: those of its file, and what trainers changed of them. Pure.

The file (`questions/test.yml`) comes with the profile; what is added, changed or removed in the
console lies beside it under the question's letters, so that a new file and the changes both hold.

Errors
    KnowledgeError
    ├── ExamQuestionNotFound   there is no such test question
    ├── ExamQuestionThere      a question of the same letters is asked already
    ├── ExamQuestionLearned    the centre learns from it: asking it would test nothing
    │   └── ExamQuestionTaught it is the title or a question of an entry
    └── WordingTested          a test question is to be taught: asking it would test nothing
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.lexical import letters_of

MAX_TEXT = 300
MAX_ENTRIES = 10


class ExamQuestionNotFound(KnowledgeError):
    """There is no such test question."""


class ExamQuestionThere(KnowledgeError):
    """A question of the same letters is asked already."""


class ExamQuestionLearned(KnowledgeError):
    """The centre learns from this very question: asking it would test nothing."""


class ExamQuestionTaught(ExamQuestionLearned):
    """It is the title or a question of an entry, word for word."""

    def __init__(self, text: str, *, entry_id: str = "", named: str = "") -> None:
        super().__init__(text)
        self.told = {"entry_id": entry_id, "named": named}


class WordingTested(KnowledgeError):
    """A test question is to be taught: asking it would test nothing from then on."""

    def __init__(self, text: str, *, question: str = "") -> None:
        super().__init__(text)
        self.told = {"question": question}


class Origin(StrEnum):
    """Where a test question stands. `CHANGED`: of the file, with other entries or signs."""

    FILE = "file"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a trainer made of a question; removed, or asked as it is here."""

    profile: str
    text: str
    entries: tuple[str, ...]
    is_removed: bool
    author: str
    at: datetime

    @property
    def question_id(self) -> str:
        """By its letters."""
        return id_of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamQuestion:
    """A test question as trainers see it; without entries it is out of scope.

    `gone` are those of its entries that are not approved now: a question with no other entry is
    not asked.
    """

    question_id: str
    text: str
    entries: tuple[str, ...]
    origin: Origin
    gone: tuple[str, ...] = ()
    author: str = ""
    at: datetime | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the next examination asks it."""
        if self.origin is Origin.REMOVED:
            return False
        return not self.entries or len(self.gone) < len(self.entries)


def id_of(text: str) -> str:
    """The same for questions that differ in punctuation, case and script alone; 64 hex digits."""
    return hashlib.sha256(letters_of(text).encode()).hexdigest()


def asked_questions(
    of_file: Sequence[LabelledQuestion], kept: Iterable[Kept]
) -> list[LabelledQuestion]:
    """What an examination asks: the file's questions with the trainers' changes, then theirs."""
    changed = {each.question_id: each for each in kept}
    left = [each for each in of_file if id_of(each.text) not in changed]
    return left + [
        LabelledQuestion(text=each.text, relevant=frozenset(each.entries))
        for each in changed.values()
        if not each.is_removed
    ]


def listed_questions(
    of_file: Sequence[LabelledQuestion], kept: Iterable[Kept], *, approved: Collection[str]
) -> list[ExamQuestion]:
    """All test questions, the trainers' own first, the newest of them on top."""
    changed = {each.question_id: each for each in kept}
    in_file = {id_of(each.text): each for each in of_file}
    own = [
        ExamQuestion(
            question_id=question_id,
            text=each.text,
            entries=each.entries,
            origin=_origin(each, is_in_file=question_id in in_file),
            author=each.author,
            at=each.at,
        )
        for question_id, each in sorted(
            changed.items(), key=lambda item: (item[1].at, item[0]), reverse=True
        )
    ]
    rest = [
        ExamQuestion(
            question_id=question_id,
            text=each.text,
            entries=tuple(sorted(each.relevant)),
            origin=Origin.FILE,
        )
        for question_id, each in in_file.items()
        if question_id not in changed
    ]
    return [_with_gone(each, approved) for each in own + rest]


def refuse_learned(text: str, lessons: Iterable[LabelledQuestion]) -> None:
    """Raise `ExamQuestionLearned` for a question the calibration or the search learns from."""
    letters = letters_of(text)
    if any(letters_of(each.text) == letters for each in lessons):
        raise ExamQuestionLearned(
            f"the centre learns from {text!r}: use other words, or a test of it tests nothing"
        )


def refuse_taught(text: str, entries: Iterable[Entry]) -> None:
    """Raise `ExamQuestionTaught` for the words of an entry, as drafted or as approved."""
    letters = letters_of(text)
    for entry in entries:
        if entry.state is EntryState.WITHDRAWN:
            continue
        if letters in map(letters_of, (entry.title, *entry.questions)):
            raise ExamQuestionTaught(
                f"{text!r} is the title or a question of {entry.entry_id}: a test of it tests "
                "nothing",
                entry_id=entry.entry_id,
                named=entry.title,
            )


def refuse_tested(wordings: Iterable[str], tested: Collection[str]) -> None:
    """Raise `WordingTested` for a wording that examinations ask; `tested` are letters of theirs."""
    for each in wordings:
        if letters_of(each) in tested:
            raise WordingTested(
                f"{each!r} is a test question: take it from the test set first, or leave it out",
                question=each,
            )


def found_by(questions: Iterable[ExamQuestion], wanted: str) -> list[ExamQuestion]:
    """Those whose letters or entries hold what is looked for; all without a wish."""
    letters, name = letters_of(wanted), wanted.strip().lower()
    return [
        each
        for each in questions
        if (letters and letters in letters_of(each.text))
        or any(name in entry.lower() for entry in each.entries)
        or not name
    ]


def _origin(kept: Kept, *, is_in_file: bool) -> Origin:
    if kept.is_removed:
        return Origin.REMOVED
    return Origin.CHANGED if is_in_file else Origin.ADDED


def _with_gone(question: ExamQuestion, approved: Collection[str]) -> ExamQuestion:
    return replace(question, gone=tuple(each for each in question.entries if each not in approved))
