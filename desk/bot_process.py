"""How the two processes are started: commands and environments."""

import os
import sys
from pathlib import Path

from desk.paths import BOT_PYTHON, Paths
from desk.settings import ROOT, Settings


def bot_environment(settings: Settings) -> dict[str, str]:
    """Rasa's environment: its secrets, its folders, one thread, no telemetry."""
    paths = Paths.of(settings)
    paths.bot_tmp.mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "SEATMATE_BOT_TOKEN": settings.bot_token,
        "SEATMATE_ACTION_TOKEN": settings.action_token,
        "SEATMATE_ACTIONS_URL": f"http://127.0.0.1:{settings.port}/actions/webhook",
        "SEATMATE_BOT_DB": str(paths.trackers),
        "SEATMATE_BOT_MODELS": str(paths.models),
        "SEATMATE_ENCODER_DIR": str(settings.encoder_dir),
        "TMPDIR": str(paths.bot_tmp),
        "MPLCONFIGDIR": str(paths.bot_tmp),
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


def bot_command(settings: Settings, archive: Path) -> list[str]:
    """Rasa on loopback, one channel, no management API."""
    command = [str(BOT_PYTHON), "-m", "rasa", "run", "--model", str(archive)]
    command += ["--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml"]
    return [*command, "--interface", "127.0.0.1", "--port", str(settings.bot_port)]


def desk_environment(settings: Settings) -> dict[str, str]:
    """The desk's environment: the supervisor's own settings, one thread for the encoder."""
    return {
        **os.environ,
        "SEATMATE_BOT_TOKEN": settings.bot_token,
        "SEATMATE_ACTION_TOKEN": settings.action_token,
        "SEATMATE_HOST": settings.host,
        "SEATMATE_PORT": str(settings.port),
        "SEATMATE_BOT_PORT": str(settings.bot_port),
        "SEATMATE_DATA_DIR": str(settings.data_dir),
        "SEATMATE_PROFILES_DIR": str(settings.profiles_dir),
        "SEATMATE_TRAINING_DATA": str(settings.training_data),
        "SEATMATE_PROFILE": settings.profile,
        "SEATMATE_ENCODER": settings.encoder,
        "SEATMATE_DATABASE_URL": settings.database_url,
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
    }


def desk_command() -> list[str]:
    """The desk process."""
    return [sys.executable, "-m", "desk", "serve"]
