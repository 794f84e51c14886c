"""A ticket as it lies in its row, and its history in theirs."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import RowMapping

from tickets.ticket import HistoryLine, Kind, Mark, Priority, State, Ticket

# as much of what stands in the field as the column holds
_LONGEST_PHONE = 40


def ticket_of(row: RowMapping, history: tuple[HistoryLine, ...] = ()) -> Ticket:
    """The ticket in a row."""
    return Ticket(
        no=row["no"],
        profile=row["profile"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        urgent=row["urgent"],
        conversation_id=row["conversation_id"],
        fields=row["fields"],
        registered_at=datetime.fromisoformat(row["registered_at"]),
        version=row["version"],
        owner=row["owner"],
        department=row["department"],
        handler=row["handler"],
        class_id=row["class_id"],
        area=row["area"],
        priority=Priority(row["priority"]),
        urges=row["urges"],
        merged_into=row["merged_into"],
        outcome=row["outcome"],
        due_at=row["due_at"],
        history=history,
    )


def with_history(rows: Iterable[RowMapping], lines: Iterable[RowMapping]) -> list[Ticket]:
    """The tickets in these rows, each with its own of the lines, which come in order."""
    history: dict[str, list[HistoryLine]] = {}
    for line in lines:
        history.setdefault(line["no"], []).append(line_of(line))
    return [ticket_of(row, tuple(history.get(row["no"], ()))) for row in rows]


def line_of(row: RowMapping) -> HistoryLine:
    """The line of history in a row."""
    return HistoryLine(
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        state=State(row["state"]),
        note=row["note"],
        event=row["event"],
        marks=tuple(Mark(mark) for mark in row["marks"].split()),
        changes={name: (was, now) for name, (was, now) in (row["changes"] or {}).items()},
    )


def phone_of(kind: Kind, fields: Mapping[str, str]) -> str | None:
    """The field as it is copied into a column of its own, as much of it as that holds."""
    # who informed must not lie in a second place
    phone = None if kind is Kind.REPORT else fields.get("phone")
    return None if phone is None else phone[:_LONGEST_PHONE]
