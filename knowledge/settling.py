"""Which decision settles a line that is asked later in other words: the group's, as shown. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.gaps import Likeness

# mean distance (1 - likeness) of a line to a decided group up to which it is the same matter; far
# below `APART`: a gap put into the wrong group is seen, one that is settled is not
# (benchmarks/settling.py)
SAME = 0.55


def settled_by(
    likeness: Likeness, decided: Sequence[int], *, same: float = SAME
) -> Mapping[int, int]:
    """The decision that settles each new line, by the line's place; those nothing settles are out.

    `likeness` has a row for each new line and a column for each decided one, at most 1; `decided`
    is the decision of each column. A line that lies as near to two decisions is nobody's.
    """
    if not len(likeness) or not decided:
        return {}
    of_column = np.asarray(decided)
    decisions = np.unique(of_column)
    near = np.stack([likeness[:, of_column == each].mean(axis=1) for each in decisions], axis=1)
    found: dict[int, int] = {}
    for place, row in enumerate(near):
        best = int(np.argmax(row))
        is_torn = int((row >= row[best]).sum()) > 1
        if row[best] >= 1 - same and not is_torn:
            found[place] = int(decisions[best])
    return found
