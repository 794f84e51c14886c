"""Settings: defaults that work with no account, and what the environment changes."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from desk.settings import ROOT, Settings
from knowledge.encoder import list_encoders


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SEATMATE_{name.upper()}", raising=False)


def settings() -> Settings:
    return Settings(_env_file=None)


class TestDefaults:
    def test_listen_to_this_machine_alone(self) -> None:
        assert (settings().host, settings().port) == ("127.0.0.1", 8000)

    def test_keep_everything_in_var(self) -> None:
        assert settings().data_dir == ROOT / "var"
        assert settings().database == f"sqlite+aiosqlite:///{ROOT / 'var' / 'seatmate.db'}"

    def test_name_a_profile_and_an_encoder_that_exist(self) -> None:
        assert (settings().profiles_dir / settings().profile / "profile.yml").is_file()
        assert settings().encoder in list_encoders()


class TestEnvironment:
    def test_moves_everything_made_at_run_time(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("SEATMATE_DATA_DIR", str(tmp_path))

        assert settings().database == f"sqlite+aiosqlite:///{tmp_path / 'seatmate.db'}"
        assert settings().encoder_dir == tmp_path / "encoders" / "m3e-small"

    @pytest.mark.parametrize("scheme", ["postgresql+asyncpg", "postgresql", "postgres"])
    def test_names_another_database(self, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
        monkeypatch.setenv("SEATMATE_DATABASE_URL", f"{scheme}://desk@db/seatmate")

        assert settings().database == "postgresql+asyncpg://desk@db/seatmate"

    def test_leaves_the_bot_on_loopback_when_the_desk_is_opened_to_others(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SEATMATE_HOST", "0.0.0.0")
        monkeypatch.setenv("SEATMATE_BOT_PORT", "5055")

        assert settings().bot_url == "http://127.0.0.1:5055"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "0"),
            ("PORT", "65536"),
            ("PORT", "八千"),
            ("BOT_PORT", "-1"),
            ("BOT_TIMEOUT_S", "0"),
        ],
    )
    def test_is_refused_where_it_makes_no_sense(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(f"SEATMATE_{name}", value)

        with pytest.raises(ValidationError, match=name.lower()):
            settings()


class TestEnvFile:
    @pytest.fixture
    def env_file(self, tmp_path: Path) -> Path:
        path = tmp_path / ".env"
        path.write_text("SEATMATE_PORT=8123\nSEATMATE_OF_ANOTHER_VERSION=1\nPATH=/nowhere\n")
        return path

    def test_is_read_and_what_is_unknown_in_it_left_alone(self, env_file: Path) -> None:
        assert Settings(_env_file=env_file).port == 8123

    def test_gives_way_to_the_environment(
        self, env_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SEATMATE_PORT", "8456")

        assert Settings(_env_file=env_file).port == 8456
