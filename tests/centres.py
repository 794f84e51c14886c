"""What the delivered centres' files say, read once for all tests: nobody changes it."""

from collections.abc import Mapping
from functools import cache

from conversations.drafts import load_checks
from conversations.etiquette import DraftCheck
from desk.settings import ROOT
from tickets.profile import Profile, load_profile
from tickets.terms import Terms, load_terms

FOLDER = ROOT / "profiles"


@cache
def read_profile(name: str) -> Profile:
    """One centre."""
    return load_profile(FOLDER / name)


@cache
def read_terms(*names: str) -> Mapping[str, Terms]:
    """The limits and hours of these centres."""
    return load_terms(FOLDER, {name: read_profile(name).timezone for name in names})


@cache
def read_checks(*names: str) -> Mapping[str, DraftCheck]:
    """The etiquette of these centres, by their wordings alone."""
    profiles = {name: read_profile(name) for name in names}
    return load_checks(FOLDER, profiles, read_terms(*names))
