"""What is learnt at set-up for finding addresses."""

import tempfile
from pathlib import Path

from conversations.reading import plain
from desk.paths import Paths
from desk.settings import ROOT, Settings
from desk.steps import Say, Stamp
from tickets.profile import load_profile

# how customers tell where they are
SAID = "addresses_said.yml"
DESCRIBED_BY = ("place_labels.py", "place_parts.py", "place_words.yml", "places.py")


def ensure_place_labeller(settings: Settings, *, say: Say) -> None:
    """Learn how addresses are told, when the lines changed."""
    said_file, path = settings.profiles_dir / SAID, Paths.of(settings).place_labeller
    # what a line is described by is learnt with: another description, another model
    described = [ROOT / "tickets" / name for name in DESCRIBED_BY]
    stamp = Stamp(Paths.of(settings).stamps / "place-labeller", [said_file, *described])
    if path.is_file() and stamp.is_fresh():
        return
    say("learning how addresses are told")
    # only needed when something is learnt
    from tickets.place_fitting import fit_labeller, read_said

    profile = load_profile(settings.profiles_dir / settings.profile)
    lines = [plain(line, profile) for line in read_said(said_file).lines()]
    with tempfile.TemporaryDirectory() as folder:
        fit_labeller(lines, folder=Path(folder)).save(path)
    stamp.write()
