"""A line as the bot and the search read it: plain signs, simplified characters, terms put right.

What the customer wrote is kept as it was in the conversation and on tickets; this is for
understanding only. Pure.
"""

import unicodedata
from functools import lru_cache

from opencc import OpenCC
from pypinyin import lazy_pinyin
from rjieba import has_word

from tickets.profile import Profile

_SIMPLIFY = OpenCC("t2s")


def plain(text: str, profile: Profile) -> str:
    """The line in half-width signs and simplified characters, its misspelt terms put right.

    Punctuation stays: the bot was taught with Chinese punctuation.
    """
    level = "".join(
        unicodedata.normalize("NFKC", character) if character.isalnum() else character
        for character in text
    )
    return put_right(_SIMPLIFY.convert(level), tuple(profile.terms)).strip()


def put_right(text: str, terms: tuple[str, ...]) -> str:
    """The text with the profile's terms where characters of the same sound were typed.

    `停点` becomes `停电`. A stretch that is itself a word of the language is left alone.
    """
    if text.isascii():
        return text
    sounds, by_sound = _sounds(text), _by_sound(terms)
    longest = max(map(len, by_sound), default=0)
    kept, start = [], 0
    while start < len(text):
        for length in range(min(longest, len(text) - start), 1, -1):
            stretch = text[start : start + length]
            term = by_sound.get(sounds[start : start + length])
            if term is not None and (stretch == term or not has_word(stretch)):
                kept.append(term)
                start += length
                break
        else:
            kept.append(text[start])
            start += 1
    return "".join(kept)


def _sounds(text: str) -> tuple[str, ...]:
    # one sound a character; what has none stands for itself
    return tuple(lazy_pinyin(text, errors=list))


@lru_cache(maxsize=16)
def _by_sound(terms: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    return {_sounds(term): term for term in reversed(terms)}
