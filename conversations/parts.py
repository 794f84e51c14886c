"""A line of the desk as a door sends it: cut at sentence ends, with what may be chosen. Pure."""

import re
from collections.abc import Sequence

from conversations.door import Abilities, Option, OutFile, Part, mark_of
from conversations.door_words import DoorWords
from conversations.message import FILE_MARK, Message, Reply

# where a long text may be cut, the better places first
_ENDS = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"[。！？!?；;…]+[”’」』）)]*"))
_CLAUSES = re.compile(r"[，,、：:\s]+")


def split_text(text: str, longest: int) -> list[str]:
    """The text in pieces of at most `longest` characters, in order, with nothing left out.

    It is cut after a paragraph, a line, a sentence or a clause, in this order of preference, as
    long as a piece is not less than half full; a text without any is cut where it must be.
    """
    pieces, rest = [], text.strip()
    while len(rest) > longest:
        at = _cut(rest, longest)
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, longest: int) -> int:
    for ends in (*_ENDS, _CLAUSES):
        found = [each.end() for each in ends.finditer(text, 0, longest)]
        if found and found[-1] >= longest // 2:
            return found[-1]
    return longest


def options_of(reply: Reply, words: DoorWords) -> list[Option]:
    """What a reply lets a customer choose, always in the same order."""
    options = [
        Option(
            title=str(button.get("title", "")),
            payload=button.get("payload", ""),
            says=button.get("text", ""),
        )
        for button in reply.buttons
    ]
    for field in (reply.card or {}).get("fields", []):
        if "payload" in field:
            title = words.change.format(label=field.get("label", ""))
            options.append(Option(title=title, payload=field["payload"]))
    return options


def parts_of(
    line: Message, abilities: Abilities, words: DoorWords, *, files: Sequence[OutFile] = ()
) -> list[Part]:
    """The parts in which a line goes out; what can be chosen comes with the last of the text."""
    options = [
        Option(
            title=each.title,
            payload=each.payload,
            says=each.says,
            mark=mark_of(line.seq, index),
        )
        for index, each in enumerate(options_of(line.reply, words))
    ]
    text = _with_sources(line.reply, words)
    if options and not abilities.has_buttons:
        numbered = (f"{number}. {each.title}" for number, each in enumerate(options, 1))
        text = "\n".join([text, words.choose, *numbered])
    sendable = files if abilities.has_files else ()
    if len(sendable) < len(files):
        text = f"{text}\n{words.file_elsewhere}".strip()
    elif files:
        # the mark stands for the files where they cannot be seen
        text = text.replace(FILE_MARK, "")
    pieces = split_text(text, abilities.longest)
    last = len(pieces) - 1
    parts = [
        Part(
            key=_key(line, number),
            text=piece,
            options=tuple(options) if number == last and abilities.has_buttons else (),
        )
        for number, piece in enumerate(pieces)
    ]
    return parts + [
        Part(key=_key(line, len(parts) + number), text="", file=file)
        for number, file in enumerate(sendable)
    ]


def chosen_by_number(text: str, options: Sequence[Option]) -> int | None:
    """The index of what is chosen by a bare number, on a door that shows no buttons."""
    said = text.strip().rstrip("。.")
    if not (said.isdecimal() and len(said) <= 3):
        return None
    index = int(said) - 1
    return index if 0 <= index < len(options) else None


def _key(line: Message, number: int) -> str:
    return f"{line.conversation_id}:{line.seq}:{number}"


def _with_sources(reply: Reply, words: DoorWords) -> str:
    named = (
        words.source.format(title=source.get("title", ""), source=source.get("source", ""))
        for source in reply.sources
    )
    return "\n".join([reply.text, *dict.fromkeys(named)])
