"""A profile's YAML file with the line of every value, so that an error can name it."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Model = TypeVar("Model", bound=BaseModel)


class DocumentError(ValueError):
    """A profile file cannot be used; the text names file, line and reason."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


class Document:
    """One YAML file: its plain `data` and the line of any place inside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._data = _read(path.read_text(encoding="utf-8"))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise DocumentError(path, line, f"not valid YAML: {error.problem}") from error
        except (YAMLError, UnicodeDecodeError, OSError) as error:
            raise DocumentError(path, 1, str(error)) from error
        except ValueError as error:
            raise DocumentError(path, _line_of_bad_day(path), str(error)) from error
        if not isinstance(self._data, dict):
            raise DocumentError(path, 1, "the file must be a mapping of keys to values")

    def line_of(self, place: Sequence[str | int]) -> int:
        """The 1-based line of a place like `("entries", 3, "title")`, or of its nearest parent."""
        node: Any = self._tree
        line = 1
        for step in place:
            try:
                position = node.lc.item(step) if isinstance(step, int) else node.lc.key(step)
                node = node[step]
            except (AttributeError, KeyError, IndexError, TypeError):
                break
            line = position[0] + 1
        return line

    @cached_property
    def _tree(self) -> Any:
        """The data with lines: seven times as slow to read, and seldom asked for."""
        return YAML(typ="rt").load(self.path.read_text(encoding="utf-8"))

    def read_as(self, model: type[Model]) -> Model:
        """The whole file as a Pydantic model; the first thing wrong raises `DocumentError`."""
        return self.check(model, self._data)

    def check(self, model: type[Model], data: Any) -> Model:
        """What was made of this file as a Pydantic model, its faults told as the file's."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = [step for step in first["loc"] if isinstance(step, (str, int))]
            where = ".".join(str(step) for step in place)
            raise DocumentError(
                self.path, self.line_of(place), f"{where}: {first['msg']}"
            ) from error


def _read(text: str) -> Any:
    """The data of a file by the quick parser; by the other where that one is too strict.

    libyaml refuses what YAML allows, like a clock time without quotes in a list in brackets.
    """
    try:
        return YAML(typ="safe").load(text)
    except (YAMLError, ValueError):
        # as safe as the other: a tag that names a Python object is refused by both
        return YAML(typ="safe", pure=True).load(text)


def _line_of_bad_day(path: Path) -> int:
    """The line with a day no calendar has: the YAML reader names the fault but not the line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        for day in re.findall(r"\b\d{4}-\d{2}-\d{2}\b", line):
            try:
                date.fromisoformat(day)
            except ValueError:
                return number
    return 1
