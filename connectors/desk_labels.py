"""How the agents' pages call things, and what whoever is signed in may do there."""

from collections.abc import Mapping
from typing import Any

from connectors.desk_view import Desktop
from connectors.from_talk import kinds_of
from conversations.people import Staff
from conversations.rights import RIGHTS
from tickets.limits import Limits
from tickets.profile import Profile


def labels_data(desk: Desktop, member: Staff) -> dict[str, Any]:
    """Kinds, states and fields by name; what is each centre's own; the role's rights."""
    default, profiles = desk.centres.get(None), desk.profiles
    limits = {name: desk.terms[name].limits for name in profiles if name in desk.terms}
    return {
        "me": member.name,
        "role": member.role,
        "rights": sorted(RIGHTS[member.role]),
        "default": default.name,
        "kinds": default.kind_labels,
        "states": default.state_labels,
        "fields": _fields(profiles),
        "departments": {name: each.departments for name, each in limits.items()},
        "posts": {name: each.roles for name, each in limits.items()},
        "areas": {name: each.areas for name, each in limits.items()},
        "classes": {name: _classes(each) for name, each in limits.items()},
        "actors": dict(desk.actors),
        "centres": [
            {"name": each.name, "title": each.title, "kinds": kinds_of(each)}
            for each in profiles.values()
        ],
    }


def _classes(limits: Limits) -> dict[str, dict[str, str]]:
    """What the classes of each kind are called."""
    return {
        str(kind): {each.id: each.title for each in classes}
        for kind, classes in limits.classes.items()
    }


def _fields(profiles: Mapping[str, Profile]) -> dict[str, str]:
    """What a field is called where the kind of a ticket does not ask for it."""
    found: dict[str, str] = {}
    for profile in profiles.values():
        found |= profile.field_labels | {
            name: field.label for name, field in profile.fields.items()
        }
    return found
