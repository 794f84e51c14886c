"""The words for a moment gone by, and which of them in a line tell since when. Pure."""

import re
from collections.abc import Iterator

from tickets.numerals import SIGNS
from tickets.time_lexicon import one_of, time_words

# stands where something was taken out of a line
HIDDEN = "_"

_WORDS = time_words()
SHORT_NUMBER = r"(?:\d{1,2}|[零一二三四五六七八九十]{1,3})"
COUNT = rf"(?:\d{{1,3}}(?:\.\d)?|[{SIGNS}]{{1,4}})"
_ONE_HOUR = r"(?:\d{1,2}|[零一二两三四五六七八九十]{1,3})"
HOUR = rf"(?:{_ONE_HOUR}[、~到\-])?{_ONE_HOUR}"
NEARLY = one_of(_WORDS.nearly)
ABOUT = one_of((*_WORDS.about, *_WORDS.nearly))

# what can stand before and after a bare "the 20th", which is more often the number of a house
_BEFORE_DAY = r"(?:^|(?<=[\s,，。、;；:：!！从自打在是就到]))"
_AFTER_DAY = (
    "(?=早|上午|中午|下午|晚|凌晨|夜|半夜|清|傍|开始|起|那天|就|停|断|坏|没|漏|跳|左右"
    "|的时候|到现在)"
)
_FIGURES_DATE = (
    r"(?<![\d\-/.])(?:20\d{2}[\-/.](?:1[0-2]|0?[1-9])[\-/.](?:[12]\d|3[01]|0?[1-9])[日号]?(?![\d\-])"
    r"|(?:1[0-2]|0?[1-9])(?:[/.](?:[12]\d|3[01]|0?[1-9])[日号]|(?:[/.]|(?<=\d\d)-)(?:[12]\d|3[01]|0[1-9])"
    rf"(?:[日号]|{_AFTER_DAY}(?![停断坏没漏跳]))))"
)
_YEAR = r"(?:(?:20\d{2}|今|去)年)"
_WHOLE_DATE = (
    rf"(?:{_YEAR}?{SHORT_NUMBER}月份?{SHORT_NUMBER}[日号]?|{_FIGURES_DATE}"
    rf"|(?:上个?|这个?|本)月{SHORT_NUMBER}[日号])"
)
DATE = re.compile(rf"{_WHOLE_DATE}|{SHORT_NUMBER}[日号]")
_WEEK = "(?:周|星期|礼拜)"
_WEEKDAY = rf"(?<![每下])(?:上{{0,2}}上个?|这个?|本)?{_WEEK}[一二三四五六日天](?!后(?!半))"
DAY_WORD = one_of(_WORDS.days)
# not "以前晚上", which is no evening before last
STEM = rf"(?<![以之提目面])(?:{one_of(_WORDS.day_stems)})"
_PLAIN_PART, _EVENT = one_of(_WORDS.parts), one_of(_WORDS.events)
PART, SHORT_PART = one_of(_WORDS.parts | _WORDS.events), one_of(_WORDS.short_parts)
# what is said on when an event tells the time
_EVENT_ON = (
    "(?=那会|那阵|那时|的时候|时[候就]?|就|开始|突然"
    "|[前后]?(?:[停断跳]|没[电水气]|发现)|[之以]?后就?[停断没跳])"
)
_DAY = rf"(?:{DAY_WORD}|{_WEEKDAY}|{_WHOLE_DATE}|{_BEFORE_DAY}{SHORT_NUMBER}[日号]{_AFTER_DAY})"
_DAY_AND_PART = rf"{STEM}(?:{PART}|{SHORT_PART})"
_OCLOCK = r"(?:点钟?|(?:(?<=[\d十])时(?![间候])|时(?=\S{1,3}分|半|许))|[:：]\d{2}(?!\d))"
_MINUTES = rf"(?:[过差]?(?:一刻|三刻|半|零?{SHORT_NUMBER}分?(?![\d栋号楼单户个层幢座室])))"
LACK = rf"差(?:一刻钟?|{SHORT_NUMBER}分?钟?)(?:不?到)?"
_CLOCK = rf"(?:{LACK})?(?<![\d.\-/栋楼]){HOUR}{_OCLOCK}{_MINUTES}?"
_FUZZ = (
    rf"(?:\s?(?:多一点|多|几|刚过|过后|过|不到|的?样子|这样子?|那会儿?|那阵"
    rf"|{one_of(_WORDS.about_after)})){{0,2}}"
)
# the later end, when it began between two hours
_UNTIL = rf"[\-~到至]{HOUR}{_OCLOCK}{_MINUTES}?(?:之间|中间|这段时间|(?=[停断跳]的))"
# what a speaker puts between the day, its part and the hour
_PAUSE = r"(?:[嘛呢吧啊呀哈]|那个)?[,，\s]{0,2}"
# "a bit" is one o'clock only when more is said
_NOT_A_BIT = (
    r"(?<![有差早晚])"
    r"(?!一点(?!钟|半|多|左右|前后|一刻|三刻|过|[零一二三四五\d]|停|断|开始|就[停断没]))"
)
_AT = rf"(?:{_PAUSE}的?(?:{ABOUT}\s?)?{_CLOCK}(?:{_UNTIL}|{_FUZZ}))?"
_MOMENT = (
    rf"(?:(?:{_DAY_AND_PART}|{_DAY})(?:{_PAUSE}的?(?:{ABOUT})?(?:一整?个?)?{PART}|的?{SHORT_PART}(?!上))?{_AT}"
    rf"|(?:(?:这?一整?个?)?{_PLAIN_PART}|{_EVENT}{_EVENT_ON})(?!上?好){_AT}"
    rf"|(?<![天日号一]){SHORT_PART}{_CLOCK}{_FUZZ}"
    rf"|{_NOT_A_BIT}{_CLOCK}(?!几)(?:{_UNTIL}|{_FUZZ}))"
)
UNIT = (
    r"(?:小时|钟头|(?<=\d)[hH](?![A-Za-z])|刻钟|分钟|分(?=[了前])|天|晚上?|夜(?!里)|宿(?!舍)|星期|礼拜"
    r"|周(?![一二三四五六日末])|(?<=[个半多俩仨])月|年(?=[了多])|(?<=[个多半])钟)"
)
SEVERAL = "好几|几|数"
_LEAD = (
    "停了|停咗|断了|等了|坏了?|(?<![还没])有|都|已经|快|过了?|超过|不止|整整|足足|连着|接连|连续|连"
    "|断断续续停了|少说|起码|至少|最少|才"
)
_SPAN = (
    rf"(?:{_LEAD}){{0,4}}+(?:{ABOUT})?(?<![每点第\d.{SIGNS}])(?:{COUNT}|{SEVERAL}|个把|个半|半|俩|仨)"
    rf"[多来几]?个?[半多来整]?{UNIT}(?:(?:零|又)?{SHORT_NUMBER}(?:分钟?|夜|宿)|半)?"
    rf"(?:以上|左右|多|来)?(?:了|之前|以前|前)?"
)
_JUST = rf"(?:{one_of(_WORDS.just)}|[刚才](?={one_of(_WORDS.just_before)}))"
# what makes a month, a year, a feast the time when something began, and no bill's
_BEGINS = (
    "(?=起(?!来)|开始|以来|至今|到现在|一直|[停坏断漏]的|那(?:会|阵|几天|天|时|段)"
    "|期间|就(?![交付缴充]))"
)
_MONTH = rf"(?:{_YEAR}?(?:上{{0,2}}上个?|这个?|本)月|{_YEAR}?(?<![\d{SIGNS}]){SHORT_NUMBER}月份?)"
_PERIOD = (
    rf"(?:(?:{_MONTH}|(?<![\d{SIGNS}个每])月)(?:初|上旬|中旬?|下旬|底|末)|(?:{_MONTH}|{_YEAR}){_BEGINS}"
    rf"|(?:{_YEAR})?{one_of(_WORDS.holidays)}{_BEGINS}|(?<![下每])(?:上{{0,2}}上个?|这个?)?周末"
    rf"|上{{0,2}}上个?{_WEEK}(?![一二三四五六日天末])"
    rf"|(?:这个?|本){_WEEK}(?![一二三四五六日天末]){_BEGINS})"
)
_VAGUE = (
    r"(?:这几天|这两天|这些天|最近几天|(?<!提)[前头][几两]天|前阵子|前段时间|好几天|好久(?!来))"
)
SINCE = re.compile(
    rf"(?:(?P<just>{_JUST})|[从自打]{{0,2}}(?:{ABOUT})?(?:(?P<span>{_SPAN})|(?P<period>{_PERIOD})"
    rf"|(?P<moment>{_MOMENT}))|(?P<vague>{_VAGUE}))"
    r"(?:开始|起(?!来|床)|左右|的?样子|的时候|时候|那会儿?|那阵子?|那几天|期间)?"
)

_CLAUSE = re.compile(r"[^\s,，。.;；!！?？]+")
_AHEAD = re.compile(
    r"明天|后天|明早|明晚|下周|下个月|^以后|^之后|再过|(?<!那)会停|会不会|要停|要等|等会儿|待会"
    r"|多久|几点|什么时候|多长时间|几个小时(?:能|到|来|才)|几天(?:能|才)|[时天钟](?:之?内)|工作日"
)
# a day that is over, whatever is said around it
_OVER = re.compile("昨|前[天日儿晚夜]|[琴寻][日晚夜]|上个?(?:周|星期|礼拜|月)|月|[了前]$")
# what stands around an appointment, an end, a rule
_NOT_AFTER = re.compile(
    r"(?:约好?了?|说好|预约的?|改|提前|写着?|现在都?|这都|[到每]|每[天日晚]|说停|要停|会停|通知[说是停]?)$"
)
_NOT_BEFORE = re.compile(
    r"\s?(?:再|打(?!雷)|来(?![电水气])|联系|[上下]班|不?在家|(?:家里?)?[有没]人|有空|全天|方便|可以|给我|[之以]?内"
    r"|能|才能|[之以往]后|后[打来]|后给)"
)
# what makes a span a rate or a price: "trips every two hours", "15 yuan a day"
_RATE = re.compile(r"[跳收扣交花算涨用要]|多少|几|一次|两头|到晚|\d")
_PRICED = re.compile("[元块钱度每]$")
# what makes a span the time that something lasts
_LASTING = re.compile(rf"(?:{_LEAD})|.*(?:[了前]|以上)(?:开始|起)?$")
_CALLED = re.compile(
    "[我你们就才也都已经]{0,4}(?:打[过了]?(?:[你们了]{0,2})(?:电话|客服)|报[过了]|投诉|反映)"
)
_GONE = re.compile(rf"[从自打]*(?:上|去|前|[\d{SIGNS}])")
# what somebody did then, which is not what is wrong
_OTHER_DEED = re.compile(
    r"\s?[我你们就才刚也都已经的]{0,4}(?:报[的过了修]|打[过了]?(?:[你们了]{0,2})(?:电话|客服)|来?修[过好的]|来过|[交充缴][的了过完]|"
    r"才?发现|才看|睡觉?前?还|还有[电气水]|还好好|还[是能]|通知|投诉|反映)"
)
_STATE = re.compile("[电气水网热停断坏漏黑灭了咗堵]$")
_STILL = re.compile(r"[吧咯啦喽哦呢]?(?:$|[\s,，。;；!！])|没|不|都|还|一直")


def find_times(line: str) -> Iterator[re.Match[str]]:
    """The stretches of the line that tell since when, but for those about what is to come."""
    gone = _CLAUSE.sub(lambda clause: hide(clause) if _AHEAD.search(clause[0]) else clause[0], line)
    return (found for found in SINCE.finditer(gone) if _is_told(found))


def is_of_something_else(found: re.Match[str]) -> bool:
    """Whether the words tell when somebody paid or called, or when all was well still."""
    return _OTHER_DEED.match(found.string, found.end()) is not None


def hide(found: re.Match[str]) -> str:
    """As many signs that stand for nothing."""
    return HIDDEN * len(found.group())


def _is_told(found: re.Match[str]) -> bool:
    """Whether the words tell of something begun, by what stands around them."""
    line, words, end = found.string, found.group(), found.end()
    before = line[max(0, found.start() - 4) : found.start()]
    if before.endswith("不是"):
        return False
    if found["just"]:
        return not _CALLED.match(line, end)
    if found["vague"] or found["period"]:
        return _GONE.match(words) is not None or not _NOT_BEFORE.match(line, end)
    is_arranged = _NOT_AFTER.search(before) or _NOT_BEFORE.match(line, end)
    if is_arranged and not _OVER.search(words):
        return False
    if found["moment"]:
        return True
    if "年" in words:
        return re.match(_LEAD, words) is not None
    if _LASTING.match(words):
        return not _PRICED.search(before)
    if re.match(SEVERAL, words) or _RATE.match(line, end) or _PRICED.search(before):
        return False
    begins_clause = not before or not _CLAUSE.fullmatch(before[-1])
    return bool(_STATE.search(before) or (begins_clause and _STILL.match(line, end)))
