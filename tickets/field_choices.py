"""Whether what staff put into a ticket's fields is one of the choices there are. Pure."""

from collections.abc import Mapping

from tickets.profile import Profile
from tickets.ticket import NotInProfile


def check_choices(
    fields: Mapping[str, str], profile: Profile, *, kept: Mapping[str, str] | None = None
) -> None:
    """Raises `NotInProfile` when a field that is chosen holds what can not be chosen.

    Routing and events compare such values with the profile's: another word would be taken for
    nothing, and nobody would see why. What a ticket has `kept` already may stay, though the centre
    has renamed its choices since; so may the button by which a customer leaves the field out.
    """
    kept = kept or {}
    for name, value in fields.items():
        field = profile.fields.get(name)
        if field is None or not field.choices or value in ("", field.skip, kept.get(name)):
            continue
        titles = [choice.title for choice in field.choices]
        if value not in titles:
            raise NotInProfile(f"{name} is one of {', '.join(titles)}; not {value!r}")
