"""The whole check of an agent's draft: its wording, its promises, other people's data, the rest.

Pure: what the conversation holds is given. The wordings are checked in knowledge/etiquette.py.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rjieba import tag

from conversations.draft_net import SHORTEST, Noticed
from conversations.others_data import find_others_data
from conversations.promised import Centre, find_promised_times
from knowledge.etiquette import Draft, Etiquette, Finding
from knowledge.etiquette_rules import Severity
from tickets.details import SURNAME
from tickets.limits import Limits
from tickets.profile import Profile
from tickets.ticket import Kind

# what a word is that carries a complaint: nouns, verbs, adjectives, idioms
_CONTENT = ("n", "v", "a", "i", "l", "j", "z")
# of single characters, which say less, it takes two
_ENOUGH_SINGLE = 2
# so many characters in a row are the customer's own words
_VERBATIM = 5
_LONGEST_RESTATED = 40
_SHORTEST_GREETED = 12
_SURNAME = re.compile(SURNAME)
_NO_QUOTES = str.maketrans("", "", '“”"')
_SENTENCE_ENDS = re.compile(r"[。！!？?\n，,；;]")
_GREETED = re.compile(r"^[^，。！\n]{0,8}[您你]好[，,。！! ]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The conversation a draft belongs to.

    `said` are the customer's lines, `filed` what is on their tickets, `before` the agent's
    earlier lines. `name` is how the customer is called, perhaps with a title. On the phone the
    conversation is not seen, and only the name may be known.
    """

    said: tuple[str, ...] = ()
    filed: tuple[str, ...] = ()
    is_seen: bool = True
    before: tuple[str, ...] = ()
    name: str = ""


# what seems to offend though no listed wording stands in it
Sense = Callable[[Draft], Sequence[Noticed]]
# whether the centre has approved to say this, word for word
Approves = Callable[[str], bool]


class DraftCheck:
    """Everything one centre asks of a draft."""

    def __init__(
        self,
        etiquette: Etiquette,
        profile: Profile,
        limits: Limits | None,
        sense: Sense | None = None,
    ) -> None:
        self._etiquette, self._profile, self._limits = etiquette, profile, limits
        self._sense = sense
        written = re.findall(r"[\d\-]{5,}", profile.model_dump_json())
        self._public = frozenset(re.sub(r"\D", "", each) for each in (profile.hotline, *written))

    def check(
        self,
        text: str,
        *,
        now: datetime,
        kind: Kind | None = None,
        talk: Talk | None = None,
        approves: Approves = lambda _: False,
    ) -> list[Finding]:
        """What should be mended before the draft is sent, in its order; `now` is aware.

        Without a conversation nothing is missed: no restatement, no name, no greeting. What the
        centre `approves` of is not doubted.
        """
        draft, etiquette = Draft(text), self._etiquette
        if not any(sign.isalnum() for sign in draft.whole):
            return []
        at = now.astimezone(ZoneInfo(self._profile.timezone))
        centre = Centre(profile=self._profile, limits=self._limits, kind=kind, now=at)
        found = etiquette.check(draft)
        said = (*talk.said, *talk.filed) if talk and talk.is_seen else None
        beside = [
            *find_promised_times(draft, etiquette, centre),
            *find_others_data(draft, etiquette, said=said, public=self._public),
        ]
        for each in beside:
            # an informant who is named in a clause that is marked already, and the like
            if not any(_holds(other, each) for other in found):
                found.append(each)
        found += self._sensed(draft, found, approves)
        if talk is not None:
            found += self._missing(draft, talk, kind)
        return sorted(found, key=lambda each: each.span)

    def _sensed(self, draft: Draft, found: Sequence[Finding], approves: Approves) -> list[Finding]:
        """What only sounds like an offence, where nothing is marked yet: told, never a breach."""
        etiquette, sensed = self._etiquette, []
        for rule, start, end in self._sense(draft) if self._sense is not None else ():
            span = draft.span(start, end)
            written = etiquette.rules[rule]
            is_marked = any(each.span[0] < span[1] and span[0] < each.span[1] for each in found)
            if written.rewrite and not is_marked and not approves(_told(draft, start, end)):
                message = etiquette.wordings.perhaps.format(message=written.message)
                sensed.append(
                    etiquette.finding(
                        rule, span, written.rewrite, message=message, severity=Severity.WARNING
                    )
                )
        return sensed

    def _missing(self, draft: Draft, talk: Talk, kind: Kind | None) -> list[Finding]:
        etiquette, wordings = self._etiquette, self._etiquette.wordings
        found = []
        is_called = bool(talk.name) and self._is_called(draft.whole, talk)
        if talk.name and not is_called:
            title = self._with_title(talk.name)
            found.append(
                etiquette.finding("surname", (0, 0), wordings.called.format(surname=title))
            )
        if not talk.before and self._wants_restating(draft, talk, kind):
            longest = max(talk.said, key=len).translate(_NO_QUOTES).strip()
            words = _SENTENCE_ENDS.sub("，", longest)[:_LONGEST_RESTATED].strip("，")
            greeting = _GREETED.match(draft.text)
            place = greeting.end() if greeting else 0
            rewrite = wordings.restated.format(words=words)
            found.append(etiquette.finding("restate", (place, place), rewrite))
        is_polite = is_called or etiquette.tells("polite", draft.whole)
        if (
            talk.is_seen
            and not talk.before
            and not is_polite
            and len(draft.whole) >= _SHORTEST_GREETED
        ):
            found.append(etiquette.finding("courtesy", (0, 0), wordings.greeting))
        return found

    def _wants_restating(self, draft: Draft, talk: Talk, kind: Kind | None) -> bool:
        """Whether this answers a complaint for the first time and says nothing of what it is."""
        said = "，".join(talk.said)
        if not said or (
            kind is not Kind.COMPLAINT
            and (kind is not None or not self._etiquette.tells("complaining", said))
        ):
            return False
        if any(
            self._etiquette.tells("asking", draft.whole[start:end]) for start, end in draft.clauses
        ):
            return False
        return not _restates(draft.whole, said, self._etiquette)

    def _is_called(self, text: str, talk: Talk) -> bool:
        """Whether the draft or an earlier line calls the customer; "马上" calls no Mr Ma."""
        surname = _surname(talk.name)
        lines = (text, *talk.before)
        if talk.name != surname and any(talk.name in line for line in lines):
            return True
        followed = (line[at.end() :][:2] for line in lines for at in re.finditer(surname, line))
        return any(self._etiquette.tells("titles", after) for after in followed)

    def _with_title(self, name: str) -> str:
        surname = _surname(name)
        if self._etiquette.tells("titles", name[len(surname) :]):
            return name
        return self._etiquette.wordings.no_title.format(surname=surname)


def _restates(text: str, said: str, etiquette: Etiquette) -> bool:
    if any(said[at : at + _VERBATIM] in text for at in range(len(said) - _VERBATIM + 1)):
        return True
    words = {
        word
        for word, kind in tag(said, False)
        if kind.startswith(_CONTENT) and word not in etiquette.common_words and not word.isascii()
    }
    shared = [word for word in words if word in text]
    if any(len(word) > 1 for word in shared):
        return True
    return sum(word in etiquette.things for word in shared) >= _ENOUGH_SINGLE


def _told(draft: Draft, start: int, end: int) -> str:
    """A stretch as it was typed, without the greeting and the name before what it says."""
    within = [each for each in draft.clauses if start <= each[0] and each[1] <= end]
    telling = next((each[0] for each in within if each[1] - each[0] >= SHORTEST), start)
    return draft.text[slice(*draft.span(telling, end))]


def _surname(name: str) -> str:
    """The surname a name begins with; the name itself where it begins with none."""
    found = _SURNAME.match(name)
    return found[0] if found else re.escape(name)


def _holds(one: Finding, other: Finding) -> bool:
    is_same = one.rule == other.rule
    return is_same and one.span[0] <= other.span[0] and other.span[1] <= one.span[1]
