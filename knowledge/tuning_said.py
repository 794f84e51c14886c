"""What people said and somebody found right, for the tuner to learn from too. Pure.

Confirmed are the questions trainers put to an entry (gaps), and the lines for which agents sent an
entry's wording as it was or edited. What proves the gain is kept away, and so is what is said like
it: a question that was asked twice in nearly the same words would be learned once and then found.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from knowledge.encoder import Vectors
from knowledge.entry import CUSTOMER_KINDS, Entry
from knowledge.lexical import letters_of
from knowledge.picks import Outcome

Encode = Callable[[Sequence[str]], Vectors]

# a shorter line (嗯，好的) names nothing: what was sent to it was meant for the line before
LEAST_LETTERS = 4
# nearer than this to a held-out question (cosine), a text is that question in other words; what two
# authors write about one business without seeing each other is so one time in ten (power's files)
TOO_NEAR = 0.9
SENT = frozenset({Outcome.PICKED, Outcome.EDITED})


class Said(NamedTuple):
    """What somebody said, and the entry that was found right for it."""

    text: str
    entry_id: str


class Judged(NamedTuple):
    """What an agent did with an entry's wording that was shown for a line."""

    text: str
    entry_id: str
    outcome: Outcome


def found_right(judged: Iterable[Judged]) -> list[Said]:
    """The lines for which an entry was sent and was never called wrong, each once."""
    every = [(Said(each.text, each.entry_id), each) for each in judged]
    wrong = {_key(said) for said, each in every if each.outcome is Outcome.WRONG}
    sent = {_key(said): said for said, each in every if each.outcome in SENT}
    return [said for key, said in sent.items() if key not in wrong]


def teachable(said: Iterable[Said], entries: Sequence[Entry]) -> list[Said]:
    """Those that say something, about an entry customers are answered by.

    A script is called for by the moment, not by what the line means.
    """
    answering = {entry.entry_id for entry in entries if entry.kind in CUSTOMER_KINDS}
    return [
        each
        for each in said
        if each.entry_id in answering and len(letters_of(each.text)) >= LEAST_LETTERS
    ]


def to_keep_away(said: Iterable[Said], held_out: Iterable[str], *, encode: Encode) -> set[str]:
    """The letters of what must not be learned: all that is held out, and what is said like it.

    Like it is what `encode` (unit vectors, one row each) places `TOO_NEAR`.
    """
    held = list(dict.fromkeys(held_out))
    letters = {letters_of(text) for text in held}
    texts = list(dict.fromkeys(each.text for each in said if letters_of(each.text) not in letters))
    if not texts or not held:
        return letters
    nearest = (encode(texts) @ encode(held).T).max(axis=1)
    near = np.flatnonzero(nearest >= TOO_NEAR)
    return letters | {letters_of(texts[place]) for place in near}


def _key(said: Said) -> tuple[str, str]:
    return letters_of(said.text), said.entry_id
