"""Customers' phones and identity numbers hidden from those who do not need them. Pure.

客户资料必须保密 (003): a number keeps its beginning and its last four digits, so that it can be
recognised and not be called. Hotlines (95598, 400-…) are nobody's and stay.
"""

import re
import unicodedata

HIDDEN = "****"
_LEFT = 4
# signs of an identity number, and those of its region
_IDENTITY, _REGION = 18, 6

# Chinese digits, full-width ones and dashes sign by sign, so that places stay the same
PLAIN = str.maketrans(
    "零〇一幺二三四五六七八九０１２３４５６７８９‐‑‒–—－　",
    "001123456789" + "0123456789" + "------ ",
)
_GAP = r"[ \-.·,，、]{0,2}"
_ALONE, _ENDS = r"(?<![\dA-Za-z])", r"(?![\dA-Za-z])"
_NUMBER = re.compile(
    # a mobile in one piece, in groups or sign by sign, perhaps with the country before it
    rf"{_ALONE}(?:(?:\+|00)?86{_GAP})?(?P<mobile>1{_GAP}[3-9](?:{_GAP}\d){{9}}){_ENDS}"
    # a landline with its area; without a dash only where its length leaves no doubt
    rf"|{_ALONE}\(?0\d{{2,3}}\)?[ \-]{{1,2}}(?P<local>[2-8]\d{{2,3}}[ \-]?\d{{4}}){_ENDS}"
    rf"|{_ALONE}(?P<long>0[1-9]\d{{9,10}}){_ENDS}"
    # an identity card: the region stays, the birthday goes
    rf"|{_ALONE}(?P<identity>[1-9]\d{{5}}(?:19|20)\d{{2}}[01]\d[0-3]\d{{4}}[\dXx]){_ENDS}"
)
_GROUPS = ("mobile", "local", "long", "identity")


def mask_numbers(text: str) -> str:
    """The text with the middle of every such number hidden: 13800138000 is 138****8000."""
    plain = text.translate(PLAIN)
    pieces, end = [], 0
    for found in _NUMBER.finditer(plain):
        group = next(name for name in _GROUPS if found[name] is not None)
        start, stop = found.span(group)
        pieces += [text[end:start], _hidden(text[start:stop])]
        end = stop
    return "".join([*pieces, text[end:]])


def _hidden(number: str) -> str:
    digits = [sign for sign in number if sign in "Xx" or _is_digit(sign)]
    # a network, an area or a region at the front, what a number is recognised by at the end
    front = _REGION if len(digits) == _IDENTITY else max(0, len(digits) - 2 * _LEFT)
    return f"{''.join(digits[:front])}{HIDDEN}{''.join(digits[-_LEFT:])}"


def _is_digit(sign: str) -> bool:
    return unicodedata.numeric(sign.translate(PLAIN), -1.0) >= 0
