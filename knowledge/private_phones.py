"""Mobile numbers of private people in a text, also masked or spelt out; hotlines pass. Pure."""

import re
import unicodedata

from knowledge.figures import read_digits

# in one piece, in the groups people write, or digit by digit
_GAP = r"[ \-.·]"
_MOBILE = re.compile(
    rf"(?<![\d])(?:(?:\+|00)?86{_GAP}?)?"
    rf"(1[3-9]\d{_GAP}?\d{{4}}{_GAP}?\d{{4}}"
    rf"|1[3-9]\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{4}}"
    rf"|1[3-9]\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}"
    rf"|1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d)"
)
# what is left of one after masking, 138****5678, and of any other number masked with stars
_MASKED = re.compile(
    r"(?<!\d)1[3-9]\d[ \-]?[*xX·•●○]{3,8}[ \-]?\d{0,4}(?!\d)|\d[\d\-]*\*{3,}\d*|\*{3,}\d+"
)


def find_private_phones(text: str) -> list[str]:
    """The mobile numbers in a text, as digits; a masked one as it stands."""
    plain = unicodedata.normalize("NFKC", text)
    for dash in "‐‑‒–—－":
        plain = plain.replace(dash, "-")
    found = [re.sub(r"\D", "", match[1]) for match in _MOBILE.finditer(read_digits(plain))]
    return found + [match[0] for match in _MASKED.finditer(plain)]
