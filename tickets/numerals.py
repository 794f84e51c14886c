"""Chinese numerals as customers say them. Pure."""

import re

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "幺": 1,
    "两": 2,
    "俩": 2,
    "仨": 3,
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
SIGNS = "".join([*DIGITS, *_UNITS])


def spell_out(digits: str) -> str:
    """The number as it is said in an address: 12 is `十二`, 301 is `三零一`."""
    signs = list(DIGITS)[:10]
    spelt = "".join(signs[int(digit)] for digit in digits)
    if len(digits) != 2 or digits[0] == "0":
        return spelt
    tens = "" if digits[0] == "1" else spelt[0]
    return f"{tens}十" + ("" if digits[1] == "0" else spelt[1])


def read_number(words: str) -> float | None:
    """The number that digits or Chinese numerals name; None when they name none.

    `一百二` is 120 as it is said, `三零一` is 301, `八十六点五` is 86.5.
    """
    if re.fullmatch(r"\d+(?:\.\d+)?", words):
        return float(words)
    whole, point, part = words.partition("点")
    if not whole or any(sign not in SIGNS for sign in whole):
        return None
    if not any(sign in _UNITS for sign in whole):
        value = float("".join(str(DIGITS[sign]) for sign in whole))
    else:
        value = _with_units(whole)
    if not point:
        return value
    if not part or any(sign not in DIGITS for sign in part):
        return None
    return value + float("0." + "".join(str(DIGITS[sign]) for sign in part))


def read_range(words: str) -> tuple[float, float] | None:
    """The least and the most that two neighbouring numerals name: `三四`, `十七八`, `二三十`."""
    found = re.fullmatch(
        rf"([{SIGNS}]*[十百千万])?([一二两三四五六七八])([二两三四五六七八九])([十百千万]?)", words
    )
    if found is None or DIGITS[found[3]] - DIGITS[found[2]] != 1 and found[2] + found[3] != "三五":
        return None
    before, unit = read_number(found[1] or "零"), _UNITS.get(found[4], 1)
    if before is None:
        return None
    return before + DIGITS[found[2]] * unit, before + DIGITS[found[3]] * unit


def _with_units(words: str) -> float:
    total = section = 0
    digit, last_unit = None, 1
    for sign in words:
        if sign in DIGITS:
            digit = DIGITS[sign]
            if digit == 0:
                last_unit = 1
            continue
        unit = _UNITS[sign]
        if unit == _UNITS["万"]:
            total = (section + (digit or 0)) * unit
            section = 0
        else:
            section += (1 if digit is None else digit) * unit
        digit, last_unit = None, unit
    # "one hundred two" is said for 120, and with a zero for 102
    tail = (digit or 0) * (last_unit // 10 if last_unit > 10 else 1)
    return float(total + section + tail)
