"""What of a customer is hidden from those who do not need it: the one rule, used wherever shown.

Phones, identity numbers (客户资料必须保密, 003), and which door of which house. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tickets.private_numbers import mask_numbers
from tickets.private_places import mask_homes
from tickets.ticket import HistoryLine, Ticket


def mask_private(text: str) -> str:
    """The text without whole phones, identity numbers, house and room numbers."""
    return mask_homes(mask_numbers(text))


# the middle of a number, or the number of a door; more stars than these somebody else has put
_HIDDEN = re.compile(r"(?<!\*)(?:\*{4}(?=[\dXx]{4})|\*\*(?!\*))")


def is_masked(text: str) -> bool:
    """Whether a text was read with a number hidden in it."""
    return _HIDDEN.search(text) is not None


def mask_data(data: Any) -> Any:
    """The same for every text in lists and mappings."""
    if isinstance(data, str):
        return mask_private(data)
    if isinstance(data, Mapping):
        return {name: mask_data(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [mask_data(each) for each in data]
    return data


def masked_ticket(ticket: Ticket) -> Ticket:
    """The ticket as those see it who need neither its phones nor its door."""
    return replace(
        ticket,
        fields={name: mask_private(value) for name, value in ticket.fields.items()},
        history=tuple(_masked_line(line) for line in ticket.history),
    )


def really_changed(ticket: Ticket, fields: dict[str, str] | None) -> dict[str, str] | None:
    """What is really changed by fields that may have been copied from a masked ticket."""
    if fields is None:
        return None
    kept = {name: ticket.fields.get(name, "") for name in fields}
    return {
        name: value
        for name, value in fields.items()
        if value == kept[name] or value != mask_private(kept[name])
    }


def _masked_line(line: HistoryLine) -> HistoryLine:
    changes = {
        name: (mask_private(was), mask_private(now)) for name, (was, now) in line.changes.items()
    }
    return replace(line, note=mask_private(line.note), changes=changes)
