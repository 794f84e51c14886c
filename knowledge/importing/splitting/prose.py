"""Running text: questions with their answers, and rules under their headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.entry import EntryKind
from knowledge.importing import telling
from knowledge.importing.paper import Change, ChangeKind, Passage
from knowledge.importing.rules import ShapeRules
from knowledge.importing.splitting.section import Section

TITLE = 1
# added to the level of a heading that only its words show
BELOW = 10


def read_prose(
    passages: Sequence[Passage], topic: str, rules: ShapeRules, changes: list[Change]
) -> Iterator[Section]:
    """The sections of a text, in order; headings over nothing but others make none."""
    if not passages:
        return
    lines = list(_told_apart(passages, rules))
    levels = _heading_levels(lines, rules)
    walk = _Walk(topic, rules, marks_questions=any(line.is_marked for line in lines))
    for line, level in zip(lines, levels, strict=True):
        walk.take(line, level)
    for section in _with_small_ones_folded(walk.sections, rules):
        if not section.lines:
            continue
        if "".join(section.title.split()) in rules.empty_titles:
            reason = telling.not_read("empty_title")
            change = Change(
                kind=ChangeKind.LEFT_OUT,
                place=section.place,
                before=f"{section.title} {section.lines[0]}",
                after=reason,
            )
            changes.append(change)
            continue
        yield section


@dataclass(slots=True)
class _Line:
    """A passage with what its first words say it is."""

    passage: Passage
    text: str
    is_marked: bool = False
    is_answer: bool = False


def _told_apart(passages: Sequence[Passage], rules: ShapeRules) -> Iterator[_Line]:
    """Questions and answers marked as such, without their marks; the rest as it is."""
    questions, answers = [rules.question_mark], [rules.answer_mark]
    if all(
        any(mark.match(passage.text) for passage in passages)
        for mark in (rules.question_letter, rules.answer_letter)
    ):
        questions.append(rules.question_letter)
        answers.append(rules.answer_letter)
    for passage in passages:
        text = passage.text
        asked = None if passage.level else _without_mark(text, questions)
        if asked is None:
            answer = None if passage.level else _without_mark(text, answers)
            yield _Line(passage, answer or text, is_answer=answer is not None)
            continue
        question, *told = rules.inline_answer.split(asked)
        yield _Line(passage, question.strip(), is_marked=True)
        for each in told:
            yield _Line(passage, _without_mark(each, answers) or each, is_answer=True)


def _without_mark(text: str, marks: Sequence[re.Pattern[str]]) -> str | None:
    """The text after the first mark that it begins with; None when it has no mark."""
    found = next(filter(None, (mark.match(text) for mark in marks)), None)
    return text[found.end() :].strip() if found else None


def _heading_levels(lines: Sequence[_Line], rules: ShapeRules) -> list[int]:
    """The level of each line as a heading, 0 for text.

    A numbered short line beside another of its level is an item of a list, and so is one with
    nothing below it.
    """
    guessed = [_guessed_level(line, place, len(lines), rules) for place, line in enumerate(lines)]
    # where headings are marked as such, those told by their words stand below them
    below = BELOW if sum(line.passage.level > 0 for line in lines) > 1 else 0
    levels = []
    for place, level in enumerate(guessed):
        is_styled = lines[place].passage.level > 0
        before = guessed[place - 1] if place else 0
        after = guessed[place + 1] if place + 1 < len(guessed) else 1
        is_item = level >= rules.list_from and (before == level or 0 < after <= level)
        is_heading = level > 0 and (is_styled or not is_item)
        levels.append(level + (0 if is_styled else below) if is_heading else 0)
    return levels


def _guessed_level(line: _Line, place: int, count: int, rules: ShapeRules) -> int:
    text = line.text
    if line.passage.level:
        return line.passage.level
    if line.is_marked or line.is_answer or rules.not_heading.search(text):
        return 0
    for heading in rules.headings:
        if heading.pattern.match(text):
            return heading.level
    is_short = len(text) <= rules.strong_length and not rules.question_line.match(text)
    if line.passage.is_strong and is_short:
        return rules.strong_level
    # a short first line is the title of the whole
    return TITLE if place == 0 and count > 1 and is_short else 0


@dataclass
class _Walk:
    """Goes down the lines, with the headings above and the section that is being filled."""

    topic: str
    rules: ShapeRules
    marks_questions: bool
    sections: list[Section] = field(default_factory=list)
    _above: list[tuple[int, str]] = field(default_factory=list)

    def take(self, line: _Line, level: int) -> None:
        """The next line: a heading, a question, an answer or text."""
        if line.is_marked or (not line.is_answer and self._is_question(line, level)):
            self._ask(line, level)
        elif level:
            self._head(line, level)
        elif article := self.rules.article.match(line.text):
            self._open(line, article["name"], level=self.rules.strong_level)
            self._current(line).lines.append(line.text)
        elif self._is_new(line):
            self._current(line).lines.append(line.text)

    def _is_question(self, line: _Line, level: int) -> bool:
        """Where questions carry marks, only these count; else a line that ends as one does."""
        bare = self.rules.number.sub("", line.text)
        looks_like_one = bool(self.rules.question_line.match(bare))
        return looks_like_one and (level > 0 or not self.marks_questions)

    def _ask(self, line: _Line, level: int) -> None:
        question = self.rules.number.sub("", line.text).strip()
        before = self.sections[-1] if self.sections else None
        if before is not None and before.questions and not before.lines:
            # two questions in a row have the answer that follows them
            before.questions.append(question)
            return
        self._above = [each for each in self._above if level and each[0] < level or not level]
        self._open(line, question, level=0)
        self.sections[-1].questions.append(question)
        self.sections[-1].kind = self._kind(EntryKind.FAQ)

    def _head(self, line: _Line, level: int) -> None:
        name = self.rules.number.sub("", line.text).strip() or line.text
        self._above = [each for each in self._above if each[0] < level]
        self._open(line, name, level=level)
        self._above.append((level, name))

    def _open(self, line: _Line, title: str, *, level: int) -> None:
        titles = [name for _, name in self._above]
        # what the whole is called says less than the chapter does
        chapters = [name for depth, name in self._above if depth > TITLE]
        self.sections.append(
            Section(
                title=title,
                topic=next(iter(chapters + titles), self.topic),
                place=line.passage.place,
                kind=self._kind(EntryKind.POLICY, title),
                parent=titles[-1] if titles else "",
                level=level,
            )
        )

    def _current(self, line: _Line) -> Section:
        if not self.sections:
            self._open(line, "", level=1)
        return self.sections[-1]

    def _is_new(self, line: _Line) -> bool:
        return line.text not in self._current(line).lines

    def _kind(self, otherwise: EntryKind, title: str = "") -> EntryKind:
        titles = [self.topic, title, *(name for _, name in self._above)]
        is_script = any(word in each for word in self.rules.script_words for each in titles)
        return EntryKind.SCRIPT if is_script else otherwise


def _with_small_ones_folded(sections: Sequence[Section], rules: ShapeRules) -> list[Section]:
    """Numbered steps of a line or two belong to the section they stand under."""
    folded: list[Section] = []
    for section in sections:
        above = folded[-1] if folded else None
        is_step = rules.list_from <= section.level % BELOW < rules.strong_level
        is_small = is_step and section.length <= rules.small_section
        if (
            above is not None
            and is_small
            and section.lines
            and above.level < section.level
            and above.level
            and section.parent == above.title
            and above.length + section.length <= rules.section_length
        ):
            above.lines += [section.title, *section.lines]
        else:
            folded.append(section)
    return folded
