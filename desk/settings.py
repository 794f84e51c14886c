"""Settings: environment `SEATMATE_*`, or `.env` beside the Makefile."""

import re
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.shelf import name_in_use

SHORTEST_SECRET = 16
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting has a default that works on one machine with no account."""

    model_config = SettingsConfigDict(
        env_prefix="SEATMATE_",
        env_file=ROOT / ".env",
        extra="ignore",
        # among what an error would show are tokens and secrets
        hide_input_in_errors=True,
    )

    host: str = Field("127.0.0.1", description="address the desk listens on")
    port: int = Field(8000, ge=1, le=65535, description="port of pages and API")
    bot_port: int = Field(5005, ge=1, le=65535, description="loopback port of Rasa")
    data_dir: Path = Field(ROOT / "var", description="everything made at run time lies here")
    profiles_dir: Path = Field(ROOT / "profiles", description="the folder of the profiles")
    training_data: Path = Field(
        ROOT / "training_data", description="what the bot is taught; the trainers add to it"
    )
    profile: str = Field("power", description="the default profile (a folder of profiles/)")
    encoder: str = Field("m3e-small", description="a name in knowledge/encoders.yml")
    database_url: str = Field(
        "", description="postgresql+asyncpg://…; empty means SQLite in data_dir"
    )
    redis_url: str = Field(
        "", description="redis://…, where several desks serve one database; empty means one desk"
    )
    bot_token: str = Field("", description="shared secret desk → Rasa; made at start when empty")
    action_token: str = Field("", description="shared secret Rasa → desk; made at start when empty")
    burst_window_s: float = Field(
        0.7, ge=0, le=10, description="lines sent within this many seconds are read together"
    )
    lines_a_minute: int = Field(
        0, ge=0, description="taken of one customer's page; 0 means as profiles/doors.yml says"
    )
    frame_ancestors: str = Field(
        "", description="other sites that may show the sidebar in a frame, as https://crm.example"
    )
    telegram_token: str = Field("", description="of @BotFather; empty means without Telegram")
    telegram_webhook: str = Field(
        "", description="https://…/telegram/webhook; empty means that the desk polls"
    )
    telegram_secret: str = Field(
        "", description="what Telegram must say at the webhook; made of the token when empty"
    )
    telegram_api: str = Field("https://api.telegram.org", description="where the Bot API is")
    telegram_proxy: str = Field("", description="a proxy on the way there, as http://10.0.0.1:3128")
    webhook_url: str = Field(
        "", description="where signed lines for another system go; empty means without one"
    )
    webhook_secret: str = Field("", description="what that system and the desk sign with")
    bot_timeout_s: float = Field(15.0, gt=0, description="seconds the desk waits for one turn")
    bot_patience_s: float = Field(
        45.0, ge=0, description="seconds a line waits for a bot that has just gone"
    )

    @field_validator("data_dir", "profiles_dir", "training_data")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        # the two processes run in another folder than the one the command was given in
        return folder.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _with_our_driver(cls, url: str) -> str:
        # as centres write it down elsewhere; SQLAlchemy would look for a driver that is not ours
        return re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", url)

    @field_validator("telegram_secret")
    @classmethod
    def _as_telegram_takes_it(cls, secret: str) -> str:
        if not re.fullmatch("[A-Za-z0-9_-]{0,256}", secret):
            raise ValueError("TELEGRAM_SECRET may hold letters, digits, _ and - only, at most 256")
        return secret

    @field_validator("telegram_webhook")
    @classmethod
    def _where_we_listen(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://.+/telegram/webhook", url):
            raise ValueError("TELEGRAM_WEBHOOK must be https://<your host>/telegram/webhook")
        return url

    @model_validator(mode="after")
    def _signs(self) -> Self:
        if self.webhook_url and len(self.webhook_secret) < SHORTEST_SECRET:
            raise ValueError(
                f"SEATMATE_WEBHOOK_SECRET must have at least {SHORTEST_SECRET} characters"
            )
        return self

    @property
    def database(self) -> str:
        """The URL of the database."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'seatmate.db'}"

    @property
    def bot_url(self) -> str:
        """Where Rasa listens, always on loopback."""
        return f"http://127.0.0.1:{self.bot_port}"

    @cached_property
    def encoder_dir(self) -> Path:
        """The folder of the adopted encoder in use; a choice made later holds from the next start.

        A tuned one chosen by `seatmate knowledge tune` or `encoder use` comes before ENCODER.
        """
        return self.encoders_dir / name_in_use(self.encoders_dir, self.encoder)

    @property
    def encoders_dir(self) -> Path:
        """The folder of all adopted encoders."""
        return self.data_dir / "encoders"
