"""A process that publishes the small corpus once and may be told to die, or to run out of disk.

`python publish_once.py DATA_DIR [--die-at STEP] [--largest-file BYTES]`
"""

import argparse
import asyncio
import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from desk.database import Database
from desk.settings import Settings
from knowledge.encoder import OnnxEncoder, Vectors
from knowledge.entry import KnowledgeError
from knowledge.indexes.cache import IndexCache
from knowledge.publishing import Publisher, Step
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import labelled_questions

INDEXING = "indexing"


class DyingEncoder(OnnxEncoder):
    """The real encoder, in a process that is killed while it encodes the entries."""

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_texts(texts)


async def publish(data_dir: Path, die_at: str) -> None:
    """Publish what is approved; killed after the step of this name."""

    def watch(step: Step) -> None:
        if step == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    folder = Settings().encoder_dir
    encoder = DyingEncoder(folder) if die_at == INDEXING else OnnxEncoder(folder)
    database = Database(f"sqlite+aiosqlite:///{data_dir / 'test.db'}")
    publisher = Publisher(
        write=database.write,
        read=database.read,
        indexes=IndexCache(data_dir / "indexes"),
        on_step=watch,
    )
    questions = labelled_questions()
    try:
        await publisher.publish(
            "power",
            encoder=encoder,
            labelled=questions,
            tests=questions[:5],
            author="小陈",
            now=SATURDAY_MORNING,
        )
    finally:
        await database.close()


def main() -> None:
    """As the command line does: one sentence for an expected failure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--die-at", default="")
    parser.add_argument("--largest-file", type=int, default=0)
    given = parser.parse_args()
    if given.largest_file:
        # as on a full disk: writing further fails
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.largest_file, given.largest_file))
    try:
        asyncio.run(publish(given.data_dir, given.die_at))
    except KnowledgeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
