"""Plain text: a line is a paragraph."""

from knowledge.importing.paper import Paper, Passage, Place, Unit


def read(text: str, name: str) -> Paper:
    """Every line that is not empty, with its number."""
    lines = enumerate(text.split("\n"), start=1)
    return Paper(
        name=name,
        pieces=tuple(
            Passage(text=line.strip(), place=Place(file=name, unit=Unit.LINE, number=number))
            for number, line in lines
            if line.strip()
        ),
    )
