"""The rules of etiquette as they are written in profiles/etiquette.yml, and a centre's own."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from profiles.document import Document, DocumentError

# where a clause of a sentence ends
CLAUSE_ENDS = "，,。！!？?；;：:\n~～…"
_ENDS = re.escape(CLAUSE_ENDS)
# "…": so few that the words on both sides still belong together
_GAP = rf"[^{_ENDS}]{{0,6}}?"
_SIGNS = {
    "…": _GAP,
    "(": "(?:",
    ")": ")",
    "|": "|",
    "?": "?",
    "^": rf"(?:^|(?<=[{_ENDS}]))",
    "$": rf"(?=[{_ENDS}]|$)",
}
_TOKEN = re.compile(r"\{(\w+)\}|(.)", re.DOTALL)

# the rules that code finds breaches of; the others go by their wordings alone
RULES = ("internal", "promise", "private", "restate", "surname", "courtesy")

Words = Annotated[list[str], Field(min_length=1)]


class Severity(StrEnum):
    """How bad a finding is."""

    INFO = "info"
    WARNING = "warning"
    BREACH = "breach"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_sign_alone(pattern: str) -> str:
    if not pattern.strip("…()|?^$ "):
        raise ValueError(f"{pattern!r} would be found everywhere")
    return pattern


Pattern = Annotated[str, AfterValidator(_no_sign_alone)]


class Case(_Part):
    """Some wordings that one rewrite mends."""

    words: Annotated[list[Pattern], Field(min_length=1)]
    # what is no breach though it holds one of the words
    unless: list[Pattern] = []
    # no breach where the draft says what is done about it
    helped: bool = False
    rewrite: str


class Rule(_Part):
    """One rule: where it is written, how bad a breach is, and what it is told by."""

    document: Annotated[str, Field(min_length=1)]
    severity: Severity
    message: Annotated[str, Field(min_length=1)]
    # what is marked, and replaced by the rewrite: the words or their whole clause
    span: Literal["words", "clause"] = "words"
    # said instead of what only seems to offend (draft_net.py); without it nothing is looked for
    rewrite: str = ""
    unless: list[Pattern] = []
    cases: list[Case] = []


class OwnEtiquette(_Part):
    """`etiquette` in a centre's profile.yml: more cases of a rule, and wordings it allows."""

    more: dict[str, list[Case]] = {}
    allowed: dict[str, list[Pattern]] = {}


class Signs(_Part):
    """What the rules go by that look beyond the wording; each list holds patterns."""

    # which limit a promised time is held to
    on_site: Words
    resolve: Words
    answer: Words
    first_response: Words
    # of which kind of ticket it is; the first that is named counts
    complaint: Words
    report: Words
    application: Words
    fault: Words
    not_promised: Words
    # of a whole sentence: it tells a rule or what is done elsewhere
    facts: Words
    own_act: Words
    others: Words
    own: Words
    public: Words
    staff: Words
    # no patterns: words that begin as names do
    no_names: Words
    titles: Words
    complaining: Words
    asking: Words
    # no patterns: words that repeat nothing of what was said
    common: Words
    # single signs, of which it takes two
    things: Words
    # known to customers; every other one in capitals is an internal word
    abbreviations: Words
    polite: Words


class Wordings(_Part):
    """What is said of what has no wording of its own; names in braces are filled in."""

    sooner: str
    later: str
    open: str
    by_promise: str
    by_news: str
    hidden: str
    restated: str
    called: str
    plain_word: str
    perhaps: str
    no_title: str
    greeting: str


class EtiquetteFile(_Part):
    """profiles/etiquette.yml."""

    groups: dict[str, Words]
    help: Words
    signs: Signs
    wordings: Wordings
    rules: dict[str, Rule]

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        missing = [name for name in RULES if name not in self.rules]
        if missing:
            raise ValueError(f"the rule {missing[0]!r} is missing")
        for name in Signs.model_fields:
            any_of(getattr(self.signs, name), self.groups)
        for rule in self.rules.values():
            for case in rule.cases:
                for pattern in (*rule.unless, *case.words, *case.unless):
                    as_regex(pattern, self.groups)
        return self

    def with_own(self, own: OwnEtiquette) -> "EtiquetteFile":
        """The rules of one centre; `ValueError` names a rule or group that is not there."""
        unknown = next((name for name in (*own.more, *own.allowed) if name not in self.rules), None)
        if unknown is not None:
            raise ValueError(f"there is no rule {unknown!r}")
        rules = {
            name: rule.model_copy(
                update={
                    "cases": [*rule.cases, *own.more.get(name, [])],
                    "unless": [*rule.unless, *own.allowed.get(name, [])],
                }
            )
            for name, rule in self.rules.items()
        }
        return EtiquetteFile.model_validate({**dict(self), "rules": rules})


class _Own(BaseModel):
    # the rest of the file is the tickets' (tickets/profile.py)
    model_config = ConfigDict(extra="ignore")

    etiquette: OwnEtiquette = OwnEtiquette()


def as_regex(pattern: str, groups: Mapping[str, list[str]]) -> str:
    """A wording as a regular expression: alternations, at most one sign optional, short gaps.

    Nothing in it can repeat, so a search costs no more than the text is long, whatever it holds.
    """
    parts = []
    for name, sign in _TOKEN.findall(pattern):
        if name and name not in groups:
            raise ValueError(f"{pattern!r}: there is no group {name!r}")
        if name:
            parts.append(f"(?:{'|'.join(map(re.escape, groups[name]))})")
        else:
            parts.append(_SIGNS.get(sign) or re.escape(sign))
    regex = "".join(parts)
    try:
        _compile(regex)
    except re.error as error:
        raise ValueError(f"{pattern!r}: {error}") from error
    return regex


def any_of(patterns: list[str], groups: Mapping[str, list[str]]) -> re.Pattern[str] | None:
    """One expression for several wordings; None for none."""
    if not patterns:
        return None
    return _compile("|".join(as_regex(pattern, groups) for pattern in patterns))


@lru_cache(maxsize=8192)
def _compile(regex: str) -> re.Pattern[str]:
    """Kept, because centres share most wordings, and each is compiled to check it and to use it."""
    return re.compile(regex)


def read_etiquette(profile: Path) -> EtiquetteFile:
    """The rules for the centre in the folder `profile`: all centres' with its own over them.

    A fault raises `DocumentError` with file, line and reason.
    """
    common = Document(profile.parent / "etiquette.yml").read_as(EtiquetteFile)
    file = Document(profile / "profile.yml")
    own = file.read_as(_Own).etiquette
    try:
        return common.with_own(own)
    except ValueError as error:
        line = file.line_of(("etiquette",))
        raise DocumentError(file.path, line, f"etiquette: {error}") from error
