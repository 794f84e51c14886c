"""Details a customer mentions anywhere in a line: phone, address, since when, how far, which fault.

Pure: text in, details out. The desk reads them before the bot sees the line and hands them over
as entities, so one sentence can fill several slots, also before they are asked for.
"""

import re
import unicodedata
from collections.abc import Sequence

import phonenumbers

from tickets.profile import Choice, Profile
from tickets.ticket import read_number

REGION = "CN"

_CHINESE_DIGITS = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
_SPELT = "[零〇一幺二三四五六七八九]"
_SPELT_PHONE = re.compile(rf"{_SPELT}(?: ?{_SPELT}){{6,11}}")

# 13 digits, or 14 on a day with more than 9,999 tickets, in whatever groups they were read out
_TICKETS = [
    re.compile(rf"(?<![0-9A-Za-z])20\d{{2}}(?:[ \-]?\d){{{more}}}(?!\d)") for more in (9, 10)
]

_NUMBER = "[0-9A-Za-z零一二三四五六七八九十百]{1,6}"
_BETWEEN = r"[,，\s\-—]{0,3}"
_UNIT = rf"(?:第?{_NUMBER}(?:号楼|号院|号|栋|幢|座|楼|单元|弄|组|队|户|室|层|期|区))"
_ROOM = r"(?:\d{3,4}|[零一二三四五六七八九]{3,4})(?!\d)"
_UNITS = (
    rf"(?>(?:{_BETWEEN}{_UNIT}){{1,6}}(?:{_BETWEEN}{_ROOM})?"
    rf"|{_BETWEEN}\d{{1,3}}-\d{{1,3}}(?:-\d{{2,4}})?(?!\d))"
)
_BUILDING = rf"第?{_NUMBER}(?:号楼|号院|栋|幢|座|单元|弄|组)"
_HAN = r"[\u4e00-\u9fff]"
# atomic groups and bounded repeats: a hostile line of 2,000 characters must not hold the loop
_REGION = rf"(?>{_HAN}{{2,8}}?(?:自治区|街道|省|市|(?<!小)区|县|镇|乡))"
_ROAD = (
    rf"(?>{_HAN}{{1,8}}?(?:大道|胡同|路|街|巷|弄|里|苑|湾|府|城)"
    rf"(?=(?:[东西南北中]段)?{_BETWEEN}第?{_NUMBER}))"
)
# estates, villages and houses are places by their name alone; roads and districts need a number
_NAMED = (
    rf"(?>{_HAN}{{2,12}}?"
    r"(?:小区|花园|家园|公寓|大厦|广场|社区|村|庄|新城|名苑|嘉园|学校|医院))"
)
_ADDRESS = re.compile(
    rf"{_REGION}{{0,4}}+(?:"
    rf"{_ROAD}(?:[东西南北中]段)?{_UNITS}(?:{_NAMED}{_UNITS}?)?"
    rf"|{_NAMED}{_UNITS}?"
    rf"|{_HAN}{{0,8}}(?={_BUILDING}){_UNITS}"
    r")"
)
_AT = "在"
_NOT_PART_OF_PLACE = re.compile(
    r"^(?:(?:为什么|怎么|我们?|你们?|咱们?|俺们?|这里|这边|那边|本人|家里?|老家|住|就|是|在|到|地址|位置|位于|地点|"
    r"应该|改成|改为|换成|报修|停电|没电|断电|跳闸|的|了|为|说错|错|不对|不是|你好|您好|麻烦|请|快|来|我是|"
    r"整个|整栋|整|全|隔壁|附近|周围|都|一片|而是|刚才|从|叫|去|看看|看|那个|这个|一下)[,，:：\s]*)+"
)
_NO_PLACE = re.compile(
    r"^(?:(?:居民|老旧|住宅|普通|一个)?小区|花园|社区|里|街道|村|城|路|街|区|市|县|镇|乡|公寓|大厦|广场|省|巷|弄|"
    r"[0-9零一二三四五六七八九十百]+(?:层|楼|户|室|号|组|队))$"
)

_HOUR = r"(?:\d{1,2}|[零一二两三四五六七八九十]{1,3})"
_CLOCK = rf"{_HOUR}(?:点|时|[:：]\d{{2}})(?:\d{{1,2}}分?|半|一刻|三刻|钟|多|左右|来钟|过)*"
_DAY = (
    r"(?:刚才|刚刚|方才|大前天|前天|昨天|昨儿|今天|今儿|今早|今晨|今晚|昨晚|昨夜|前晚|"
    r"(?:上|这)?(?:周|星期|礼拜)[一二三四五六日天]|\d{1,2}月\d{1,2}[日号])"
)
_PART = r"(?:一?大?清?早上?|早晨|凌晨|上午|中午|下午|傍晚|晚上|夜里|半夜|白天)"
_SPAN = (
    r"(?:大?概|差不多|快|都|已经|停了?|有)?"
    rf"(?:{_HOUR}|\d{{1,3}}|几|半|好几|俩|仨)(?:个)?(?:半|多)?(?:小时|钟头|分钟|天|星期|礼拜|周|个月)"
    r"(?:多|左右)?(?:了|前|以前|之前)?"
)
_SINCE = re.compile(
    rf"(?:从)?(?:{_DAY}(?:的)?(?:{_PART})?(?:大?概)?(?:{_CLOCK})?"
    rf"|{_PART}(?!上?好)(?:大?概)?(?:{_CLOCK})?|(?<![有差])(?!一点(?:儿|问|事|意|建|也|都|不|小)){_CLOCK}"
    rf"|这(?:几|两|些)天|{_SPAN})"
    r"(?:开始|起|左右|的样子)?"
)
# "the day after tomorrow" and the like are not since when it began
_FUTURE = re.compile(r"明天|后天|下周|以后|之后|再过|会停|会不会|要停")
_HOW_LONG_WORDS = re.compile(r"多久|几点来|什么时候来|几个小时(?:能|到|来)|多长时间")


def read_details(text: str, profile: Profile) -> dict[str, str]:
    """The details a line mentions, by slot name; only what is there.

    Slots: `ticket_no`, `phone`, `address`, `since`, `scope`, `fault_kind`.
    """
    line = unicodedata.normalize("NFKC", text)
    found = {
        "ticket_no": find_ticket_number(line),
        "phone": find_phone(line),
        "address": find_address(line),
        "since": find_since(line),
        "scope": find_choice(line, profile.scopes),
        "fault_kind": find_choice(line, profile.fault_kinds),
    }
    return {slot: value for slot, value in found.items() if value}


def find_ticket_number(line: str) -> str | None:
    """The first ticket number whose check digit is right."""
    runs = (read_number(run.group()) for shape in _TICKETS for run in shape.finditer(line))
    return next((no for no in runs if no), None)


def find_phone(line: str) -> str | None:
    """The last valid phone in the line, as digits dialled inside the country.

    The last, because a correction names the wrong one first ("not 139…, it is 138…").
    """
    spelt = _SPELT_PHONE.sub(
        lambda found: found.group().translate(_CHINESE_DIGITS).replace(" ", ""), line
    )
    without_tickets = _TICKETS[0].sub(_blank_ticket, spelt)
    matches = list(phonenumbers.PhoneNumberMatcher(without_tickets, REGION))
    if not matches:
        return None
    number = matches[-1].number
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE:
        return str(number.national_number)
    digits = phonenumbers.national_significant_number(number)
    area = phonenumbers.length_of_geographical_area_code(number)
    return f"0{digits[:area]}-{digits[area:]}" if area else digits


def _blank_ticket(run: re.Match[str]) -> str:
    return " " if read_number(run.group()) else run.group()


def find_address(line: str) -> str | None:
    """The longest stretch that reads as a place: estate or road with building, unit, room."""
    candidates = []
    for stretch in _ADDRESS.finditer(_without_times(line)):
        place = tidy_place(stretch.group())
        if len(place) >= 3 and not _NO_PLACE.match(place):
            candidates.append(place)
    return max(candidates, key=len, default=None)


def tidy_place(words: str) -> str:
    """A place without the words that lead up to it ("it is at …")."""
    after_at = words.strip(" ,，-—").rpartition(_AT)[2]
    return _NOT_PART_OF_PLACE.sub("", after_at)


def find_since(line: str) -> str | None:
    """The words that say since when, kept as said; None when they speak of the future."""
    if _FUTURE.search(line) or _HOW_LONG_WORDS.search(line):
        return None
    spoken = [found.group() for found in _SINCE.finditer(line)]
    return max(spoken, key=len, default=None)


def find_choice(line: str, choices: Sequence[Choice]) -> str | None:
    """The title of the first choice one of whose words is in the line."""
    return next((choice.title for choice in choices if _means(line, choice)), None)


def _means(line: str, choice: Choice) -> bool:
    for phrase in choice.unless:
        line = line.replace(phrase, "")
    return any(word in line for word in (choice.title, *choice.words))


def _without_times(line: str) -> str:
    return _SINCE.sub(lambda found: "，" * len(found.group()), line)
