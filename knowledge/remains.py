"""What masking leaves in a line, 138****8000 or 〔户号〕, which no corpus should hold. Pure."""

import re

# a year or a number in such brackets is a document's: 发改价格〔2023〕5号
_REMAINS = re.compile(r"〔[^〕\d]*〕|(?:[0-9A-Za-z-]+|\w)?\*{2,}[0-9A-Za-z-]*")


def find_remains(text: str) -> list[str]:
    """Every piece, as it stands."""
    return _REMAINS.findall(text)


def without_remains(text: str) -> str:
    """The line without them, and without the punctuation that began it; empty for nothing else."""
    return " ".join(_REMAINS.sub("", text).split()).lstrip("，,、。；;：:！!？? ")
