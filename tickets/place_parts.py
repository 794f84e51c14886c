"""The parts of a place: names that end as names of places do, numbers with their kind. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_HAN = r"[\u4e00-\u9fff]"
_DIGITS = "零〇一二三四五六七八九"
_COUNT = rf"(?:\d{{1,4}}[A-Za-z]?|[A-Za-z]\d{{0,3}}|[甲乙丙丁]\d{{0,3}}|[{_DIGITS}十百千]{{1,8}})"
_NUMBER = rf"(?:{_COUNT}|\d{{1,4}}(?:[-—]\d{{1,4}}){{1,2}})"

# the order in which parts follow one another, coarse to fine
ORDER = {
    "province": 0,
    "city": 1,
    "district": 2,
    "town": 3,
    "village": 4,
    "road": 5,
    # in either order: "16号老码头火锅店", "阳光小区16号"
    "estate": 6,
    "house": 6,
    "number": 6,
    "phase": 7,
    "building": 8,
    "entrance": 9,
    "floor": 10,
    "room": 11,
}
REGIONS = frozenset({"province", "city", "district", "town"})
NAMES = frozenset({"village", "road", "estate", "house"})
UNITS = frozenset(ORDER) - REGIONS - NAMES

# "五楼到六楼", "19号之三": the word in the middle is of no place elsewhere
FLOORS = re.compile(rf"{_COUNT}[楼层]?[到至~-]{_COUNT}[楼层]")
AFTER_NUMBER = re.compile(rf"号之[{_DIGITS}\d]")
_UNIT = re.compile(
    rf"(?:第|负|地下|[老新](?=\d))?(?:"
    rf"(?P<building>{_NUMBER}(?:号楼|号院|#楼?|[幢栋](?!楼(?![道下上顶梯层])))|\d{{3}}楼"
    r"|[东西南北中主副][楼座])"
    rf"|(?P<block>{_NUMBER}[舍排座仓])"
    rf"|(?P<number>{_NUMBER}(?:号(?!线|机|店|窗|台|公告|文件|工|地块)(?:车位(?!费))?(?:出?口|铺|摊位?|门(?!口)|桩|大棚|板房|车间|仓库?|档口?)?|弄)"
    rf"(?:之[{_DIGITS}\d]|附{_COUNT}号)?)"
    rf"|(?P<entrance>(?:{_COUNT}|[东西南北中])单元)|(?P<gate>{_COUNT}(?:[门梯]|[组队社](?![长员])))"
    rf"|(?P<phase>{_COUNT}[期区街村坊片]|[东西南北中上下{_DIGITS}\d]段)"
    rf"|(?P<floor>{FLOORS.pattern}|(?:{_COUNT}|[顶底])[楼层]|地下室)"
    rf"|(?P<room>{_COUNT}[室户房])"
    r")"
)
# kinds that tell less than the one whose order they share
_KINDS = {
    "block": "building",
    "gate": "entrance",
    "weak": "estate",
    "inside": "house",
    "firm": "house",
}
_ENOUGH = frozenset({"building", "entrance"})
_LETTERED = re.compile(r"[A-Za-z\d]{1,3}座")
_BARE_ROOM = re.compile(
    rf"(?:\d{{3,4}}[A-Za-z]?|\d{{1,2}}[A-Za-z](?![A-Za-z])|[{_DIGITS}]{{3,4}})(?![\d{_DIGITS}十百点.])"
)
# which door of a floor, which side of a crossing
_DOOR = re.compile("[东西南北中][门户]|[东西]边?户|[左右]手(?:边|那[户家])?|[东西南北]{1,2}[角侧]")
_HAS_DOORS = frozenset({"building", "entrance", "floor", "room", "house", "road"})
_SHOP = re.compile(rf"{_HAN}{{3,6}}(?<![灯表管箱电水气杆])")
# "桥头村桥头组"
_NAMED_GROUP = re.compile(rf"{_HAN}{{1,3}}[组队社](?![长员])")
# "9-1-502": building, entrance, room, or only two of them
_DASH = "[-—杠]"
_DASHED = re.compile(rf"[A-Za-z]?\d{{1,4}}(?:{_DASH}\d{{1,4}}){{1,3}}(?!\d|{_DASH})")
_DASHED_ALONE = re.compile(
    rf"[A-Za-z]?\d{{1,3}}(?:{_DASH}\d{{1,3}})?{_DASH}\d{{3,4}}(?!\d|{_DASH})"
)

_PROVINCE = "省|自治区"
_CITY = "自治州|地区|(?<!超)(?<!城)市|州|盟"
_DISTRICT = "开发区|高新区|新区|(?<![小社园校片])区|县|旗"
_TOWN = "街道|镇|乡"
_VILLAGE = "村|庄|屯|寨"
_ROAD = "大道|大街|胡同|[路街巷]"
_ESTATE = (
    "小区|花园|家园|公寓|大厦|广场|社区|新村|新城|名苑|嘉园|花苑|雅苑|公馆|山庄|别墅|豪庭|"
    "名都|华府|华庭|雅居|年华|大院|家属院|家属楼|校区|园区|中心|家苑|佳苑|馨苑|丽苑|学府|湖畔|"
    "产业园|科技园|物流园|工业园|创意园|艺术区|生活区|老年公寓"
)
_HOUSE = (
    "小学|中学|大学|学院|学校|幼儿园|医院|卫生院|卫生所|诊所|药店|药房|酒店|宾馆|旅馆|饭店|"
    "餐厅|餐馆|饭馆|面馆|火锅店|超市|商场|商城|市场|商店|便利店|步行街|网吧|酒吧|茶楼|酒楼|"
    "会所|车行|修车铺|杂货铺|门市部|敬老院|养老院|农场|林场|牧场|分场|车站|轻轨站|地铁站|"
    "高铁站|加油站|充电站|服务区|养殖场|养鸡场|养猪场|屠宰场|砖厂|鱼塘|试验田|菜场"
)
# parts of something larger
_INSIDE = (
    "停车场|车库|教学楼|宿舍楼|宿舍|门诊楼|住院楼|办公楼|实验楼|写字楼|综合楼|食堂|"
    "交叉口|交汇处|路口"
)
# in too many other words: a place only with a number, or (some) at the end of a clause
_WEAK = "[苑园府城里湾庭邸轩阁墅院郡岛洲桥口]|国际|天下"
_ESTATE_LIKE = re.compile("(?!.*(?:政府|[家法]庭|公园)).*(?:[苑园府湾庭邸轩阁墅郡]|国际)")
_IN_MANY_WORDS = frozenset("里城口桥")
_NAME = re.compile(
    rf"[A-Za-z]{{0,8}}+\d{{0,4}}+{_HAN}{{0,10}}?(?:\d{{1,4}}|[A-Z]{{1,3}})?"
    rf"(?:(?P<estate>{_ESTATE})|(?P<inside>{_INSIDE})|(?P<house>{_HOUSE})"
    rf"|(?P<firm>公司|工厂|[店馆厂])|(?P<province>{_PROVINCE})|(?P<town>{_TOWN})"
    rf"|(?P<road>{_ROAD}|道)|(?P<village>{_VILLAGE})|(?P<city>{_CITY})|(?P<district>{_DISTRICT})"
    rf"|(?P<weak>{_WEAK}))"
)
_LONGEST_NAME = 24
_ANY_NAME = re.compile(rf"{_HAN}{{1,10}}")
# numbers that make any name before them a place
_TELLING = re.compile(
    rf"{_COUNT}(?:号楼|号院|[栋幢舍排期]|单元)|[\dA-Z]{{1,3}}座|[\d{_DIGITS}十]{{1,3}}[组社队]"
    rf"|\d{{1,3}}{_DASH}(?:\d{{1,3}}{_DASH})?\d{{3,4}}"
)
_HOUSE_NUMBER = re.compile(r"\d{1,4}号")
# what stands before the end of a name and makes it none
_COMMON = re.compile(
    "(?:院子|弄堂|楼道|屋子|居民|老旧|住宅|普通|高档|大片|好几|别的|其他|公立|私立|民办|单位|公交|地铁|供电|电力|电网|"
    "燃气|煤气|天然气|自来水|物业|开发|保险|快递|建筑|装修|施工|搬家|通信|服务|客服|营业|缴费|"
    "维修|调度|指挥|便民|购物|地下|立体|大型|连锁|专卖|旗舰|小区|社区|学校|幼儿园|医院|公司|"
    "[大中小]学|[二两三四五六七八九十几]家|[一半个家老旧新全整本该各邻农乡小大开总分县市区镇条片成火汽客门村厂店口])*"
)
_FIRM = re.compile(rf".*(?:有限|股份|集团)公司|{_HAN}{{3,}}(?<!分)[店馆厂]")
_NOT_A_ROAD = re.compile("[短线电马公铁半走气水管网思道跑]$")

# the end of a name, for telling names from other words
LONG_END = re.compile(f"{_ESTATE}|{_HOUSE}|{_INSIDE}")
NAME_ENDS_AHEAD = re.compile(
    rf"(?!小区|社区|[校园]区|大院)(?:{_ESTATE}|{_WEAK})"
    rf"|[东西南北中]?(?:{_ROAD})(?=\d|[{_DIGITS}十百]{{1,5}}号)"
)
LIKE_A_NAME = re.compile(rf".{{2,}}(?:{_ROAD}|{_VILLAGE}|{_TOWN})|.*(?:{LONG_END.pattern})")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a place: its kind and where it stands in the text."""

    kind: str
    start: int
    end: int
    # not just "the estate"
    is_proper: bool = True
    # tells the place with no other part
    is_enough: bool = False


def read_parts(text: str, start: int, word_ends: Sequence[int], last: Part | None) -> list[Part]:
    """The parts one after another from `start`, as far as they are parts of a place.

    The text is read up to the last of `word_ends`; a name ends where a word ends. `last` is the
    part before, near by.
    """
    parts: list[Part] = []
    while start < word_ends[-1]:
        found = _read_unit(text, start, word_ends[-1], last)
        found = found or _read_name(text, start, word_ends, last)
        if not found:
            break
        if parts and parts[-1].start == found[0].start:
            parts.pop()
        parts += found
        start, last = parts[-1].end, parts[-1]
    return parts


def read_bare_room(text: str) -> list[Part]:
    """A text that is nothing but the number of a room, or of building, entrance and room."""
    if _BARE_ROOM.fullmatch(text):
        return [Part("room", 0, len(text))]
    return _split_dashed(text, 0) if _DASHED.fullmatch(text) else []


def comes_after(part: Part, last: Part) -> bool:
    """Whether a part may go on where another ended, with a comma or a space between them."""
    order, before = ORDER[part.kind], ORDER[last.kind]
    return order > before or (order == before and part.kind != last.kind)


def _read_unit(text: str, start: int, stop: int, last: Part | None) -> list[Part]:
    unit = _UNIT.match(text, start, stop)
    if unit is not None:
        kind = str(unit.lastgroup)
        is_enough = kind in _ENOUGH or _LETTERED.fullmatch(unit.group()) is not None
        return [Part(_KINDS.get(kind, kind), start, unit.end(), is_enough=is_enough)]
    dashed = (_DASHED_ALONE if last is None else _DASHED).match(text, start, stop)
    if dashed is not None:
        return _split_dashed(dashed.group(), start)
    return _read_after(text, start, stop, last) if last is not None else []


def _read_after(text: str, start: int, stop: int, last: Part) -> list[Part]:
    """What is part of a place only behind another part."""
    room = _BARE_ROOM.match(text, start, stop)
    if room is None and last.kind in _HAS_DOORS:
        room = _DOOR.match(text, start, stop)
    if room is not None:
        return [Part("room", start, room.end())]
    if last.kind == "village":
        group = _NAMED_GROUP.match(text, start, stop)
        return [Part("entrance", start, group.end())] if group is not None else []
    # "建华街118号张记羊汤"
    shop = _SHOP.fullmatch(text, start, stop) if last.kind == "number" else None
    return [Part("house", start, shop.end())] if shop is not None else []


def _split_dashed(words: str, start: int) -> list[Part]:
    numbers = list(re.finditer(r"\d+", words))
    kinds = ["building", "room"] if len(numbers) == 2 else ["building", "entrance", "floor", "room"]
    kinds = [*kinds[: len(numbers) - 1], "room"]
    return [
        Part(kind, start + number.start(), start + number.end(), is_enough=True)
        for kind, number in zip(kinds, numbers, strict=True)
    ]


def _read_name(text: str, start: int, word_ends: Sequence[int], last: Part | None) -> list[Part]:
    stop = word_ends[-1]
    first = bisect_right(word_ends, start)
    for end in word_ends[first : bisect_left(word_ends, start + _LONGEST_NAME)]:
        found = _NAME.fullmatch(text, start, end)
        part = None if found is None else _judge_name(found, word_ends, last)
        if part is not None:
            return [part]
        if _ANY_NAME.fullmatch(text, start, end) and _is_told(text, end, stop, last):
            is_proper = end - start > 1 and _COMMON.fullmatch(text, start, end) is None
            return [Part("estate", start, end, is_proper)]
    return []


def _is_told(text: str, end: int, stop: int, last: Part | None) -> bool:
    """Whether the number that follows makes a place of what stands before it."""
    if last is not None and last.kind in REGIONS and _HOUSE_NUMBER.match(text, end, stop):
        return True
    return _TELLING.match(text, end, stop) is not None


def _judge_name(found: re.Match[str], word_ends: Sequence[int], last: Part | None) -> Part | None:
    kind, start, end = str(found.lastgroup), found.start(), found.end()
    goes_on = last is not None and last.end == start
    if last is not None and goes_on and not last.is_proper and end - last.start < _LONGEST_NAME:
        # "老街" + "坊小区": it had not ended yet
        start, goes_on = last.start, False
    ending, own = found[kind], found.string[start : found.start(kind)]
    if _is_chance(ending, own, found.string[end : end + 1], goes_on=goes_on):
        return None
    is_proper = goes_on or (own != "" and _COMMON.fullmatch(own) is None)
    # "路" + "超市": what stands before is its name
    near = last.kind if goes_on and last is not None else None
    has_name = len(own) > 1 or near == "town" or near not in {None, *REGIONS}
    is_last = end == word_ends[-1]
    is_enough = {
        "estate": True,
        "village": True,
        "house": has_name,
        "inside": has_name and goes_on,
        "firm": has_name and (goes_on or _FIRM.fullmatch(found.group()) is not None),
        "road": has_name and is_last and not _NOT_A_ROAD.search(own),
        "weak": has_name and is_last and _ESTATE_LIKE.fullmatch(found.group()) is not None,
    }
    kind, enough = _KINDS.get(kind, kind), is_enough.get(kind, False)
    return Part(kind, start, end, is_proper, is_proper and enough)


def _is_chance(ending: str, own: str, following: str, *, goes_on: bool) -> bool:
    """Whether a name seems to end here only because so many words do."""
    if ending == "道":
        return not following.isdigit()
    return ending in _IN_MANY_WORDS and len(own) < 2 and not (goes_on and own == "")
