"""The console calls everything by a Chinese name: no value of ours is shown as it is spelt."""

import re
from collections.abc import Iterable

import pytest

from connectors.trainer_console import PAGE
from knowledge.calibration import Decision
from knowledge.entry import EntryKind, EntryState, Move
from knowledge.entry_list import Only
from knowledge.evidence import PARTS
from knowledge.exam import Heard
from knowledge.explaining import Reason
from knowledge.gate import FIGURE_OF, Verdict
from knowledge.review import Lack

WORDS = (PAGE / "words.js").read_text("utf-8")
NAMED: dict[str, Iterable[str]] = {
    "KIND": EntryKind,
    "STATE": EntryState,
    "ONLY": Only,
    "MOVE": Move,
    "LACK": Lack,
    "FIGURE": FIGURE_OF.values(),
    "HEARD": Heard,
    "VERDICT": Verdict,
    "DECISION": Decision,
    "REASON": Reason,
    "PART": PARTS,
}


@pytest.mark.parametrize("table", NAMED)
def test_every_value_has_its_words(table: str) -> None:
    (body,) = re.findall(rf"export const {table} = {{(.*?)}};", WORDS, re.DOTALL)
    known = {quoted or bare for quoted, bare in re.findall(r'(?:"([^"]+)"|(\w+)): ["\[]', body)}

    assert {str(each) for each in NAMED[table]} - known == set()
