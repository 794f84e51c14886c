"""Bytes to text: what Chinese offices save is UTF-8, UTF-16 with its mark, or GBK."""

from knowledge.importing.paper import ImportRefused, Refusal

# what the GBK family calls its frequent characters: the first plane of GB 2312
FREQUENT = (0xB0, 0xD7)
LEAST_FREQUENT = 0.6
HAN = ("\u4e00", "\u9fff")


def decode(content: bytes, name: str) -> str:
    """The text of a file, without byte order mark and with plain line ends."""
    text = _decode(content, name)
    if "\0" in text:
        raise ImportRefused(Refusal.NUL_BYTES, name)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decode(content: bytes, name: str) -> str:
    is_marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if is_marked else ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # almost any bytes are GB 18030; only common characters show that they were meant so
        if encoding != "gb18030" or _is_everyday_chinese(text):
            return text
    raise ImportRefused(Refusal.UNKNOWN_ENCODING, name)


def _is_everyday_chinese(text: str) -> bool:
    han = [letter for letter in text if HAN[0] <= letter <= HAN[1]]
    frequent = sum(_is_frequent(letter) for letter in han)
    return bool(han) and frequent >= LEAST_FREQUENT * len(han)


def _is_frequent(letter: str) -> bool:
    try:
        first = letter.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return FREQUENT[0] <= first <= FREQUENT[1]
