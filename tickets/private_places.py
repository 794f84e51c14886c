"""House and room numbers hidden from those who do not need them. Pure.

The street and the estate stay, so that a ticket can be recognised; which door it is does not.
"""

import re

from tickets.private_numbers import PLAIN

HIDDEN_NUMBER = "**"

_UNIT = "号楼|號樓|号院|栋|棟|幢|座(?!车)|单元|室"
# what a street, an estate or a part of a village ends with; "11月20号" is a day
_STREET = "[路街巷弄道里村区院园坊苑庄段组社队山排门]"
_COUNT = r"[\d十百千]{1,6}"
# "单元的 20 分钟" is no room
_NO_MEASURE = r"(?![\d.]|个?(?:小时|分|天|元|块|度|点|年|月|日|次|人|户|多|余|平))"
_CJK = r"(?<=[\u4e00-\u9fff])"
_NUMBER = re.compile(
    rf"(?<![\d-]){_COUNT}(?=(?:{_UNIT}))"
    rf"|(?<={_STREET}){_COUNT}(?=[号號弄])"
    rf"|(?<=[栋棟幢座元楼])\d{{2,4}}{_NO_MEASURE}"
    rf"|(?<=[号號门舍厦寓])\d{{3,4}}{_NO_MEASURE}"
    # 幸福里6-301, 凯旋门11-3-702; neither a day nor a hotline
    rf"|{_CJK}(?!20\d\d-|[48]00-)\d{{1,4}}(?:-\d{{1,2}})?-\d{{3,4}}(?![\d-])"
    r"|(?<![\d-])(?!20\d\d-)\d{1,2}-\d{1,2}-\d{3,4}(?![\d-])"
)


def mask_homes(text: str) -> str:
    """幸福里6栋2单元301 is 幸福里**栋**单元**."""
    plain = text.translate(PLAIN)
    pieces, end = [], 0
    for found in _NUMBER.finditer(plain):
        pieces += [text[end : found.start()], HIDDEN_NUMBER]
        end = found.end()
    return "".join([*pieces, text[end:]])
