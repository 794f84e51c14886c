"""The figures of a new bot beside those of the one in service."""

from sklearn.metrics import accuracy_score, f1_score

from conversations.bot_exam import HeldOut, Trained, compare

WANTED = ["apply", "apply", "urge", "urge", "vent", "vent"]
ASKED = [HeldOut(text=f"第{number}句", intent=intent) for number, intent in enumerate(WANTED)]
OLD = ["apply", "urge", "urge", "urge", "vent", "apply"]
NEW = ["apply", "apply", "urge", "vent", "vent", "apply"]


def trained(old: list[str], new: list[str]) -> Trained:
    return compare(ASKED, before=("old", old), after=("new", new), sha256="", examples=9)


def test_are_those_of_scikit_learn() -> None:
    told = trained(OLD, NEW)

    for marks, read in ((told.before, OLD), (told.after, NEW)):
        assert abs(marks.accuracy - accuracy_score(WANTED, read)) < 0.001
        assert abs(marks.macro_f1 - f1_score(WANTED, read, average="macro")) < 0.001


def test_name_the_lines_that_are_read_differently_and_whether_that_is_worse() -> None:
    turned = trained(OLD, NEW).turned

    told = [(each.text, each.is_worse, each.is_better) for each in turned]
    assert told == [("第1句", False, True), ("第3句", True, False)]


def test_call_a_bot_worse_that_reads_one_line_less() -> None:
    assert trained(WANTED, OLD).is_worse
    assert not trained(OLD, WANTED).is_worse
    assert not trained(OLD, OLD).is_worse


def test_are_kept_and_read_again_as_they_were() -> None:
    told = trained(OLD, NEW)

    assert Trained.from_json(told.to_json()) == told
