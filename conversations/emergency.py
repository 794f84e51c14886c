"""Dangers, recognised before any model and in any state. Pure; the words come from the profile.

A line is cut into clauses, and a clause into the words of profiles/dangers.yml, the longest first:
what is spoken for by 停电 or 燃气费 is not read again as half of another word. From then on it
only matters which groups of words stand together.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from conversations.reading import put_right
from tickets.profile import Profile
from tickets.profile_parts import Calm, Danger

_CLAUSE_END = re.compile(r"[,.;:!?，。；：！？、…~()\n\r]+")
_LATIN = re.compile(r"[a-z0-9]+")
# how many characters "…" in a word stands for, at most
_LONGEST_GAP = 8
# how many clauses that follow each other may hold the parts of one sign
_NEARBY = 3
# said alone ("no …", then a pause) they deny nothing that follows
_BARE_NO = frozenset("没不冇无")

# what these words mean they mean only by themselves
_CALMING = frozenset(
    {"denied", "supposed", "asking", "wondering", "past", "settled", "closing", "elsewhere"}
)
_SETTLING = frozenset({"settled", "closing"})
# a denial before these is also one of what follows (不是|电梯|困人)
_PASSED_ON = frozenset({"people", "here", "somebody", "lift"})
# no word begins inside these
_CLOSED = _CALMING | {"whole"}

# all that calm words are, but `happening`, which is looked for as it stands
_ROLES = [name for name in Calm.model_fields if name != "happening"]

_Names = frozenset[str]
_NOTHING: _Names = frozenset()


class _Word(NamedTuple):
    start: int
    end: int
    names: _Names


class _Clause(NamedTuple):
    # the groups that count
    names: _Names
    # … and those that count if the line tells of somebody: a general question
    asked: _Names = frozenset()
    # it says that it is so now
    urgent: bool = False
    # it says that all is over
    closing: bool = False
    # it is about something else altogether
    elsewhere: bool = False


class _Signs(NamedTuple):
    danger: Danger
    in_clause: list[_Names]
    nearby: list[_Names]


def find_emergency(text: str, profile: Profile) -> Danger | None:
    """The first danger of the profile that the text tells of.

    Recall comes first: a false alarm costs a sentence, a miss may cost a life. Left out is only
    what is plainly a general question, supposed, denied, long over or a figure of speech.
    """
    vocabulary = _vocabulary_of(profile)
    level = unicodedata.normalize("NFKC", text).lower()
    # simplifying leaves 著, which stands for 着 in all the words here
    level = put_right(level.replace("著", "着"), vocabulary.same_sound)
    said = _without_what_is_over([vocabulary.read(clause) for clause in _clauses(level)])
    alone = set(said)
    together = {frozenset().union(*said[start : start + _NEARBY]) for start in range(len(said))}
    return next(
        (
            signs.danger
            for signs in vocabulary.signs
            if _any_within(signs.in_clause, alone) or _any_within(signs.nearby, together)
        ),
        None,
    )


def _any_within(signs: list[_Names], said: set[_Names]) -> bool:
    return any(sign <= names for names in said for sign in signs)


def _clauses(text: str) -> Iterator[str]:
    """What stands between two ends; a space is one, unless all is spaced out (`着 火 了`)."""
    for stretch in _CLAUSE_END.split(text):
        clause = last = ""
        for piece in stretch.split():
            if clause and not _runs_on(last, piece):
                yield clause
                clause = ""
            clause = f"{clause} {piece}" if clause and piece.isascii() else clause + piece
            last = piece
        if clause:
            yield clause


def _runs_on(last: str, piece: str) -> bool:
    if last in _BARE_NO:
        return False
    return len(last) == 1 or len(piece) == 1 or (last.isascii() and piece.isascii())


def _without_what_is_over(clauses: list[_Clause]) -> list[_Names]:
    """The groups of every clause, less what another clause says to be settled or no matter here."""
    if any(clause.urgent for clause in clauses):
        return [clause.names | clause.asked for clause in clauses]
    if any(clause.elsewhere for clause in clauses):
        return []
    closed = max((at for at, clause in enumerate(clauses) if clause.closing), default=0)
    somebody = any("people" in clause.names for clause in clauses)
    return [clause.names | (clause.asked if somebody else _NOTHING) for clause in clauses[closed:]]


class _Vocabulary:
    """The profile's words of danger, made ready for reading."""

    def __init__(self, profile: Profile) -> None:
        self.same_sound = tuple(profile.same_sound)
        self._happening = tuple(profile.calm.happening)
        self.signs = [
            _Signs(danger, _parts(danger.signs), _parts(danger.nearby))
            for danger in profile.dangers.values()
        ]
        calm = {name: getattr(profile.calm, name) for name in _ROLES}
        groups: dict[str, set[str]] = {}
        for name, words in (profile.word_groups | calm).items():
            for word in words:
                groups.setdefault(word, set()).add(name)
        # 会…吗 is a stretch from the first to the last, whatever stands between
        self._stretches = [
            re.compile(f".{{1,{_LONGEST_GAP}}}?".join(map(re.escape, word.split("…"))))
            for word in groups
            if "…" in word
        ]
        self._names = {word: _with_inner(word, groups) for word in groups if "…" not in word}
        lengths: dict[str, set[int]] = {}
        for word in self._names:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def read(self, clause: str) -> _Clause:
        """What a clause says."""
        for stretch in self._stretches:
            clause = stretch.sub(" ", clause)
        words = _not_denied(self._words(clause))
        # what is settled is what was said before; after it something new may come (修好了又漏)
        cut = max((at for at, word in enumerate(words, 1) if word.names & _SETTLING), default=0)
        before, words = _names_of(words[:cut]), words[cut:]
        # what was settled last time is not what is said now
        closing = "closing" in before and "past" not in before
        names = _names_of(words)
        if "now" in names:
            return _Clause(names, urgent=True, closing=closing)
        if "elsewhere" in names:
            return _Clause(_NOTHING, elsewhere=True)
        if "past" in names:
            return _Clause(_NOTHING, closing=closing)
        if self._asks(names, clause):
            return _Clause(_NOTHING, asked=names, closing=closing)
        supposed = (at for at, word in enumerate(words) if "supposed" in word.names)
        return _Clause(_names_of(words[: next(supposed, None)]), closing=closing)

    def _asks(self, names: _Names, clause: str) -> bool:
        """Whether a clause asks in general: of nobody and no place at hand."""
        if names & {"people", "here"}:
            return False
        return "asking" in names or (
            "wondering" in names and not any(word in clause for word in self._happening)
        )

    def _words(self, clause: str) -> Iterator[_Word]:
        at = covered = 0
        while at < len(clause):
            word, step = self._word_at(clause, at)
            names = self._names.get(word, frozenset())
            closed = bool(names & _CLOSED)
            # words may overlap (被关|关在), but one inside another does not count
            if at + len(word) > covered and (at >= covered or not closed):
                covered = at + len(word)
                yield _Word(at, covered, names)
                step = len(word) if closed else step
            at += step

    def _word_at(self, clause: str, at: int) -> tuple[str, int]:
        """The longest known word that begins here, and how far to go on; Latin ones are not cut."""
        latin = _LATIN.match(clause, at)
        if latin:
            return (latin[0] if latin[0] in self._names else ""), len(latin[0])
        for length in self._lengths.get(clause[at], ()):
            word = clause[at : at + length]
            if len(word) == length and word in self._names:
                return word, 1
        return "", 1


def _with_inner(word: str, groups: dict[str, set[str]]) -> _Names:
    """The groups of a word and, unless it is read as a whole, of the words inside it."""
    names = set(groups[word])
    if "whole" not in names:
        for start in range(len(word)):
            # single characters mean too little
            for end in range(start + 2, len(word) + 1):
                inner = groups.get(word[start:end], set())
                names |= inner - _CALMING if "whole" not in inner else set()
    return frozenset(names)


def _parts(signs: list[str]) -> list[_Names]:
    return [frozenset(sign.split()) for sign in signs]


def _not_denied(words: Iterator[_Word]) -> list[_Word]:
    """The words without denials and what stands right after one."""
    kept, denied_to = [], -1
    for word in words:
        if "denied" in word.names:
            denied_to = word.end
        elif word.start != denied_to:
            kept.append(word)
        elif word.names & _PASSED_ON:
            denied_to = word.end
    return kept


def _names_of(words: list[_Word]) -> _Names:
    return frozenset().union(*(word.names for word in words))


@lru_cache(maxsize=8)
def _vocabulary_of(profile: Profile) -> _Vocabulary:
    return _Vocabulary(profile)
