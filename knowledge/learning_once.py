"""Calibrations kept by all that they were learned from: learning takes a minute of a core.

Publishing what was examined before, setting up again, or going back to files of yesterday learns
nothing anew. Whatever could change the outcome is in the key, this package's own code too.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np

from knowledge.calibration import Calibration
from knowledge.encoder import Encoder
from knowledge.entry import CUSTOMER_KINDS
from knowledge.fitting import fit_calibrations
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import Arrays, IndexCache
from knowledge.search import Searcher


def learn_once(
    searcher: Searcher,
    encoder: Encoder,
    questions: Sequence[LabelledQuestion],
    *,
    indexes: IndexCache,
    now: datetime,
) -> dict[str, Calibration]:
    """What `fit_calibrations` gives, with its errors; from the cache when it was learned before."""

    def learn() -> Arrays:
        learned = fit_calibrations(searcher, encoder, questions, now=now)
        written = json.dumps({name: each.to_json() for name, each in learned.items()})
        return {"json": np.frombuffer(written.encode(), dtype=np.uint8)}

    made_from = {
        "code": _code(),
        "encoder": encoder.fingerprint,
        "entries": [entry.content_hash() for entry in searcher.entries],
        "said": searcher.allowed(CUSTOMER_KINDS, now).tolist(),
        "questions": [[each.text, sorted(each.relevant), each.is_edge] for each in questions],
    }
    stored = json.loads(indexes.arrays(made_from, learn)["json"].tobytes())
    return {name: Calibration.from_json(each) for name, each in stored.items()}


@cache
def _code() -> str:
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
