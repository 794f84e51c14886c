"""A line as the bot and the search read it: plain signs, simplified characters, terms put right.

What the customer wrote is kept as it was in the conversation and on tickets; this is for
understanding only. Pure.
"""

import itertools
import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC
from pypinyin import lazy_pinyin
from rjieba import cut, has_word

from tickets.profile import Profile

_SIMPLIFY = OpenCC("t2s")
# they end a clause and are part of no term: 没有电呀 is about no 电压
_PARTICLES = frozenset("呀啊呢吧吗嘛哦呗哈嘞了的咯喽哟")
# "Tower 5 Room 1203", as people write who live in such a place
_ENGLISH_UNITS = [
    (re.compile(rf"(?<![a-z])(?:{names})\.?\s?([a-z]?\d{{1,4}})(?![a-z\d])\s?", re.I), word)
    for names, word in (
        ("tower|building|bldg|block", "栋"),
        ("unit|entrance", "单元"),
        ("floor", "楼"),
        ("room|rm|flat|apt", "室"),
    )
]


def plain(text: str, profile: Profile) -> str:
    """The line in half-width signs and simplified characters, its misspelt terms put right.

    Words of dialects become those of the standard language. Punctuation stays: the bot was taught
    with Chinese punctuation.
    """
    level = "".join(
        unicodedata.normalize("NFKC", character) if character.isalnum() else character
        for character in text
    )
    text = put_right("".join(map(_simple, level)), tuple(profile.terms)).strip()
    for shape, word in _ENGLISH_UNITS:
        text = shape.sub(rf"\1{word}", text)
    return _dialect_words(tuple(profile.dialect)).sub(lambda word: profile.dialect[word[0]], text)


def put_right(text: str, terms: tuple[str, ...]) -> str:
    """The text with the profile's terms where characters of the same sound were typed.

    `停点` becomes `停电`. A stretch that is itself a word of the language is left alone, and so is
    one that cuts a word in two: `3号楼电梯` holds no `漏电`.
    """
    if text.isascii():
        return text
    sounds, by_sound = _sounds(text), _by_sound(terms)
    edges = {0, *itertools.accumulate(map(len, cut(text)))}
    longest = max(map(len, by_sound), default=0)
    kept: list[str] = []
    start = 0
    while start < len(text):
        for end in range(min(start + longest, len(text)), start + 1, -1):
            stretch, term = text[start:end], by_sound.get(sounds[start:end])
            is_whole = {start, end} <= edges and not _PARTICLES & set(stretch)
            is_slip = is_whole and not has_word(stretch)
            if term is not None and (stretch == term or is_slip):
                kept.append(term)
                start = end
                break
        else:
            kept.append(text[start])
            start += 1
    return "".join(kept)


@lru_cache(maxsize=16)
def _dialect_words(words: tuple[str, ...]) -> re.Pattern[str]:
    # the longest first; without any, what matches nowhere
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))) or "(?!)")


@lru_cache(maxsize=8192)
def _simple(sign: str) -> str:
    # sign by sign: by phrases OpenCC reads 打坏 as 打坯
    return str(_SIMPLIFY.convert(sign))


def _sounds(text: str) -> tuple[str, ...]:
    # sign by sign: the same character must sound the same in a term and in a line
    return tuple(map(_sound, text))


@lru_cache(maxsize=8192)
def _sound(sign: str) -> str:
    return lazy_pinyin(sign)[0]


@lru_cache(maxsize=16)
def _by_sound(terms: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    return {_sounds(term): term for term in reversed(terms)}
