"""What a kill test finds: every message once, in order, answered once; every ticket once."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from tests.connectors.bot_api import TOKEN

# how the lines begin that presses make
PRESS = "press:"
# the words of the customers' danger, which is read before lines that wait
DANGER = "电线掉下来"


def line_id(message_id: int) -> str:
    """The name of a customer's line in the transcript: whose bot's message it is."""
    return f"{TOKEN.partition(':')[0]}:{message_id}"


@dataclass
class Expected:
    """What the customers did: their lines by customer, in order, as they stand in the end."""

    lines: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    # who reports a fault, and goes on until it is registered
    faults: set[int] = field(default_factory=set)
    presses: int = 0
    repeats: int = 0
    edits: int = 0
    failures: int = 0
    # reports written again, because the bot was away
    again: int = 0
    away: int = 0

    def add(self, who: int, message_id: int, text: str) -> None:
        self.lines[who][line_id(message_id)] = text

    def correct(self, who: int, message_id: int, text: str) -> None:
        self.lines[who][line_id(message_id)] = text
        self.edits += 1


@dataclass
class Verdict:
    """The faults that were found; `sent_again` is no fault, see docs/decisions/0034."""

    messages: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    sent_again: int = 0
    tickets: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    did: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order)

    def report(self) -> str:
        faults = (*self.lost[:5], *self.doubled[:5], *self.out_of_order[:5])
        return "\n".join(
            [
                f"{self.messages} messages; {self.did}",
                *map(self._told_of, self.expected),
                f"{self.sent_again} lines reached a customer twice",
                *faults,
                f"lost {len(self.lost)}, doubled {len(self.doubled)}, "
                f"out of order {len(self.out_of_order)}",
            ]
        )

    def _told_of(self, kind: str) -> str:
        return f"{kind} tickets: {self.expected[kind]} expected, {self.tickets[kind]} found"


def judge(database: Path, expected: Expected, sent: Mapping[int, Sequence[str]]) -> Verdict:
    """Compare what the customers did with what the desk kept and what reached them."""
    verdict = Verdict(messages=sum(len(each) for each in expected.lines.values()))
    verdict.did = (
        f"{expected.presses} presses, {expected.repeats} repeated, {expected.edits} corrected, "
        f"{expected.failures} failures of the far side; {expected.again} reports written again "
        f"as the bot was away"
    )
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        chats = {
            int(row["address"]): row["conversation_id"]
            for row in connection.execute("SELECT * FROM chats")
        }
        for who, lines in expected.lines.items():
            told = connection.execute(
                "SELECT * FROM messages WHERE conversation_id = ? ORDER BY seq", [chats.get(who)]
            ).fetchall()
            _judge_lines(verdict, who, lines, told)
            _judge_sent(verdict, who, told, sent.get(who, []))
            wanted = {
                "emergency": int(any(DANGER in text for text in lines.values())),
                "fault": int(who in expected.faults),
            }
            _judge_tickets(verdict, connection, who, chats.get(who), wanted)
    return verdict


def _judge_lines(
    verdict: Verdict, who: int, lines: Mapping[str, str], told: Sequence[sqlite3.Row]
) -> None:
    heard = {row["message_id"]: row for row in told if row["sender"] == "customer"}
    verdict.lost += [f"{who}: {text}" for key, text in lines.items() if key not in heard]
    strange = [key for key in heard if key not in lines and not key.startswith(PRESS)]
    verdict.doubled += [f"{who}: {key} is nobody's" for key in strange]
    for key, row in heard.items():
        if key in lines and lines[key] != row["text"]:
            verdict.lost.append(f"{who}: a correction of {row['text']}")
    order = [key for key in heard if key in lines]
    if not is_in_order(order, lines):
        verdict.out_of_order.append(f"{who}: heard as {order}")
    # the lines of one answer are stored together, at one moment
    answers: dict[str, set[str]] = defaultdict(set)
    for row in told:
        if row["answers"]:
            answers[row["answers"]].add(row["at"])
    verdict.doubled += [f"{who}: answered twice: {key}" for key in answers if len(answers[key]) > 1]
    for key, row in heard.items():
        if not row["is_answered"] or (row["merged_into"] or key) not in answers:
            verdict.lost.append(f"{who}: no answer to {row['text']}")


def is_in_order(order: Sequence[str], lines: Mapping[str, str]) -> bool:
    """As they were written; a danger may be heard before its turn, and never after it."""
    place = {key: number for number, key in enumerate(lines)}
    return all(
        place[one] < place[other] or DANGER in lines[one] for one, other in combinations(order, 2)
    )


def _judge_sent(
    verdict: Verdict, who: int, told: Sequence[sqlite3.Row], sent: Sequence[str]
) -> None:
    """What reached the customer is what the desk said, in its order; a repetition is counted."""
    said = [row["text"] for row in told if row["sender"] != "customer"]
    at = 0
    for text in sent:
        if at < len(said) and _begins(said[at], text):
            at += 1
        elif at and _begins(said[at - 1], text):
            verdict.sent_again += 1
        else:
            verdict.out_of_order.append(f"{who}: got {text[:40]}")
    verdict.lost += [f"{who}: never got {text[:40]}" for text in said[at:]]


def _begins(said: str, sent: str) -> bool:
    return sent.startswith(said.strip())


def _judge_tickets(
    verdict: Verdict,
    connection: sqlite3.Connection,
    who: int,
    conversation_id: str | None,
    wanted: Mapping[str, int],
) -> None:
    """One urgent ticket for a danger, however often it was told of; one for a fault."""
    for kind, expected in wanted.items():
        (count,) = connection.execute(
            "SELECT count(*) FROM tickets WHERE conversation_id = ? AND kind = ?",
            [conversation_id, kind],
        ).fetchone()
        verdict.tickets[kind] += count
        verdict.expected[kind] += expected
        if count < expected:
            verdict.lost.append(f"{who}: the {kind} ticket")
        if count > expected:
            verdict.doubled.append(f"{who}: {count} {kind} tickets instead of {expected}")
