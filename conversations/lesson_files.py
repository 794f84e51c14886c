"""Accepted lessons in training_data/nlu, so that the change reads as a clean diff.

What is there stays as it is, comments and order included; new examples go to the end of their
intent, in the order in which they were accepted. A customer's words are text: what is read back
must be what was there and the examples, or nothing is written.
"""

import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

from conversations.lessons import Lesson
from conversations.utterance import (
    LessonError,
    NothingToTeach,
    NotTaught,
    TooFewExamples,
    example_of,
    words_of,
)
from knowledge.lexical import letters_of

# shorter ones, 不要 or 有人吗, are what anybody would write, and are in both by chance
SHORTEST_HELD_OUT = 5
UNFOLDED = 1_000_000
# with fewer Rasa does not learn an intent
FEWEST_EXAMPLES = 2


class LessonsNotWritten(LessonError):
    """The training data could not be read or written; nothing of it was changed."""

    def __init__(self, text: str, *, file: str = "", why: str = "") -> None:
        super().__init__(text)
        self.told = {"file": file, "why": why}


class LeftOut(StrEnum):
    """Why a lesson is not written."""

    TAUGHT = "taught"  # it is there already
    OTHERWISE = "otherwise"  # it is there as an example of another intent
    HELD_OUT = "held_out"  # the bot is examined with it
    NO_PLACE = "no_place"  # no file has examples of the intent
    NOTHING = "nothing"  # nothing is left of it without personal data


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A lesson as it stands, or would stand, in the files."""

    lesson: Lesson
    text: str


class Taught(NamedTuple):
    """An example as the files hold it."""

    intent: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is, or would be, written, and what is not and why."""

    added: tuple[Example, ...]
    left_out: tuple[tuple[Lesson, LeftOut], ...]
    examples: int

    @property
    def doubtful(self) -> tuple[tuple[Lesson, LeftOut], ...]:
        """What is left out although it is not there yet."""
        return tuple(each for each in self.left_out if each[1] is not LeftOut.TAUGHT)


class LessonFiles:
    """The NLU files of one installation; `lock` is a file that may be written beside its data."""

    def __init__(self, folder: Path, *, held_out: Sequence[Path], lock: Path) -> None:
        self._folder, self._held_out, self._lock = folder, tuple(held_out), lock

    def held_out(self) -> frozenset[str]:
        """The words that the bot is examined with."""
        lines = (line for file in self._held_out for _, line in _examples(_safely(file)))
        return frozenset(words_of(line) for line in lines if len(line) >= SHORTEST_HELD_OUT)

    def plan(self, lessons: Iterable[Lesson]) -> Plan:
        """What writing these lessons would add."""
        places, taught, count = self._read()
        held_out = self.held_out()
        added: list[Example] = []
        left_out: list[tuple[Lesson, LeftOut]] = []
        for lesson in lessons:
            try:
                text = example_of(lesson.text)
            except NothingToTeach:
                left_out.append((lesson, LeftOut.NOTHING))
                continue
            words = words_of(text)
            why = _why_not(lesson.intent, words, places, taught, held_out)
            if why is not None:
                left_out.append((lesson, why))
                continue
            taught[words] = lesson.intent
            added.append(Example(lesson=lesson, text=text))
        return Plan(added=tuple(added), left_out=tuple(left_out), examples=count)

    def write(self, lessons: Iterable[Lesson]) -> Plan:
        """Write what is new; raises `LessonsNotWritten` when a file cannot be read or written."""
        with FileLock(self._lock):
            plan = self.plan(lessons)
            places, _, _ = self._read()
            of_file: dict[Path, dict[str, list[str]]] = {}
            for each in plan.added:
                file = places[each.lesson.intent]
                of_file.setdefault(file, {}).setdefault(each.lesson.intent, []).append(each.text)
            # all is made before anything is written: a file that cannot be read changes none
            made = {file: _with(file, new) for file, new in of_file.items()}
            for file, content in made.items():
                _put(file, content)
        return plan

    def find(self, wanted: str) -> list[Taught]:
        """The examples whose letters hold these; none without a letter."""
        letters = letters_of(wanted)
        return [each for each in self._taught() if letters and letters in letters_of(each.text)]

    def written(self, lessons: Iterable[Lesson]) -> list[Taught]:
        """Those of the lessons that the files hold, the newest first."""
        there = {(each.intent, words_of(each.text)): each for each in self._taught()}
        found = [there.get((each.intent, words_of(_example(each.text)))) for each in lessons]
        return list(dict.fromkeys(each for each in reversed(found) if each is not None))

    def take_out(self, intent: str, text: str) -> None:
        """Take an example out of its intent, however it is punctuated.

        Raises `NotTaught`, `TooFewExamples`, or `LessonsNotWritten` when nothing was changed.
        """
        with FileLock(self._lock):
            words = [words_of(each.text) for each in self._taught() if each.intent == intent]
            if words_of(text) not in words:
                raise NotTaught(f"{text!r} is no example of {intent} in the training data")
            if len(set(words) - {words_of(text)}) < FEWEST_EXAMPLES:
                raise TooFewExamples(f"{intent} would have fewer than {FEWEST_EXAMPLES} examples")
            made = {
                file: _without(file, intent, words_of(text))
                for file in sorted(self._folder.glob("*.yml"))
                if (intent, words_of(text)) in {(i, words_of(t)) for i, t in _of(file)}
            }
            for file, content in made.items():
                _put(file, content)

    def _taught(self) -> list[Taught]:
        return [each for file in sorted(self._folder.glob("*.yml")) for each in _of(file)]

    def _read(self) -> tuple[dict[str, Path], dict[str, str], int]:
        """The file of each intent, the intent of all words that are taught, how many examples."""
        places: dict[str, Path] = {}
        taught: dict[str, str] = {}
        count = 0
        for file in sorted(self._folder.glob("*.yml")):
            for intent, line in _examples(_safely(file)):
                places.setdefault(intent, file)
                taught[words_of(line)] = intent
                count += 1
        return places, taught, count


def _why_not(
    intent: str,
    words: str,
    places: Mapping[str, Path],
    taught: Mapping[str, str],
    held_out: frozenset[str],
) -> LeftOut | None:
    if words in held_out:
        return LeftOut.HELD_OUT
    if words in taught:
        return LeftOut.TAUGHT if taught[words] == intent else LeftOut.OTHERWISE
    return None if intent in places else LeftOut.NO_PLACE


def _with(file: Path, new: Mapping[str, Sequence[str]]) -> str:
    """The file's text with these examples at the end of their intents."""
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, UNFOLDED
    document = _loaded(file, yaml.load)
    for block in document["nlu"]:
        lines = new.get(block.get("intent"), ())
        if lines:
            before = block["examples"]
            end = "" if before.endswith("\n") else "\n"
            added = "".join(f"- {line}\n" for line in lines)
            block["examples"] = LiteralScalarString(f"{before}{end}{added}")
            new = {intent: those for intent, those in new.items() if intent != block["intent"]}
    return _dumped(file, yaml, document)


def _without(file: Path, intent: str, words: str) -> str:
    """The file's text without the examples of these words in this intent."""
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, UNFOLDED
    document = _loaded(file, yaml.load)
    for block in document["nlu"]:
        if block.get("intent") == intent:
            lines = str(block["examples"]).splitlines(keepends=True)
            kept = [each for each in lines if words_of(_bare(each)) != words]
            if len(kept) != len(lines):
                block["examples"] = LiteralScalarString("".join(kept))
    return _dumped(file, yaml, document)


def _dumped(file: Path, yaml: YAML, document: Any) -> str:
    """The document as text that is read back as it is."""
    written = io.StringIO()
    yaml.dump(document, written)
    text = written.getvalue()
    if [*_examples(YAML(typ="safe").load(text))] != [*_examples(document)]:
        raise _not_written(file, "an example would not be read back as it is")
    return text


def _put(file: Path, content: str) -> None:
    """All of the new file in the place of the old one, or the old one as it was."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(content, encoding="utf-8")
        os.replace(beside, file)
    except OSError as error:
        raise _not_written(file, error.strerror or str(error)) from error


def _not_written(file: Path, why: str) -> LessonsNotWritten:
    return LessonsNotWritten(f"{file}: {why}; nothing was written", file=file.name, why=why)


def _safely(file: Path) -> Any:
    return _loaded(file, YAML(typ="safe").load)


def _loaded(file: Path, load: Callable[[Path], Any]) -> Any:
    try:
        return load(file)
    except OSError as error:
        raise _not_written(file, error.strerror or str(error)) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise _not_written(file, "it is no valid YAML") from error


def _examples(document: Any) -> Iterable[tuple[str, str]]:
    """Intent and text of every example of a file as Rasa reads it."""
    for block in document["nlu"]:
        if "intent" in block:
            for line in str(block["examples"]).splitlines():
                if line.strip():
                    yield str(block["intent"]), _bare(line)


def _of(file: Path) -> list[Taught]:
    return [Taught(*each) for each in _examples(_safely(file))]


def _example(text: str) -> str:
    try:
        return example_of(text)
    except NothingToTeach:
        return ""


def _bare(line: str) -> str:
    return line.strip().removeprefix("- ")
