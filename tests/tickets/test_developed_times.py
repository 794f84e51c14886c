"""Since when and what sums, on lines that the readers were developed with."""

import sys
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from conversations.reading import plain
from tests.tickets.test_heldout_details import interval
from tickets.details import read_details
from tickets.profile import Profile

DEVELOPED = yaml.safe_load(Path(__file__).with_name("developed_times.yml").read_text("utf-8"))
NOW = datetime.fromisoformat(str(DEVELOPED["now"]))
LEAST_F1 = {"since": 0.97, "amount": 0.97}


@pytest.mark.parametrize(("kind", "name"), [("since", "since_interval"), ("amount", "amount")])
def test_reads_what_it_was_developed_with(kind: str, name: str, power: Profile) -> None:
    right, wrong = 0, []
    for line, told in DEVELOPED[kind].items():
        found = read_details(plain(line, power), power, NOW).get(name)
        read = "/".join(interval(found)) if found and kind == "since" else found
        if told is not None and read == told:
            right += 1
        else:
            wrong += [f"{line}: {told}, read {read}"] * ((told is not None) + (read is not None))

    f1 = 2 * right / (2 * right + len(wrong))
    print(f"\n{kind}: F1 {f1:.3f} of {len(DEVELOPED[kind])} lines", file=sys.stderr)
    assert f1 >= LEAST_F1[kind], "\n".join(wrong)
