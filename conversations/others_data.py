"""What a draft tells of other people: phones, identity numbers, accounts, names, addresses. Pure.

What this customer said in the conversation is theirs and may be repeated to them.
"""

import re
from collections.abc import Iterator, Sequence

from rjieba import tag

from knowledge.etiquette import Draft, Etiquette, Finding
from knowledge.figures import read_digits
from tickets.details import SURNAME, find_address
from tickets.ticket import read_number as read_ticket_number

Span = tuple[int, int]

# digits in one piece, in groups or one by one, the last perhaps the X of an identity number
_RUN = re.compile(r"(?<![\dA-Za-z*])\d(?:[ \-.·]?\d){6,17}[Xx]?(?![\dA-Za-z*])")
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
_IDENTITY = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]")
_LANDLINE = re.compile(r"0\d{9,11}")
_ACCOUNT = re.compile(r"(?:户号|卡号|编号|表号|户头)[^\d，。]{0,4}$")
_FIGURES = re.compile(r"\d+")
_NAME_SIGNS = re.compile(r"[\u4e00-\u9fff]{2,}")
_SURNAME = re.compile(SURNAME)
# somebody's home, and somebody of it
_DOOR = r"(?<!\d)\d{1,4}(?:号楼|栋|幢|单元|室|号房)?(?:\d{3,4}室?)?"
_RESIDENT = re.compile(
    rf"(?P<door>{_DOOR})(?:的|那户|那家|家)(?:(?:那|一|小|老|年轻|两|男|女|夫妻|业主|住户|租客|房东|孩子|人家)"
    rf"|(?={SURNAME}(?:先生|女士|小姐|阿姨|大爷|大妈|师傅)))"
)
# what stands before a name; a word that only looks like one stands elsewhere
_BEFORE_NAME = re.compile(r"[叫是的给名主客东户人和跟找让问姓:：、]$")
_ROLE_NAME = re.compile(
    r"(?:户主|业主|车主|租客|房东|住户|名叫|名字叫)(?:是|叫|为|：|:)?"
    rf"(?P<name>{SURNAME}[\u4e00-\u9fff]{{1,2}})(?=[，。,；、\s住家搬手电身的]|$)"
)
_USAGE = re.compile(
    r"(?:邻居|楼上|楼下|对门|隔壁|别人)家?[^，。！？\n]{0,8}?(?:用了?[电气水]?|电费|气费|物业费|欠费?)"
    r"[^，。！？\n]{0,4}?\d"
)
# without one of these no clause names a home
_PLACE = re.compile("[栋幢室路街道村组弄巷号区]|单元|小区|花园|[苑府城]")
_LONGEST_NAME = 4


def find_others_data(
    draft: Draft, etiquette: Etiquette, *, said: Sequence[str] | None, public: frozenset[str]
) -> Iterator[Finding]:
    """Where a draft names what belongs to somebody else.

    `said` is what this customer said or is on their tickets, None without a conversation: then
    only what the draft itself ascribes to others counts. `public` are the centre's own numbers.
    """
    told = _Told(said)
    for find in (_numbers, _people, _homes):
        for start, end in find(draft, etiquette, told, public):
            hidden = etiquette.wordings.hidden
            yield etiquette.finding("private", draft.span(start, end), hidden)


class _Told:
    """What this customer gave away of themselves."""

    def __init__(self, said: Sequence[str] | None) -> None:
        self.is_known = said is not None
        self.text = "\n".join(said or ())
        self.digits = re.sub(r"[ \-.·]", "", read_digits(self.text))

    def has_place(self, place: str) -> bool:
        """Whether all numbers and the name of a place were said."""
        name = _NAME_SIGNS.search(place)
        numbers = _FIGURES.findall(place)
        is_named = name is None or name[0][:3] in self.text
        return is_named and all(number in self.digits for number in numbers)


def _numbers(
    draft: Draft, etiquette: Etiquette, told: _Told, public: frozenset[str]
) -> Iterator[Span]:
    text = read_digits(draft.whole)
    for run in _RUN.finditer(text):
        number = re.sub(r"[ \-.·]", "", run[0])
        if number in told.digits or number in public:
            continue
        sentence = _before_and_clause(draft, run.span())
        if _is_private(text, run, number, etiquette, sentence, told):
            yield run.span()


def _is_private(
    text: str, run: re.Match[str], number: str, etiquette: Etiquette, around: str, told: _Told
) -> bool:
    if _IDENTITY.fullmatch(number):
        return True
    is_others = etiquette.tells("others", around)
    if _MOBILE.fullmatch(number):
        return told.is_known or is_others or not etiquette.tells("own", around)
    if read_ticket_number(number):
        return False
    is_account = _ACCOUNT.search(text[max(0, run.start() - 8) : run.start()]) is not None
    return is_others and (is_account or _LANDLINE.fullmatch(number) is not None)


def _people(
    draft: Draft, etiquette: Etiquette, told: _Told, public: frozenset[str]
) -> Iterator[Span]:
    """Names beside words for other people; those of our own are none."""
    for found in _USAGE.finditer(draft.whole):
        yield found.span()
    if not etiquette.tells("others", draft.whole):
        return
    for found in _ROLE_NAME.finditer(draft.whole):
        is_told = found["name"] in told.text or found["name"] in etiquette.no_names
        if not is_told and not etiquette.tells("titles", found["name"]):
            yield found.span("name")
    at = 0
    for word, kind in tag(draft.whole, False):
        start, at = at, at + len(word)
        if not _is_name(draft.whole, word, kind, start, etiquette):
            continue
        clause = draft.clause_around(start, at)
        if word in told.text or not etiquette.tells("others", _before_and_clause(draft, clause)):
            continue
        beside = draft.whole[max(0, start - 4) : at + 3]
        if etiquette.tells("staff", beside) or _is_called(draft, start, at, etiquette):
            continue
        yield start, at


def _is_name(text: str, word: str, kind: str, start: int, etiquette: Etiquette) -> bool:
    surname = _SURNAME.match(word)
    if surname is None or len(word) > _LONGEST_NAME or word in etiquette.no_names:
        return False
    if kind.startswith("nr") and len(word) > 1:
        return _BEFORE_NAME.search(text[:start]) is not None
    after = text[start + len(word) : start + len(word) + 2]
    return len(word) == 1 and etiquette.tells("titles", after)


def _is_called(draft: Draft, start: int, end: int, etiquette: Etiquette) -> bool:
    """Whether the name opens a sentence and calls the customer: "Mr Zhou, your parcel is here"."""
    before = draft.whole[:start].rstrip()
    if before and before[-1] not in "。！!？?\n，,":
        return False
    clause = draft.clause_around(start, end)
    rest = draft.whole[end : clause[1]]
    return len(rest) <= _LONGEST_NAME or rest[2:4] in {"您好", "你好"}


def _homes(
    draft: Draft, etiquette: Etiquette, told: _Told, public: frozenset[str]
) -> Iterator[Span]:
    for found in _RESIDENT.finditer(draft.whole):
        if not all(number in told.digits for number in _FIGURES.findall(found["door"])):
            yield found.span()
    for start, end in draft.clauses:
        clause = draft.whole[start:end]
        if not (_FIGURES.search(clause) and _PLACE.search(clause)) or etiquette.tells(
            "public", clause
        ):
            continue
        place = find_address(clause)
        where = clause.find(place) if place else -1
        if not place or where < 0 or told.has_place(place):
            continue
        around = _before_and_clause(draft, (start, end))
        is_others = etiquette.tells("others", around)
        if is_others or (told.is_known and not etiquette.tells("public", around)):
            yield start + where, start + where + len(place)


def _before_and_clause(draft: Draft, place: Span) -> str:
    """The clause of a place with the one before it."""
    first, last = draft.clause_around(*place)
    earlier = [each for each in draft.clauses if each[1] <= first]
    return draft.whole[earlier[-1][0] if earlier else first : last]
