"""Which of the waiting lines are read together: people send one thought in three lines. Pure."""

from collections.abc import Callable, Sequence

from conversations.message import MAX_TEXT, Incoming, Waiting


def read_together(
    waiting: Sequence[Waiting],
    incoming: Incoming,
    *,
    stands_alone: Callable[[Waiting], bool],
    was_heard: Callable[[Waiting], bool] = lambda _: False,
) -> list[list[Incoming]]:
    """The waiting lines up to `incoming` and those read with it, in order.

    Typed lines that follow each other are read together, up to the length of one message. A press
    is read by itself, and so is what the bot may have heard (`was_heard`). What `stands_alone` is
    answered by somebody else, and is here only if it is `incoming`.
    """
    groups: list[list[Incoming]] = []
    is_open = False
    for each in waiting:
        line = each.incoming
        if stands_alone(each):
            if line.message_id == incoming.message_id:
                groups.append([line])
            is_open = False
            continue
        if was_heard(each):
            groups.append([line])
            is_open = False
            continue
        length = sum(len(said.text) + 1 for said in groups[-1]) if is_open else 0
        if is_open and length + len(line.text) <= MAX_TEXT and line.payload is None:
            groups[-1].append(line)
        else:
            groups.append([line])
        is_open = line.payload is None
    for place, group in enumerate(groups):
        if is_in(group, incoming):
            return groups[: place + 1]
    return [*groups, [incoming]]


def is_in(group: Sequence[Incoming], incoming: Incoming) -> bool:
    """Whether a line is one of these.

    A press that came without its title was stored with it: only the id is the same.
    """
    return any(line.message_id == incoming.message_id for line in group)
