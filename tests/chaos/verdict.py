"""What a kill test finds: every message once, in order, answered once; every ticket once."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Expected:
    """What the customers did: their lines by customer, in order, as they stand in the end."""

    lines: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    repeats: int = 0
    edits: int = 0
    failures: int = 0

    def add(self, who: int, message_id: int, text: str) -> None:
        self.lines[who][str(message_id)] = text

    def correct(self, who: int, message_id: int, text: str) -> None:
        self.lines[who][str(message_id)] = text
        self.edits += 1


@dataclass
class Verdict:
    """The faults that were found; `sent_again` is no fault, see docs/decisions/0034."""

    messages: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    sent_again: int = 0
    tickets: int = 0
    did: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order)

    def report(self) -> str:
        faults = (*self.lost[:5], *self.doubled[:5], *self.out_of_order[:5])
        return "\n".join(
            [
                f"{self.messages} messages; {self.did}",
                f"{self.tickets} urgent tickets; {self.sent_again} lines reached a customer twice",
                *faults,
                f"lost {len(self.lost)}, doubled {len(self.doubled)}, "
                f"out of order {len(self.out_of_order)}",
            ]
        )


def judge(database: Path, expected: Expected, sent: Mapping[int, Sequence[str]]) -> Verdict:
    """Compare what the customers did with what the desk kept and what reached them."""
    verdict = Verdict(messages=sum(len(each) for each in expected.lines.values()))
    verdict.did = (
        f"{expected.repeats} repeated, {expected.edits} corrected, "
        f"{expected.failures} failures of the far side"
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
            _judge_tickets(verdict, connection, who, chats.get(who), lines)
    return verdict


def _judge_lines(
    verdict: Verdict, who: int, lines: Mapping[str, str], told: Sequence[sqlite3.Row]
) -> None:
    heard = {row["message_id"]: row for row in told if row["sender"] == "customer"}
    verdict.lost += [f"{who}: {text}" for key, text in lines.items() if key not in heard]
    verdict.doubled += [f"{who}: {key} is nobody's" for key in heard if key not in lines]
    for key, row in heard.items():
        if lines.get(key) != row["text"]:
            verdict.lost.append(f"{who}: a correction of {row['text']}")
    order = [key for key in heard if key in lines]
    if order != [key for key in lines if key in heard]:
        verdict.out_of_order.append(f"{who}: heard as {order}")
    answers = Counter((row["answers"], row["text"]) for row in told if row["answers"])
    verdict.doubled += [f"{who}: {text}" for (_, text), n in answers.items() if n > 1]
    answered = {answer for answer, _ in answers}
    for key, row in heard.items():
        if not row["is_answered"] or (row["merged_into"] or key) not in answered:
            verdict.lost.append(f"{who}: no answer to {row['text']}")


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
    lines: Mapping[str, str],
) -> None:
    """One urgent ticket for the danger of a conversation, however often it was told of."""
    count = connection.execute(
        "SELECT count(*) FROM tickets WHERE conversation_id = ? AND kind = 'emergency'",
        [conversation_id],
    ).fetchone()[0]
    verdict.tickets += count
    wanted = int(any("电线掉下来" in text for text in lines.values()))
    if count < wanted:
        verdict.lost.append(f"{who}: the ticket of a danger")
    if count > wanted:
        verdict.doubled.append(f"{who}: {count} tickets of one danger")
