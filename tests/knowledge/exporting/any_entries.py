"""Entries of every odd text that people, programs and attackers write, by the throw of dice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from knowledge.entry import Entry, EntryKind, EntryState

# each has broken a spreadsheet, a YAML file or a reader of one
ODD = (
    *("=1+1", "+86", "-5", "@sum(A1)", "\t制表", "\r回车", "'引用", "''", "'=1", "＝1", "－", "＠"),
    *("=cmd|' /C calc'!A0", '=HYPERLINK("http://x.cn","点我")', "#N/A", "TRUE", "0123", "1e5"),
    *("yes", "no", "null", "~", "2023", "2023-01-01", "12:30:45", ".inf", "0o7", "<<", "=", "---"),
    *("- 列", "? 问", "a: b", "a #b", "[x]", "{y}", "*别名", "&锚", "!!python/object:os.system"),
    *("%TAG", "|", ">", "`x", "# 注", "...", "“”", '"', "'", "\\", "\\n", "\\\\n", "a\tb"),
    *(
        "😀",
        "𠮷",
        "é",
        "\u2028行",
        "\x85下",
        "\ufeff头",
        "\u200b零宽",
        "<b>&amp;",
        "]]>",
        "_x0041_",
    ),
    *(
        "一\n二",
        "  前空",
        "一\n\n  二\n三",
        "尾 \n空",
        "行\r\n尾",
        "- 一\n- 二",
        "x005F_",
        "|竖|",
        "；",
        "？",
    ),
)
PLAIN = "停电报修电费过户，。？ \n"


def any_entries(seed: int, count: int = 40) -> list[Entry]:
    """So many entries, the same for the same seed."""
    dice = Random(seed)
    return [_entry(dice, number) for number in range(count)]


def _entry(dice: Random, number: int) -> Entry:
    state = dice.choice(list(EntryState))
    least = 3 if state is EntryState.APPROVED else 0
    begins = datetime(2024, 1, dice.randint(1, 28), tzinfo=UTC) + dice.choice(
        [
            timedelta(hours=16),
            timedelta(minutes=dice.randint(0, 1439), microseconds=dice.choice([0, 5])),
        ]
    )
    return Entry(
        entry_id=f"entry-{number}",
        version=dice.randint(1, 9),
        kind=dice.choice(list(EntryKind)),
        topic=dice.choice(["停电", "电费", _text(dice, 2)]),
        title=_text(dice, 3),
        questions=tuple(_different(dice, dice.randint(least, 6))),
        answer=_text(dice, 12),
        source=_text(dice, 3),
        grade=dice.choice("AB"),
        region=dice.choice(["", _text(dice, 2)]),
        phase=dice.choice(["", _text(dice, 2)]),
        valid_from=begins,
        valid_until=dice.choice(
            [
                None,
                begins + timedelta(days=dice.randint(1, 900)),
                datetime(9998, 12, 31, 16, tzinfo=UTC),
            ]
        ),
        state=state,
    )


def _text(dice: Random, most: int) -> str:
    """No blanks at the ends: corpus files do not keep them."""
    text = "".join(dice.choice([*ODD, *PLAIN]) for _ in range(dice.randint(1, most))).strip()
    return text or "空"


def _different(dice: Random, count: int) -> Iterator[str]:
    seen: set[str] = set()
    while len(seen) < count:
        text = _text(dice, 3)
        if text not in seen:
            seen.add(text)
            yield text
