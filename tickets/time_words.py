"""The words for a moment gone by, and which of them in a line tell since when. Pure."""

import re
from collections.abc import Iterator

from tickets.numerals import SIGNS

# stands where something was taken out of a line
HIDDEN = "_"

SHORT_NUMBER = r"(?:\d{1,2}|[零一二三四五六七八九十]{1,3})"
COUNT = rf"(?:\d{{1,3}}|[{SIGNS}]{{1,4}})"
HOUR = r"(?:\d{1,2}|[零一二两三四五六七八九十]{1,3})"
ABOUT = "(?:大概|大约|差不多|约[莫摸]|约|快到|快|将近|估摸着?|好像是?|应该是?)"

# what can stand before and after a bare "the 20th", which is more often the number of a house
_BEFORE_DAY = r"(?:^|(?<=[\s,，。、;；:：!！从自打在是就到]))"
_AFTER_DAY = "(?=早|上午|中午|下午|晚|凌晨|夜|开始|起|那天|就|停|断|坏|没|漏|跳|左右|的时候|到现在)"
_WHOLE_DATE = (
    rf"(?:(?:\d{{4}}|今|去)年)?{SHORT_NUMBER}月份?{SHORT_NUMBER}[日号]?"
    rf"|(?:上个?|这个?|本)月{SHORT_NUMBER}[日号]"
)
DATE = re.compile(rf"{_WHOLE_DATE}|{SHORT_NUMBER}[日号]")
_WEEKDAY = r"(?<![每下])(?:上个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天](?!后)"
# 琴 and 寻 are Cantonese for yesterday, 夜儿 is of Henan
_DAY = (
    rf"(?:大?前[天日]|前儿个?|昨个儿|昨[天日]|昨儿个?|[琴寻]日|夜儿个?|今[天日]|今儿个?"
    rf"|{_WEEKDAY}|{_WHOLE_DATE}|{_BEFORE_DAY}{SHORT_NUMBER}[日号]{_AFTER_DAY})"
)
_DAY_AND_PART = "(?:今[早晨晚朝]|[昨琴寻][晚夜]|昨早|前[晚夜])"
_PART = (
    "(?:一?大?清早上?|一大早上?|早上|早晨|早起|凌晨|上午|中午|晌午|下午|傍晚|晚上|晚间|夜里|夜晚|"
    "半夜|白天)"
)
_OCLOCK = r"(?:点钟?|(?:(?<=[\d十])时(?![间候])|时(?=\S{1,3}分|半|许))|[:：]\d{2}(?!\d))"
_MINUTES = rf"(?:[过差]?(?:一刻|三刻|半|零?{SHORT_NUMBER}分?(?![\d栋号楼单户个层幢座室])))"
_CLOCK = rf"(?<![\d.\-/栋楼]){HOUR}{_OCLOCK}{_MINUTES}?"
_FUZZ = "(?:多|几|来钟|左右|前后|上下|过后|过|的样子|那会儿?){0,2}"
# "a bit" is one o'clock only when more is said
_NOT_A_BIT = (
    r"(?<![有差早晚])"
    r"(?!一点(?!钟|半|多|左右|前后|一刻|三刻|过|[零一二三四五\d]|停|断|开始|就[停断没]))"
)
_MOMENT = (
    rf"(?:(?:{_DAY_AND_PART}|{_DAY})的?(?:{_PART}|[早晚](?!上))?[,，\s]?{ABOUT}?(?:{_CLOCK}{_FUZZ})?"
    rf"|{_PART}(?!上?好)的?{ABOUT}?(?:{_CLOCK}{_FUZZ})?"
    rf"|{_NOT_A_BIT}{_CLOCK}(?!几){_FUZZ})"
)
UNIT = (
    r"(?:小时|钟头|分钟|分(?=[了前])|天|星期|礼拜|周(?![一二三四五六日末])|(?<=[个半多])月"
    r"|(?<=个)钟)"
)
SEVERAL = "好几|几|数"
_LEAD = "停了|停咗|断了|等了|坏了?|(?<![还没])有|都|已经|快|过了?|超过|不止|整整"
_SPAN = (
    rf"(?:{_LEAD}){{0,4}}+{ABOUT}?(?<![每点第\d.{SIGNS}])(?:{COUNT}|{SEVERAL}|半|俩|仨)"
    rf"[多来几]?个?[半多来]?{UNIT}半?(?:以上|左右|多|来)?(?:了|之前|以前|前)?"
)
_JUST = "(?:刚才|刚刚|方才|头先|将才|刚(?=停|断|没|坏|漏|开始|发生|跳|黑|才)|这会儿|才一会儿)"
_VAGUE = (
    r"(?:上个?(?:周|星期|礼拜)(?![一二三四五六日天末])|这几天|这两天|这些天|最近几天"
    r"|(?<!提)前[几两]天|前阵子|前段时间|好几天|好久(?!来))"
)
SINCE = re.compile(
    rf"(?:(?P<just>{_JUST})|从?{ABOUT}?(?:(?P<span>{_SPAN})|(?P<moment>{_MOMENT}))"
    rf"|(?P<vague>{_VAGUE}))(?:开始|起(?!来|床)|左右|的样子|的时候|那会儿?)?"
)

_CLAUSE = re.compile(r"[^\s,，。.;；!！?？]+")
_AHEAD = re.compile(
    r"明天|后天|明早|明晚|下周|下个月|^以后|^之后|再过|(?<!那)会停|会不会|要停|要等|等会儿|待会"
    r"|多久|几点|什么时候|多长时间|几个小时(?:能|到|来|才)|几天(?:能|才)|[时天钟](?:之?内)|工作日"
)
# a day that is over, whatever is said around it
_OVER = re.compile("昨|前[天日儿晚夜]|[琴寻][日晚夜]|上个?(?:周|星期|礼拜|月)|月|[了前]$")
# what stands around an appointment, an end, a rule
_NOT_AFTER = re.compile(r"(?:约好?了?|说好|预约的?|改|提前|写着?|现在都?|这都|[到每])$")
_NOT_BEFORE = re.compile(
    r"\s?(?:再|打(?!雷)|来(?![电水气])|联系|[上下]班|不?在家|(?:家里?)?[有没]人|有空|全天|方便|可以|给我|[之以]?内"
    r"|能|才能|[之以往]后|后[打来]|后给)"
)
# what makes a span a rate or a price: "trips every two hours", "15 yuan a day"
_RATE = re.compile(r"[跳收扣交花算涨用要]|多少|几|一次|两头|到晚|\d")
_PRICED = re.compile("[元块钱度每]$")
# what makes a span the time that something lasts
_LASTING = re.compile(rf"(?:{_LEAD})|.*(?:[了前]|以上)(?:开始|起)?$")
_STATE = re.compile("[电气水网热停断坏漏黑灭了咗堵]$")
_STILL = re.compile(r"$|[\s,，。;；!！]|没|不|都|还|一直")


def find_times(line: str) -> Iterator[re.Match[str]]:
    """The stretches of the line that tell since when, but for those about what is to come."""
    gone = _CLAUSE.sub(lambda clause: hide(clause) if _AHEAD.search(clause[0]) else clause[0], line)
    return (found for found in SINCE.finditer(gone) if _is_told(found))


def hide(found: re.Match[str]) -> str:
    """As many signs that stand for nothing."""
    return HIDDEN * len(found.group())


def _is_told(found: re.Match[str]) -> bool:
    """Whether the words tell of something begun, by what stands around them."""
    line, words, end = found.string, found.group(), found.end()
    before = line[max(0, found.start() - 4) : found.start()]
    if before.endswith("不是"):
        return False
    if found["just"] or found["vague"]:
        return True
    is_arranged = _NOT_AFTER.search(before) or _NOT_BEFORE.match(line, end)
    if is_arranged and not _OVER.search(words):
        return False
    if found["moment"]:
        return True
    if _LASTING.match(words):
        return not _PRICED.search(before)
    if re.match(SEVERAL, words) or _RATE.match(line, end) or _PRICED.search(before):
        return False
    begins_clause = not before or not _CLAUSE.fullmatch(before[-1])
    return bool(_STATE.search(before) or (begins_clause and _STILL.match(line, end)))
