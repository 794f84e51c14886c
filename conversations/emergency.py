"""Dangers, recognised before any model and in any state. Pure; the words come from the profile."""

import re
import unicodedata

from tickets.profile import Emergency, Profile

_CLAUSES = re.compile(r"[,，.。;；!?、:…~]+")


def find_emergency(text: str, profile: Profile) -> Emergency | None:
    """The first emergency of the profile that the text tells of.

    Recall comes first: a false alarm costs a sentence, a miss may cost a life. Only clauses that
    are plainly general questions ("how do I prevent …") are left out.
    """
    level = "".join(unicodedata.normalize("NFKC", text).lower().split())
    # kept apart, so that no sign is read across the end of a clause
    plain = ";".join(
        clause
        for clause in _CLAUSES.split(level)
        if not any(word in clause for word in profile.asking_words)
    )
    return next((danger for danger in profile.emergencies if _tells_of(plain, danger)), None)


def _tells_of(plain: str, danger: Emergency) -> bool:
    for word in danger.unless:
        plain = plain.replace(word, "")
    return all(any(word in plain for word in group) for group in danger.signs)
