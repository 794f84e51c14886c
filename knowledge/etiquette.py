"""What an agent's draft should not say to a customer: found by wordings, mended by a rewrite. Pure.

The wordings are data (profiles/etiquette.yml); what needs the conversation or the limits of the
centre is checked in conversations/etiquette.py.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from knowledge.etiquette_rules import (
    CLAUSE_ENDS,
    Case,
    EtiquetteFile,
    Severity,
    Signs,
    any_of,
)

_CLAUSE = re.compile(f"[^{re.escape(CLAUSE_ENDS)}]+")
# said by the customer, or a title
_QUOTED = re.compile(
    '“[^”\n]{0,200}”|「[^」\n]{0,200}」|‘[^’\n]{0,200}’|《[^》\n]{0,60}》|"[^"\n]{0,200}"'
)
# SG186, ERP, T+1; but no licence plate
_ABBREVIATION = re.compile(
    r"(?<![A-Za-z0-9.@/_\-])(?:[A-Z]{2}[A-Z0-9]{0,6}|[A-Z]\+\d)(?![A-Za-z0-9.@/_\-])"
)
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][·]?[A-Z0-9]{5,6}")
HIDDEN = "\ufffc"
_LOUD = "？?！!"
_GRAVITY = list(Severity)
_BLANKS = " \u3000\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend: `rewrite` takes the place of what `span` marks.

    `span` is from and up to where in the draft, in characters; it is empty where something is
    missing, and the rewrite is then put in there. `document` says where the rule is written.
    """

    rule: str
    severity: Severity
    span: tuple[int, int]
    message: str
    rewrite: str
    document: str


class Draft:
    """A draft as it is read: without width, invisible signs and blanks between characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        signs, places = [], []
        for place, sign in enumerate(text):
            if unicodedata.category(sign) in {"Cf", "Mn"} or self._is_idle_blank(place):
                continue
            signs.append(_narrow(sign))
            places.append(place)
        self.whole = "".join(signs)
        self._places = [*places, len(text)]
        # as long as the whole, and nothing in it is somebody else's words
        self.plain = _QUOTED.sub(lambda found: HIDDEN * len(found[0]), self.whole)

    def _is_idle_blank(self, place: int) -> bool:
        if self.text[place] not in _BLANKS:
            return False
        around = self.text[max(0, place - 1) : place] + self.text[place + 1 : place + 2]
        return not (len(around) == 2 and around.isascii() and around.isalnum())

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the draft as it is read stands in the draft as it was typed."""
        if start == end:
            return self._places[start], self._places[start]
        return self._places[start], self._places[end - 1] + 1

    @cached_property
    def clauses(self) -> list[tuple[int, int]]:
        """From and up to where each clause reaches."""
        return [found.span() for found in _CLAUSE.finditer(self.whole)]

    def clause_around(self, start: int, end: int) -> tuple[int, int]:
        """The clauses that a stretch lies in."""
        touched = [
            each for each in self.clauses if each[0] < max(end, start + 1) and start < each[1]
        ]
        return (touched[0][0], touched[-1][1]) if touched else (start, end)


class Etiquette:
    """The rules of one centre, made ready."""

    def __init__(self, file: EtiquetteFile) -> None:
        self.rules, self.wordings = file.rules, file.wordings
        self.things = frozenset(file.signs.things)
        self.no_names = frozenset(file.signs.no_names)
        self._known = frozenset(file.signs.abbreviations)
        self.common_words = frozenset(file.signs.common)
        self._signs = {
            name: any_of(getattr(file.signs, name), file.groups) for name in Signs.model_fields
        }
        self._help = any_of(list(file.help), file.groups)
        self._cases = [
            (name, case, any_of(case.words, file.groups), any_of(unless, file.groups))
            for name, rule in file.rules.items()
            for case in rule.cases
            for unless in [[*rule.unless, *case.unless]]
        ]

    def check(self, draft: Draft) -> list[Finding]:
        """What the wordings of a draft offend against, in the order of the draft."""
        found: dict[str, list[_Hit]] = {}
        for name, case, words, unless in self._cases:
            for start, end in _hits(draft, case, words, unless, self._help):
                found.setdefault(name, []).append(_Hit(start, end, case.rewrite))
        for start, end in self._abbreviations(draft.plain):
            found.setdefault("internal", []).append(_Hit(start, end, self.wordings.plain_word))
        return sorted(
            (
                self.finding(name, draft.span(hit.start, hit.end), hit.rewrite)
                for name, hits in found.items()
                for hit in _marked(draft, hits, self.rules[name].span)
            ),
            key=lambda each: each.span,
        )

    def _abbreviations(self, text: str) -> Iterator[tuple[int, int]]:
        for found in _ABBREVIATION.finditer(text):
            is_plate = _PLATE.match(text, max(0, found.start() - 1)) is not None
            if found[0] not in self._known and not is_plate:
                yield found.span()

    def tells(self, sign: str, text: str) -> bool:
        """Whether a text holds one of the words of a sign (`Signs`)."""
        pattern = self._signs[sign]
        return pattern is not None and pattern.search(text) is not None

    def finding(
        self,
        rule: str,
        span: tuple[int, int],
        rewrite: str,
        *,
        message: str = "",
        severity: Severity | None = None,
        document: str = "",
    ) -> Finding:
        """A finding against one of the rules, in its words unless others are given."""
        written = self.rules[rule]
        return Finding(
            rule=rule,
            severity=severity or written.severity,
            span=span,
            message=message or written.message,
            rewrite=rewrite,
            document=document or written.document,
        )


def mended(text: str, findings: list[Finding]) -> str:
    """The draft with the rewrites in place; of those that overlap, the graver counts."""
    kept: list[Finding] = []
    for each in sorted(findings, key=_weight, reverse=True):
        start, end = each.span
        if not any(start < other.span[1] and other.span[0] < end for other in kept):
            kept.append(each)
    for each in sorted(kept, key=lambda one: one.span, reverse=True):
        text = text[: each.span[0]] + each.rewrite + text[each.span[1] :]
    return text


def _weight(finding: Finding) -> tuple[int, int]:
    return _GRAVITY.index(finding.severity), finding.span[1] - finding.span[0]


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    rewrite: str


def _marked(draft: Draft, hits: list[_Hit], span: str) -> list[_Hit]:
    """What is marked of the hits of one rule: none inside another, clauses in a row as one."""
    if span == "clause":
        hits = [_Hit(*draft.clause_around(hit.start, hit.end), hit.rewrite) for hit in hits]
    joined: list[_Hit] = []
    for hit in sorted(hits, key=lambda each: (each.start, -each.end)):
        last = joined[-1] if joined else None
        if last is not None and hit.end <= last.end:
            continue
        between = draft.plain[last.end : hit.start] if last is not None else ""
        if last is not None and span == "clause" and not between.strip(CLAUSE_ENDS):
            joined[-1] = _Hit(last.start, hit.end, last.rewrite)
        else:
            joined.append(hit)
    return [_with_mark(draft, hit) for hit in joined] if span == "clause" else joined


def _with_mark(draft: Draft, hit: _Hit) -> _Hit:
    """A clause with its question or exclamation mark: no rewrite asks or shouts."""
    if draft.plain[hit.end : hit.end + 1] not in tuple(_LOUD):
        return hit
    return _Hit(hit.start, hit.end + 1, f"{hit.rewrite}。")


def _hits(
    draft: Draft,
    case: Case,
    words: re.Pattern[str] | None,
    unless: re.Pattern[str] | None,
    helping: re.Pattern[str] | None,
) -> Iterator[tuple[int, int]]:
    if words is None:
        return
    harmless: list[tuple[int, int]] | None = None
    for hit in words.finditer(draft.plain):
        if harmless is None:
            harmless = [each.span() for each in unless.finditer(draft.plain)] if unless else []
        start, end = hit.span()
        if any(begin < end and start < stop for begin, stop in harmless):
            continue
        if case.helped and helping is not None and helping.search(draft.plain):
            return
        yield start, end


def _narrow(sign: str) -> str:
    """A sign of full width as its narrow one, where that is one sign too."""
    narrow = unicodedata.normalize("NFKC", sign) if "\uff01" <= sign <= "\uff5e" else sign
    return narrow if len(narrow) == 1 else sign
