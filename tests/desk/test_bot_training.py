"""Which bot a start serves, without training one."""

import shutil
from pathlib import Path

import pytest

from conversations.archives import Serving
from conversations.bot_exam import NotTrained
from desk import bot_training
from desk.bot_training import archives_of, ensure_trained, held_out_lines, inputs_of
from desk.clock import now
from desk.paths import Paths
from desk.settings import ROOT, Settings
from tests.archives import make_archive


@pytest.fixture
def centre(tmp_path: Path) -> Settings:
    """A bot that is taught what ours is, in a folder where nothing was trained."""
    taught = tmp_path / "training_data"
    shutil.copytree(ROOT / "training_data", taught)
    settings = Settings(_env_file=None, data_dir=tmp_path / "var", training_data=taught)
    settings.encoder_dir.mkdir(parents=True)
    Paths.of(settings).models.mkdir(parents=True)
    return settings


def trained(settings: Settings, name: str) -> Path:
    path = Paths.of(settings).models / name
    make_archive(path, f"model of {name}")
    archives_of(settings).record(name, inputs=inputs_of(settings), at=now())
    return path


def chosen(settings: Settings, name: str, *, inputs: str) -> None:
    archives_of(settings).choose(Serving(archive=name, inputs=inputs, at="", by="小陈"))


class TestEnsureTrained:
    def test_serves_what_was_chosen_while_nothing_else_changed(self, centre: Settings) -> None:
        path = trained(centre, "chosen.tar.gz")
        chosen(centre, "chosen.tar.gz", inputs=inputs_of(centre))

        assert ensure_trained(centre, say=print) == path

    def test_serves_what_was_trained_from_new_inputs(self, centre: Settings) -> None:
        trained(centre, "chosen.tar.gz")
        chosen(centre, "chosen.tar.gz", inputs="of last year")
        fresh = trained(centre, f"bot-{inputs_of(centre)[:16]}.tar.gz")

        assert ensure_trained(centre, say=print) == fresh
        serving = archives_of(centre).serving()
        assert serving is not None
        assert serving.archive == fresh.name

    def test_trains_anew_instead_of_serving_an_archive_that_is_on_no_list(
        self, centre: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_archive(Paths.of(centre).models / f"bot-{inputs_of(centre)[:16]}.tar.gz", "strange")
        monkeypatch.setattr(bot_training, "BOT_PYTHON", Path("/nowhere"))

        with pytest.raises(NotTrained, match="make setup"):
            ensure_trained(centre, say=print)

    def test_tells_where_the_reason_is_when_rasa_fails(
        self, centre: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bot_training, "BOT_PYTHON", Path("/bin/false"))

        with pytest.raises(NotTrained, match=r"training\.log"):
            ensure_trained(centre, say=print)


def test_the_held_out_lines_are_of_every_intent_that_is_taught(centre: Settings) -> None:
    assert len({line.intent for line in held_out_lines(centre)}) >= 20
