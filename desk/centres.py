"""The centres that this desk serves."""

from desk.settings import Settings
from tickets.profile import Profile, load_profile


def load_profiles(settings: Settings) -> dict[str, Profile]:
    """Every profile folder; the default one must be among them."""
    folders = [path.parent for path in sorted(settings.profiles_dir.glob("*/profile.yml"))]
    profiles = {folder.name: load_profile(folder) for folder in folders}
    if settings.profile not in profiles:
        raise ValueError(
            f"PROFILE is {settings.profile!r}; there are: {', '.join(profiles) or 'none'}"
        )
    return profiles
