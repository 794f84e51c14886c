"""What `make setup` made, lent to a data folder of a test's own."""

import shutil
from pathlib import Path

# kept by what they were made from: a desk of another centre only adds to them
ADDED_TO = ("encoders", "indexes")
# one file each, which a desk of another centre learns anew: through a link it would replace ours
LEARNT = {"dangers": "danger-net", "drafts": "draft-net", "places": "place-labeller"}


def lend(made: Path, folder: Path, *, linked: tuple[str, ...] = ADDED_TO) -> None:
    """Link what is only added to, copy what is learnt, with the stamps that tell from what."""
    (folder / "stamps").mkdir(parents=True)
    for name in linked:
        (made / name).mkdir(exist_ok=True)
        (folder / name).symlink_to(made / name)
    for name, stamp in LEARNT.items():
        if (made / "stamps" / stamp).is_file() and (made / name).is_dir():
            shutil.copytree(made / name, folder / name)
            shutil.copy(made / "stamps" / stamp, folder / "stamps")
    shutil.copytree(made / "bot" / "models", folder / "bot" / "models")
