"""A publication under a load of queries; `python -m benchmarks.publishing [--entries 10000]`.

One process answers questions without a pause while another publishes the next version of every
entry and the first one swaps it in. Printed: queries that failed, answers that mixed two versions
(both must be 0), and how much slower the 95th percentile became.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, product
from pathlib import Path

from desk.database import Database, migrate
from desk.settings import Settings
from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry, EntryKind
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.publishing import Publisher
from knowledge.service import Knowledge
from knowledge.store import KnowledgeStore

PLACES = [
    f"{district}{road}{number}号"
    for district in ("东湖区", "西山区", "南塘镇", "北桥镇")
    for road in ("幸福路", "光明路", "和平街", "长青巷", "文化路")
    for number in range(1, 26)
]
THINGS = ("停电", "电费", "过户", "电表", "电压", "充电桩", "报装", "抢修", "发票", "光伏")
ASKS = ("怎么办", "找谁")
OTHERS = ("红烧肉怎么做", "今天天气怎么样", "股票怎么开户", "讲个笑话", "机票怎么订", "孩子发烧")
ASKERS = 4
REST_S = 20.0
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass
class Load:
    """What the askers have seen."""

    texts: Sequence[str]
    milliseconds: list[float] = field(default_factory=list)
    failed: int = 0
    mixed: int = 0
    versions: set[int] = field(default_factory=set)
    is_over: bool = False

    async def ask(self, knowledge: Knowledge, first: int) -> None:
        """Ask one question after the other until it is over."""
        at = first
        while not self.is_over:
            begun = time.perf_counter()
            try:
                found = await knowledge.search(
                    self.texts[at % len(self.texts)], profile="power", count=5
                )
            except Exception:
                self.failed += 1
            else:
                versions = {each.entry.version for each in found.candidates}
                self.mixed += len(versions) > 1
                self.versions |= versions
            self.milliseconds.append((time.perf_counter() - begun) * 1000)
            at += ASKERS


def entries_of(count: int, *, version: int) -> list[Entry]:
    """So many entries, each with its title, a question and an answer."""
    made = islice(product(PLACES, THINGS, ASKS), count)
    return [
        Entry(
            entry_id=f"entry-{number}",
            version=version,
            kind=EntryKind.FAQ,
            topic=thing,
            title=f"{place}的{thing}{ask}",
            questions=(f"我在{place}，{thing}的事{ask}",),
            answer=f"{place}的{thing}请拨打 95598，{number % 7 + 1} 天内办好。",
            source="样例",
            grade="B",
            region="",
            phase="",
            valid_from=datetime(2023, 1, 1, tzinfo=UTC),
            valid_until=None,
        )
        for number, (place, thing, ask) in enumerate(made)
    ]


def questions_of(entries: Sequence[Entry]) -> list[LabelledQuestion]:
    """Some with their entry, and some about something else."""
    chosen = entries[:: max(1, len(entries) // 60)]
    inside = [
        LabelledQuestion(text=f"请问{each.title}呀", relevant=frozenset({each.entry_id}))
        for each in chosen
    ]
    return inside + [LabelledQuestion(text=text, relevant=frozenset()) for text in OTHERS]


async def publish(folder: Path, entries: Sequence[Entry]) -> float:
    """Record and publish these versions; returns the seconds it took."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'bench.db'}")
    begun = time.perf_counter()
    async with database.write() as connection:
        store = KnowledgeStore(connection)
        for entry in entries:
            await store.add_version("power", entry, at=NOW)
    indexes = IndexCache(folder / "indexes")
    publisher = Publisher(write=database.write, read=database.read, indexes=indexes)
    questions = questions_of(entries)
    await publisher.publish(
        "power",
        encoder=OnnxEncoder(Settings().encoder_dir),
        labelled=questions,
        tests=questions,
        author="benchmark",
        now=NOW,
    )
    await database.close()
    return time.perf_counter() - begun


async def measure(folder: Path, count: int) -> dict[str, float]:
    """Publish, serve, publish again beside it, and swap."""
    first_s = await publish(folder, entries_of(count, version=1))
    database = Database(f"sqlite+aiosqlite:///{folder / 'bench.db'}")
    knowledge = Knowledge(
        read=database.read,
        indexes=IndexCache(folder / "indexes"),
        encoder=OnnxEncoder(Settings().encoder_dir),
        clock=lambda: NOW,
    )
    await knowledge.refresh()
    texts = [question.text for question in questions_of(entries_of(count, version=1))]
    before, during = Load(texts), Load(texts)
    await _under(before, knowledge, asyncio.sleep(REST_S))
    begun = time.perf_counter()
    await _under(during, knowledge, _publish_beside(folder, count, knowledge))
    second_s = time.perf_counter() - begun
    knowledge.close()
    await database.close()
    calm, busy = _p95(before.milliseconds), _p95(during.milliseconds)
    return {
        "entries": count,
        "queries": len(during.milliseconds),
        "failed": during.failed,
        "mixed": during.mixed,
        "saw_versions": len(during.versions),
        "first_publication_s": round(first_s, 1),
        "second_publication_s": round(second_s, 1),
        "p95_ms_before": round(calm, 1),
        "p95_ms_during": round(busy, 1),
        "ratio": round(busy / calm, 2),
    }


async def _under(load: Load, knowledge: Knowledge, work: Awaitable[None]) -> None:
    askers = [asyncio.create_task(load.ask(knowledge, first)) for first in range(ASKERS)]
    await work
    load.is_over = True
    await asyncio.gather(*askers)


async def _publish_beside(folder: Path, count: int, knowledge: Knowledge) -> None:
    command = [sys.executable, "-m", "benchmarks.publishing", "--publish", str(folder)]
    process = await asyncio.create_subprocess_exec(*command, "--entries", str(count))
    if await process.wait():
        raise subprocess.SubprocessError("the publication beside failed")
    await knowledge.refresh()
    await asyncio.sleep(1.0)


def _p95(milliseconds: Sequence[float]) -> float:
    return statistics.quantiles(milliseconds, n=20)[-1]


def main() -> None:
    """Measure, or be the process that publishes beside."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--publish", type=Path)
    given = parser.parse_args()
    if given.publish:
        asyncio.run(publish(given.publish, entries_of(given.entries, version=2)))
        return
    with tempfile.TemporaryDirectory() as folder:
        migrate(f"sqlite+aiosqlite:///{folder}/bench.db")
        print(json.dumps(asyncio.run(measure(Path(folder), given.entries))))


if __name__ == "__main__":
    main()
