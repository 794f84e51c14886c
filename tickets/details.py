"""Details a customer mentions anywhere in a line: ticket number, phone, address, since when, money.

Pure: text in, details out. The desk reads them before the bot sees the line and hands them over
as entities, so one sentence can fill several slots, also before they are asked for. Places and
times have modules of their own.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers

from tickets.numerals import SIGNS, read_number, read_range
from tickets.places import Labeller
from tickets.places import find_address as find_address
from tickets.places import merge_place as merge_place
from tickets.places import tidy_place as tidy_place
from tickets.profile import Profile
from tickets.profile_parts import Choice
from tickets.ticket import read_number as read_ticket_number
from tickets.times import find_since

REGION = "CN"

_CHINESE_DIGITS = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
_SPELT = "[零〇一幺二三四五六七八九]"
# read out in groups or at once: a phone, an account number
_SPELT_NUMBER = re.compile(rf"{_SPELT}(?:[ ,，、\-]{{0,2}}{_SPELT}){{6,17}}(?![十百千万])")
_DIGITS = re.compile(r"\d(?:[ ()\-/.]{0,3}\d)*")
_AREA_FIRST = re.compile(r"\(?(?:0|\+?86)")
# a landline of the same town, as people there give it
_LOCAL = re.compile(
    r"(?:电话|座机|[打找寻拨]我?|联系)(?:号码|号|是)?\s?(?P<digits>[2-8]\d{6,7})(?!\d)"
)
_DENIED = re.compile(r"(?:不是|不要打|别打)[^\d,，。]{0,3}$")
_GROUPED_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ ,，、\-]{0,2}\d{4}[ ,，、\-]{0,2}\d{4}(?!\d)")

# 13 digits, or 14 on a day with more than 9,999 tickets, in whatever groups they were read out
_TICKETS = [
    re.compile(rf"(?<![0-9A-Za-z])20\d{{2}}(?:[ \-]?\d){{{more}}}(?!\d)") for more in (9, 10)
]

_HAN = r"[\u4e00-\u9fff]"
_ACCOUNT = re.compile(
    r"(?:户号|户头号|客户编号|用户编号|用户号|客户号|表号|编号|燃气号|气卡号|卡号|用电号|缴费号)"
    r"(?:(?!电话|手机|号码|联系|打)\D){0,8}?(?<!\d)(\d(?:[\s\-]?\d){6,17})(?!\d)"
)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIGURE = r"(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,9})(?:\.\d{1,4})?"
# numerals as they stand on receipts
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
# what makes a number another thing than money, and "15 yuan a day" not 15.1
_COUNTER = "[十百千万天个月年日次户度方吨分点号栋幢楼层室单家位回趟瓦米字平斤小%台只盏条路多几]"
_ONE = rf"[{SIGNS}\d]"
_PART_OF_YUAN = (
    rf"\s?零?(?P<tenths>{_ONE})"
    rf"(?:[毛角](?:钱|(?P<cents>{_ONE})分?)?|(?P<more>{_ONE})(?![\d.]|{_COUNTER})|(?!{_COUNTER}))"
)
_AMOUNT = re.compile(
    rf"(?<![\d.,几{SIGNS}])(?<!上(?=[百千万]))"
    rf"(?P<whole>{_FIGURE}|[{SIGNS}]{{1,9}})(?P<times>[百千万])?(?:[多来把]|出头)?"
    rf"\s?(?P<unit>[块元圆](?!二次)[钱整]?|大洋)(?:{_PART_OF_YUAN})?"
    rf"|(?<![\d.几{SIGNS}])(?P<coins>{_ONE})[毛角](?![病糙巾衣])(?:钱|(?P<coin_cents>{_ONE})分?)?"
    rf"|(?:[¥￥]|RMB|rmb|人民币)\s?(?P<signed>{_FIGURE})(?P<signed_times>[千万])?"
)
_PAID = re.compile("[交扣收花充付罚退欠要到是卖费][了我]{0,2}$")
_PAYING = "[交扣收花充付罚退欠存赔缴]"
_ROUND = rf"[{SIGNS}]{{0,8}}[百千万][{SIGNS}]{{0,8}}"
_DUE = "(?:[^\\s,，。一-龥]?的?[一-龥]{0,3}(?:费|账单|单子|押金|罚款|余额)|买的|装的)"
# without "yuan", after a word of paying: "扣多了一百二", "押金600"
_BARE_AMOUNT = re.compile(
    rf"(?:(?:[交扣收花充付罚退欠要多费金款存赔缴]|一共|总共|合计|余额)[^\s\d,，。;；]{{0,5}}?(?<![\d几{SIGNS}])"
    rf"(?P<round>{_ROUND})"
    rf"|(?:(?:{_PAYING}|要)(?:[了我]{{1,2}}|费)|[费金款]要)(?P<tens>[一二三四五六七八九]?十[一二三四五六七八九]?)"
    rf"|(?<![\d.几第{SIGNS}])(?P<due>{_ROUND})(?:多|来|出头)?(?={_DUE})"
    rf"|(?:{_PAYING}[了我]{{0,2}}|转[了我]|充值了?|显示|余额[还只]?[有剩是]?|[费金款]是?)\s?"
    rf"(?P<whole>\d{{2,5}}(?:\.\d{{1,2}})?|\d(?:\.\d{{1,2}}|(?=[千万])))"
    rf"(?P<times>[千万])?)(?:多|来|出头)?"
    rf"(?![\d\-]|[多几]?{_COUNTER})"
)
# surnames, the commonest first
SURNAME = (
    "(?:欧阳|上官|司马|诸葛|东方|尉迟|皇甫|慕容|[李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩"
    "唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆"
    "郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦"
    "季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧"
    "甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边])"
)
_TITLE = "(?:先生|女士|小姐|阿姨|师傅|老师|大姐|大哥|大爷|大妈|总|工)"
_NAME = re.compile(
    r"(?:我叫|叫我|名字[是叫]?|姓名[是叫]?|联系人(?:[是叫]|换成|改成)?|户[主名](?:[是叫]|换成|改成)?)"
    rf"[:：]?\s*(?P<name>[老小]?{SURNAME}(?:{_TITLE}|{_HAN}{{1,2}}?{_TITLE}?)|[老小]{SURNAME})"
    r"(?=[\s\d,，。.;；!！]|就[行好]|吧|的|电话|手机|地址|住|$)"
)
_ONLY_SURNAME = re.compile(
    rf"(?:我|免贵|本人|鄙人|户主|业主|住户|租户|客户|联系人)姓(?P<name>(?![什啥谁名])(?:{SURNAME}|{_HAN}))"
)


# what a speaker says between the groups of a number
_HESITATION = re.compile(
    r"(?<=[\d零幺一二三四五六七八九])[\s,，]*(?:然后是?|接着是?|再来|嗯+|呃+|额)[\s,，]*"
    r"(?=[\d零幺一二三四五六七八九])|(?<=[\u4e00-\u9fff])(?:嗯+|呃+)(?=[\d一-龥])"
)


def read_details(
    text: str, profile: Profile, now: datetime, *, labeller: Labeller | None = None
) -> dict[str, str]:
    """The details a line mentions, by name; only what is there.

    `ticket_no` or `wrong_ticket_no` (its check digit is wrong), `phone`, `address`, `since` with
    `since_interval` (ISO 8601, on the centre's clock), `account_no`, `amount` (yuan), `name`.
    `now` is aware; without a labeller addresses are found by rules alone.
    """
    line = _HESITATION.sub("", unicodedata.normalize("NFKC", text))
    since = find_since(line, now.astimezone(ZoneInfo(profile.timezone)))
    ticket_no = find_ticket_number(line)
    found = {
        "ticket_no": ticket_no,
        "wrong_ticket_no": None if ticket_no else _find_wrong_ticket_number(line),
        "phone": find_phone(line),
        "address": find_address(line, labeller),
        "since": since.words if since else None,
        "since_interval": since.iso() if since else None,
        "account_no": find_account(line),
        "amount": find_amount(line),
        "name": find_name(line),
    }
    return {slot: value for slot, value in found.items() if value}


def find_ticket_number(line: str) -> str | None:
    """The first ticket number whose check digit is right."""
    runs = (read_ticket_number(run.group()) for shape in _TICKETS for run in shape.finditer(line))
    return next((no for no in runs if no), None)


def _find_wrong_ticket_number(line: str) -> str | None:
    """Digits that read like a ticket number of this century and are none."""
    found = _TICKETS[0].search(_ACCOUNT.sub(" ", line))
    digits = re.sub(r"\D", "", found.group()) if found else ""
    is_day = re.match(r"20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", digits)
    return digits if is_day else None


def find_phone(line: str) -> str | None:
    """The last valid phone in the line that is not denied, as digits dialled inside the country.

    The last, because a correction mostly names the wrong one first ("139… no, 138…").
    """
    without_others = _TICKETS[0].sub(_blank_ticket, _ACCOUNT.sub(_blank_account, _in_digits(line)))
    joined = _GROUPED_MOBILE.sub(lambda found: re.sub(r"\D", "", found.group()), without_others)
    joined = _DIGITS.sub(_blank_unless_phone, joined)
    written = [
        (joined[max(0, found.start - 8) : found.start], _as_dialled(found.number, found.raw_string))
        for found in phonenumbers.PhoneNumberMatcher(joined, REGION)
    ]
    phones = [(before, phone) for before, phone in written if phone]
    right = [phone for before, phone in phones if not _DENIED.search(before)]
    found = next(reversed(right or [phone for _, phone in phones]), None)
    local = _LOCAL.search(joined) if found is None else None
    return local["digits"] if local else found


def _as_dialled(number: phonenumbers.PhoneNumber, written: str) -> str | None:
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE:
        return str(number.national_number)
    digits = phonenumbers.national_significant_number(number)
    area = phonenumbers.length_of_geographical_area_code(number)
    if not area:
        return digits
    # an account number can look like a landline; nobody has one that begins with 0 or 1
    is_landline = _AREA_FIRST.match(written) and digits[area] not in "01"
    return f"0{digits[:area]}-{digits[area:]}" if is_landline else None


def _in_digits(line: str) -> str:
    """The line with its long numbers that are spelt out in Chinese written in digits."""
    return _SPELT_NUMBER.sub(
        lambda found: re.sub(r"\D", "", found.group().translate(_CHINESE_DIGITS)), line
    )


def _blank_unless_phone(run: re.Match[str]) -> str:
    # the library tries every piece of a line; only these can be phones
    return run.group() if 7 <= sum(map(str.isdigit, run.group())) <= 60 else " "


def _blank_ticket(run: re.Match[str]) -> str:
    return " " if read_ticket_number(run.group()) else run.group()


def _blank_account(found: re.Match[str]) -> str:
    return found.group() if _is_mobile(found[1]) else " "


def _is_mobile(digits: str) -> bool:
    return _MOBILE.fullmatch(re.sub(r"\D", "", digits)) is not None


def find_account(line: str) -> str | None:
    """The digits of an account number that is named as one."""
    named = (found[1] for found in _ACCOUNT.finditer(_in_digits(line)))
    number = next((digits for digits in named if not _is_mobile(digits)), None)
    return re.sub(r"\D", "", number) if number else None


def find_amount(line: str) -> str | None:
    """The first sum of money, in yuan."""
    line = line.translate(_FORMAL)
    found = next(filter(_is_money, _AMOUNT.finditer(line)), None)
    if found is None:
        bare = _BARE_AMOUNT.search(line)
        said = bare and (bare["round"] or bare["tens"] or bare["due"] or bare["whole"])
        return _yuan(_number(said), bare["times"]) if bare and said else None
    if found["coins"]:
        return _yuan(_hundredths(found["coins"], found["coin_cents"]))
    whole = _number(found["signed"] or found["whole"])
    rest = _hundredths(found["tenths"], found["cents"] or found["more"])
    if whole is None or rest is None:
        return None
    value = _yuan(whole, found["times"] or found["signed_times"])
    return _yuan(float(value or 0) + rest)


def _number(said: str) -> float | None:
    return None if read_range(said) else read_number(said.replace(",", ""))


def _hundredths(tenths: str | None, cents: str | None) -> float | None:
    """The part of a yuan: `五毛六` is 0.56."""
    values = [read_number(each or "零") for each in (tenths, cents)]
    if values[0] is None or values[1] is None or max(values[0], values[1]) > 9:
        return None
    return values[0] / 10 + values[1] / 100


def _is_money(found: re.Match[str]) -> bool:
    """Whether this is a sum: "一块" without more is as often a piece of something."""
    if found["coins"]:
        # "一毛钱都没有" is no sum
        return found["coins"] != "一" or found["coin_cents"] is not None
    whole = found["whole"] or ""
    is_lone = len(whole) == 1 and whole not in "百千"
    if found["unit"] != "块" or found["tenths"] or not is_lone:
        return True
    before = found.string[max(0, found.start() - 4) : found.start()]
    return whole.isdigit() or _PAID.search(before) is not None


def _yuan(value: float | None, times: str | None = None) -> str | None:
    if not value:
        return None
    return f"{value * {'百': 100, '千': 1000, '万': 10_000}.get(times or '', 1):.10g}"


def find_name(line: str) -> str | None:
    """How the customer wants to be called: a surname or a name they give as theirs."""
    found = _NAME.search(line) or _ONLY_SURNAME.search(line)
    return found["name"] if found else None


def find_choice(line: str, choices: Sequence[Choice]) -> str | None:
    """The title of the first choice one of whose words is in the line."""
    return next((choice.title for choice in choices if _means(line, choice)), None)


def _means(line: str, choice: Choice) -> bool:
    for phrase in choice.unless:
        line = line.replace(phrase, "")
    return any(word in line for word in (choice.title, *choice.words))
