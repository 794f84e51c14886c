"""Texts without personal data, for who serves no customer and for what is kept to learn from."""

from collections.abc import Callable

from conversations.moments import without_private
from knowledge.importing.masking import Masker
from knowledge.importing.rules import load_rules
from tickets.place_labels import PlaceLabeller

Mask = Callable[[str], str]


def make_mask(labeller: PlaceLabeller | None = None) -> Mask:
    """What covers numbers, places, names and accounts in a text."""
    masker = Masker(load_rules().masking)
    return lambda text: without_private(masker.mask(text)[0], labeller)
