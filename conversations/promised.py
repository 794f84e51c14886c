"""A time that a draft promises, held against what the centre owes by when. Pure.

Sooner than the shortest limit is more than anybody promised the agent; later than the longest is
less than is owed; and where the centre has set no limit, nobody knows yet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from knowledge.etiquette import Draft, Etiquette, Finding
from knowledge.etiquette_rules import Severity
from tickets.limits import Limit, Limits, What
from tickets.numerals import SIGNS, read_number
from tickets.profile import Profile
from tickets.ticket import Kind

_COUNT = rf"\d{{1,4}}(?:\.\d)?|半|几|[{SIGNS}]{{1,5}}"
_TIME = re.compile(
    rf"(?:(?P<first>{_COUNT})\s?(?:到|至|-|~|—|、))?(?P<count>{_COUNT})\s?[多来]?个?(?P<half>半)?"
    r"(?P<unit>分钟|刻钟|小时|钟头|工作日|自然日|天|周|星期|礼拜|(?<=个)月)(?P<past>之?前|以前|多?了)?"
    r"|(?P<day>今天|今日|今晚|今儿个?|当天|当日|上午|中午|下午|傍晚|晚上|下班前|天黑前|明天|明日|明早|明晚|明儿个?"
    r"|次日|第二天|后天|本周|这周|这星期|下周|下星期|下个?月)"
)
_MINUTES = {"分钟": 1, "刻钟": 15, "小时": 60, "钟头": 60}
_DAYS = {"工作日": 1, "自然日": 1, "天": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}
_SENTENCE = re.compile(r"[^。！!？?\n]+[。！!？?\n]?")
_ASKS = re.compile(r"[?？]|[吗呢][。！!]?$")
_FEW, _MOST = 3, 9
_KINDS = (Kind.COMPLAINT, Kind.REPORT, Kind.APPLICATION, Kind.FAULT)
_WHATS = (What.ANSWER, What.FIRST_RESPONSE, What.RESOLVE, What.ON_SITE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long from now: at the least and at the most, and where it stands in the draft."""

    least: timedelta
    most: timedelta
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What a promise is held against; `kind` is of the ticket, as far as it is known."""

    profile: Profile
    limits: Limits | None
    kind: Kind | None
    # aware, on the centre's clock
    now: datetime


def find_promised_times(draft: Draft, etiquette: Etiquette, centre: Centre) -> Iterator[Finding]:
    """The promised times that differ from the limits of the centre."""
    if centre.limits is None:
        return
    for sentence in _SENTENCE.finditer(draft.plain):
        if _ASKS.search(sentence[0]) or etiquette.tells("facts", sentence[0]):
            continue
        for stretch in _stretches(draft.plain, sentence.span(), centre.now):
            found = _judge(draft, etiquette, centre, stretch, sentence.span())
            if found is not None:
                yield found


def _judge(
    draft: Draft, etiquette: Etiquette, centre: Centre, stretch: Stretch, sentence: tuple[int, int]
) -> Finding | None:
    place = draft.clause_around(stretch.start, stretch.end)
    what, act = _act(draft, etiquette, place, sentence)
    if what is None or any(
        etiquette.tells("not_promised", draft.plain[begin:end]) for begin, end in (place, act)
    ):
        return None
    if etiquette.tells("own_act", draft.plain[act[0] : act[1]]):
        return None
    kind = _kind(etiquette, draft.plain[sentence[0] : sentence[1]]) or centre.kind
    assert centre.limits is not None
    owed = _owed(centre.limits, what, kind)
    if not owed or _quotes(centre.limits, stretch, kind):
        return None
    return _compare(etiquette, centre, stretch, draft.span(*place), owed)


def _compare(
    etiquette: Etiquette, centre: Centre, stretch: Stretch, span: tuple[int, int], owed: list[Limit]
) -> Finding | None:
    wordings = etiquette.wordings
    spans = sorted((each for each in owed if each.within), key=lambda each: _size(each))
    kinds = {each.kind for each in owed}
    promise = centre.profile.promises.get(owed[0].kind) if len(kinds) == 1 else None
    rewrite = wordings.by_promise.format(by=promise.by) if promise else wordings.by_news
    if not spans:
        return etiquette.finding(
            "promise",
            span,
            wordings.by_news,
            message=wordings.open,
            severity=Severity.WARNING,
            document=owed[0].source,
        )
    shortest, longest = spans[0], spans[-1]
    if stretch.most < _size(shortest):
        return etiquette.finding(
            "promise",
            span,
            rewrite,
            message=wordings.sooner.format(limit=shortest.within),
            document=shortest.source,
        )
    if stretch.least > _size(longest):
        return etiquette.finding(
            "promise",
            span,
            rewrite,
            message=wordings.later.format(limit=longest.within),
            severity=Severity.WARNING,
            document=longest.source,
        )
    return None


def _size(limit: Limit) -> timedelta:
    return limit.within.size if limit.within else timedelta.max


def _owed(limits: Limits, what: What, kind: Kind | None) -> list[Limit]:
    """The limits a promise is held to: of a kind whose class is not known, the general ones."""
    owed = [
        limit
        for limit in limits.limits
        if limit.what is what and (kind is None or limit.kind is kind)
    ]
    general = [limit for limit in owed if limit.class_id is None and limit.within]
    return general or owed


def _quotes(limits: Limits, stretch: Stretch, kind: Kind | None) -> bool:
    """Whether just this time is a limit of the centre, by whatever name it is called."""
    return any(
        stretch.least == stretch.most == _size(limit)
        for limit in limits.limits
        if kind is None or limit.kind is kind
    )


def _act(
    draft: Draft, etiquette: Etiquette, place: tuple[int, int], sentence: tuple[int, int]
) -> tuple[What | None, tuple[int, int]]:
    """What is to have happened by then, and the clause that says so: this, the last or the next."""
    clauses = [each for each in draft.clauses if sentence[0] <= each[0] < sentence[1]]
    at = next((at for at, each in enumerate(clauses) if each[0] <= place[0] < each[1]), None)
    if at is None:
        return None, place
    for near in (clauses[at], *clauses[max(0, at - 1) : at], *clauses[at + 1 : at + 2]):
        text = draft.plain[near[0] : near[1]]
        what = next((each for each in _WHATS if etiquette.tells(each.value, text)), None)
        if what is not None:
            return what, near
    return None, place


def _kind(etiquette: Etiquette, text: str) -> Kind | None:
    return next((kind for kind in _KINDS if etiquette.tells(kind.value, text)), None)


def _stretches(text: str, sentence: tuple[int, int], now: datetime) -> Iterator[Stretch]:
    for found in _TIME.finditer(text, *sentence):
        # "(24 hours)" are opening hours
        around = (
            text[max(0, found.start() - 1) : found.start()] + text[found.end() : found.end() + 1]
        )
        if found["past"] or around in {"（）", "()"}:
            continue
        read = _day(found["day"], now) if found["day"] else _length(found)
        if read is not None:
            yield Stretch(*read, *found.span())


def _length(found: re.Match[str]) -> tuple[timedelta, timedelta] | None:
    each = timedelta(minutes=_MINUTES.get(found["unit"], 0), days=_DAYS.get(found["unit"], 0))
    most = _count(found["count"], is_most=True)
    least = _count(found["first"] or found["count"], is_most=False)
    if most is None or least is None:
        return None
    more = 0.5 if found["half"] else 0.0
    return each * (least + more), each * (most + more)


def _count(said: str, *, is_most: bool) -> float | None:
    if said == "半":
        return 0.5
    if said == "几":
        return _MOST if is_most else _FEW
    return read_number(said)


def _day(word: str, now: datetime) -> tuple[timedelta, timedelta]:
    """From now to the beginning and to the end of what the word names."""
    today = datetime.combine(now.date(), time(), tzinfo=now.tzinfo)
    if word.startswith(("明", "次", "第二天")):
        first, last = 1, 2
    elif word == "后天":
        first, last = 2, 3
    elif word.startswith("下") and word.endswith("月"):
        month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        first = (month - today).days
        last = first + 31
    elif word in {"下周", "下星期"}:
        first = 7 - today.weekday()
        last = first + 7
    elif word in {"本周", "这周", "这星期"}:
        first, last = 0, 7 - today.weekday()
    else:
        first, last = 0, 1
    begin = max(today + timedelta(days=first) - now, timedelta(0))
    return begin, today + timedelta(days=last) - now
