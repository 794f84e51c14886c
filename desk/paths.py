"""Where things made at run time lie, all under DATA_DIR."""

from dataclasses import dataclass
from pathlib import Path

from desk.settings import ROOT, Settings

# what a model is made from; its channel, its endpoints and its store may change without training
BOT_INPUTS = ("config.yml", "bot/domain", "bot/components", "training_data")
# the bot is examined with these and never taught them
HELD_OUT = ROOT / "tests" / "bot" / "heldout" / "nlu.yml"
# by these its settings were chosen
CHOSEN_BY = ROOT / "tests" / "bot" / "heldout" / "tuning.yml"
BOT_PYTHON = ROOT / ".venv-bot" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Paths:
    """Folders and files of one installation."""

    data: Path

    @classmethod
    def of(cls, settings: Settings) -> "Paths":
        """The paths under this installation's DATA_DIR."""
        return cls(settings.data_dir)

    @property
    def models(self) -> Path:
        """Archives this installation trained; no others are ever loaded."""
        return self.data / "bot" / "models"

    @property
    def bot_tmp(self) -> Path:
        """Rasa's own TMPDIR: jieba keeps a marshalled cache there that nobody else may write."""
        return self.data / "bot" / "tmp"

    @property
    def trackers(self) -> Path:
        """Rasa's memory of conversations."""
        return self.data / "bot" / "trackers.db"

    @property
    def danger_net(self) -> Path:
        """What was learnt of how dangers sound."""
        return self.data / "dangers" / "net.npz"

    @property
    def draft_net(self) -> Path:
        """What was learnt of how drafts offend."""
        return self.data / "drafts" / "net.npz"

    @property
    def attachments(self) -> Path:
        """Files of tickets; nothing of it is served as it lies there."""
        return self.data / "attachments"

    @property
    def place_labeller(self) -> Path:
        """What was learnt of how addresses are told."""
        return self.data / "places" / "labels.crf"

    @property
    def logs(self) -> Path:
        """What the processes write."""
        return self.data / "log"

    @property
    def lessons_lock(self) -> Path:
        """Held while lessons are written into the training data."""
        return self.data / "lessons.lock"

    @property
    def stamps(self) -> Path:
        """What was done from which inputs, so that it is not done again."""
        return self.data / "stamps"

    @property
    def lock(self) -> Path:
        """Held while a supervisor runs on this folder."""
        return self.data / "running.lock"
