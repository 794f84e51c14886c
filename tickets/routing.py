"""To which department a ticket goes: a centre's rules in turn, the first that fits counts.

They are read from `profiles/<name>/routing.yml`. What no rule takes goes to the department of the
kind's first limit. Which department does the work is one thing, which is held to the limit another:
a complaint that goes elsewhere than its limit says is referred, and what is owed then runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tickets.limits import Limit, Limits
from tickets.ticket import Kind

# where a ticket holds what the customer said, as far as it may tell who has to do with it
TOLD_IN = ("matter", "advice", "praised", "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; a condition that is not given is met by every ticket of the kind."""

    kind: Kind
    class_id: str | None = None
    area: str | None = None
    # by field, the values of which it must hold one
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # the customer must have said one of these
    words: Sequence[str] = ()
    department: str
    source: str
    open: bool = False
    note: str = ""

    @property
    def takes_all(self) -> bool:
        """Whether no ticket of its kind gets past it."""
        return not (self.class_id or self.area or self.fields or self.words)

    def takes(self, matter: "Matter") -> bool:
        """Whether a matter meets every condition."""
        return (
            self.kind is matter.kind
            and self.class_id in (None, matter.class_id)
            and self.area in (None, matter.area)
            and all(matter.fields.get(name) in values for name, values in self.fields.items())
            and (not self.words or _says_one_of(self.words, matter.fields))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is known of a ticket that may tell who has to do with it."""

    kind: Kind
    fields: Mapping[str, str]
    class_id: str | None = None
    area: str | None = None


def route(matter: Matter, rules: Sequence[Rule], limits: Limits) -> str | None:
    """The department a ticket goes to unless somebody says otherwise; None if none is named."""
    matter = replace(matter, class_id=_counts_as(matter.class_id, matter.kind, limits))
    fits = (rule.department for rule in rules if rule.takes(matter))
    return next(fits, None) or own_department(limits, matter.kind, matter.class_id)


def own_department(limits: Limits, kind: Kind, class_id: str | None) -> str | None:
    """The department that is held to the first limit of a kind and class."""
    fits = limits_of(limits, kind, class_id)
    return next((each.department for each in fits if each.department is not None), None)


def limits_of(limits: Limits, kind: Kind, class_id: str | None) -> Sequence[Limit]:
    """The limits of a kind, those of the class before the general ones."""
    class_id = _counts_as(class_id, kind, limits)
    fits = [each for each in limits.limits if each.kind is kind]
    own = [each for each in fits if class_id is not None and each.class_id == class_id]
    return [*own, *(each for each in fits if each.class_id is None)]


def _counts_as(class_id: str | None, kind: Kind, limits: Limits) -> str | None:
    """The class itself; one that is not judged, or that the centre has removed, as it says."""
    known = limits.class_of(kind, class_id) is not None
    return class_id if known else limits.unjudged.get(kind)


def _says_one_of(words: Sequence[str], fields: Mapping[str, str]) -> bool:
    return any(word in fields.get(name, "") for name in TOLD_IN for word in words)
