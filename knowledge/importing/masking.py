"""Personal data out of texts: phones, identity and bank cards, plates, names; never a hotline."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers
import rjieba

from knowledge.importing.rules import MaskingRules

CLAUSE_ENDS = "。；;\n"
NOT_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One piece of personal data: what it is, as it stood and as it stands now."""

    what: str
    before: str
    after: str


class Masker:
    """Masks by rules/masking.yml; `public` are a centre's own numbers, which stay."""

    def __init__(self, rules: MaskingRules, public: frozenset[str] = frozenset()) -> None:
        self._rules = rules
        self._public = {NOT_DIGITS.sub("", number) for number in public}
        surname = "|".join([*map(re.escape, rules.compound_surnames), f"[{rules.surnames}]"])
        self._name = rf"(?P<surname>{surname})(?P<given>[\u4e00-\u9fff]{{1,2}})"
        labels = "|".join(map(re.escape, rules.name_labels))
        numbers = "|".join(map(re.escape, rules.number_words))
        self._number_word = re.compile(rf"(?:{numbers})[^\d\n]{{0,3}}$")
        self._labelled = re.compile(
            rf"(?P<before>(?:{labels})\s*[:：]\s*){self._name}"
            rf"(?=[^\u4e00-\u9fff\d]|$|{numbers}|\d+-?\*)"
        )
        self._beside_number = re.compile(
            rf"(?P<before>(?<![\u4e00-\u9fff])){self._name}"
            rf"(?=\s*[（(:：,，、]?\s*(?:{numbers})?\s*[:：]?\s*[（(]?(?:\d{{2,4}}-?\*{{2}}|\*{{4,}}\d))"
        )
        self._titles = re.compile("|".join(rules.person_titles + rules.post_titles))

    def mask(self, text: str, *, context: str = "") -> tuple[str, list[Found]]:
        """The text with personal data masked, and what was; `context` is the text's title."""
        found: list[Found] = []

        def cover(what: str) -> Callable[[re.Match[str]], str]:
            return lambda match: self._covered(what, match, found)

        rules = self._rules
        text = rules.identity.sub(cover("identity"), text)
        text = rules.old_identity.sub(cover("identity"), text)
        text = rules.labelled_card.sub(cover("card"), text)
        text = rules.card.sub(cover("card"), text)
        text = rules.mobile.sub(cover("mobile"), text)
        for pattern in (rules.landline, rules.short_landline):
            text = self._mask_landlines(text, pattern, context, found)
        text = rules.plate.sub(cover("plate"), text)
        for pattern in (self._labelled, self._beside_number):
            text = pattern.sub(lambda match: self._covered_name(match, found), text)
        return self._with_short_names(text, found), found

    def is_masked(self, text: str) -> bool:
        """Whether something was masked in this text, and so a person should decide about it."""
        return bool(self._rules.masked.search(text))

    def holds_private_data(self, text: str, *, context: str = "") -> bool:
        """Whether a text names a private number, card or plate in the open, or masked."""
        masked, _ = self.mask(text, context=context)
        return self.is_masked(masked)

    def _covered(self, what: str, match: re.Match[str], found: list[Found]) -> str:
        """The match with all but its head and tail as stars; unchanged if it is no such thing."""
        whole = match.group()
        # a label that was needed to recognise the number stays as it is
        start = match.start(1) - match.start()
        number = whole[start:]
        bare = re.sub(r"[^\w]", "", number)
        if bare in self._public or not _IS_ONE.get(what, _always)(whole, bare):
            return whole
        head, tail = self._rules.shown[what]
        hidden = max(len(bare) - head - tail, 3)
        after = bare[:head] + "*" * hidden + bare[len(bare) - tail :]
        found.append(Found(what=self._rules.names[what], before=number, after=after))
        return whole[:start] + after

    def _mask_landlines(
        self, text: str, pattern: re.Pattern[str], context: str, found: list[Found]
    ) -> str:
        def covered(match: re.Match[str]) -> str:
            digits = NOT_DIGITS.sub("", match.group())
            has_area = match.re is self._rules.landline
            is_named = self._number_word.search(text[: match.start()])
            if has_area and not is_named and not _is_landline("".join(match.groups())):
                return match.group()
            if digits in self._public or self._is_public(text, match.start(), context):
                return match.group()
            whole, tail = match.group(), self._rules.shown["landline"][1]
            number = match.group(match.re.groups)
            area = f"{match.group(1)}-" if has_area else ""
            after = area + "*" * (len(number) - tail) + number[-tail:]
            start = 0 if has_area else match.start(1) - match.start()
            name = self._rules.names["landline"]
            found.append(Found(what=name, before=whole[start:], after=after))
            return whole[:start] + after

        return pattern.sub(covered, text)

    def _is_public(self, text: str, start: int, context: str) -> bool:
        """Whether the words before a number say that it is a centre's, not a person's."""
        window = text[max(0, start - self._rules.public_distance) : start]
        clause = re.split(f"[{CLAUSE_ENDS}]", window)[-1]
        if any(label in clause for label in self._rules.name_labels):
            return False
        words = self._rules.public_words
        return any(word in clause for word in words) or any(word in context for word in words)

    def _covered_name(self, match: re.Match[str], found: list[Found]) -> str:
        name = match["surname"] + match["given"]
        is_title = self._titles.match(match["given"])
        if is_title or any(name.startswith(word) for word in self._rules.not_names):
            return match.group()
        after = self._rules.masked_name.format(surname=match["surname"])
        found.append(Found(what=self._rules.names["person"], before=name, after=after))
        return match["before"] + after

    def _with_short_names(self, text: str, found: list[Found]) -> str:
        """张建国经理 becomes 张经理: what a customer may be told."""
        if not self._titles.search(text):
            return text
        words: list[str] = []
        for word, tag, following in _tagged(text):
            if tag.startswith("nr") and len(word) > 1 and self._titles.match(following):
                surname = self._surname(word)
                found.append(Found(what=self._rules.names["person"], before=word, after=surname))
                words.append(surname)
            else:
                words.append(word)
        return "".join(words)

    def _surname(self, name: str) -> str:
        compound = (each for each in self._rules.compound_surnames if name.startswith(each))
        return next(compound, name[0])


def _tagged(text: str) -> Iterator[tuple[str, str, str]]:
    """Each word, its part of speech, and what follows it."""
    place = 0
    for word, tag in rjieba.tag(text):
        place += len(word)
        yield word, tag, text[place : place + 4]


def _always(whole: str, bare: str) -> bool:
    return True


def _is_card(whole: str, bare: str) -> bool:
    """Luhn's check digit; a number behind a word for it needs no proof."""
    if not whole[0].isdigit():
        return True
    digits = [int(letter) for letter in reversed(bare)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(digits) >= 15 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_plate(whole: str, bare: str) -> bool:
    return sum(letter.isdigit() for letter in bare) >= 2


def _is_landline(digits: str) -> bool:
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


_IS_ONE: dict[str, Callable[[str, str], bool]] = {"card": _is_card, "plate": _is_plate}
