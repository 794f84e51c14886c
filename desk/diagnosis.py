"""`seatmate doctor`: what is ready, what is not, and what to do about it."""

import json
import sys

from sqlalchemy.exc import SQLAlchemyError

from desk.database import open_database
from desk.door_diagnosis import diagnose_doors
from desk.findings import Finding
from desk.paths import BOT_PYTHON, Paths
from desk.settings import Settings
from knowledge.encoder import CARD_FILE, EncoderError, OnnxEncoder, get_spec
from knowledge.store import KnowledgeStore


async def diagnose(settings: Settings) -> list[Finding]:
    """Look at every part without starting anything."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    bot = BOT_PYTHON.exists()
    return [
        Finding(sys.version_info >= (3, 11), f"desk Python {version} (3.11 or newer is needed)"),
        Finding(bot, "bot environment .venv-bot" + ("" if bot else " is missing: make setup")),
        _encoder(settings),
        _licence(settings),
        await _publication(settings),
        _model(settings),
        *await diagnose_doors(settings),
    ]


def _encoder(settings: Settings) -> Finding:
    try:
        encoder = OnnxEncoder(settings.encoder_dir)
    except EncoderError as error:
        return Finding(False, f"encoder: {error}")
    return Finding(True, f"encoder {encoder.fingerprint}")


def _licence(settings: Settings) -> Finding:
    card = settings.encoder_dir / CARD_FILE
    if card.is_file():
        return Finding(True, f"encoder licence: {json.loads(card.read_text())['licence']}")
    return Finding(True, f"encoder licence: {get_spec(settings.encoder).licence}")


async def _publication(settings: Settings) -> Finding:
    try:
        async with open_database(settings.database) as database, database.read() as connection:
            store = KnowledgeStore(connection)
            no = (await store.live_numbers()).get(settings.profile)
            if no is None:
                return Finding(False, f"{settings.profile}: nothing published: seatmate setup")
            publication = await store.get_publication(no)
    except SQLAlchemyError as error:
        return Finding(False, f"database: {error}. Run: seatmate setup")
    hits = publication.figures["ours"]["hit@1"]
    when = publication.published_at.astimezone().strftime("%Y-%m-%d %H:%M")
    return Finding(True, f"{settings.profile}: publication {no} of {when}, hit@1 {hits:.3f}")


def _model(settings: Settings) -> Finding:
    archives = list(Paths.of(settings).models.glob("bot-*.tar.gz"))
    return Finding(
        bool(archives), f"{len(archives)} trained bot models in {Paths.of(settings).models}"
    )
