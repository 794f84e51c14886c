"""A table as a reader sees it: a merged cell has its value in every place it covers."""

# a merge over more says nothing about entries, and costs
MAX_COLUMNS = 256
MAX_ROWS = 20_000


class Grid:
    """Rows are added cell by cell; cells that reach further down fill the rows below."""

    def __init__(self) -> None:
        # column: the value it repeats and for how many rows more
        self._falling: dict[int, tuple[str, int]] = {}
        self._cells: dict[int, str] = {}
        self._filled: set[int] = set()
        self._column = 0

    def add(self, text: str, *, columns: int = 1, rows: int = 1) -> None:
        """The next cell of this row, covering so many columns and rows."""
        while self._column in self._falling:
            self._fall()
        first = self._column
        for self._column in range(first, min(first + max(columns, 1), MAX_COLUMNS)):
            self._cells[self._column] = text
            if self._column > first:
                self._filled.add(self._column)
            if rows > 1:
                # counted from this row on
                self._falling[self._column] = (text, min(rows, MAX_ROWS))
        self._column = first + max(columns, 1)

    def end_row(self) -> tuple[tuple[str, ...], frozenset[int]]:
        """The cells of the finished row, and which of them repeat a merged value."""
        for column, (text, _) in self._falling.items():
            if column not in self._cells:
                self._cells[column] = text
                self._filled.add(column)
        width = max(self._cells, default=-1) + 1
        row = tuple(self._cells.get(column, "") for column in range(width))
        filled = frozenset(self._filled)
        self._falling = {
            column: (text, left - 1) for column, (text, left) in self._falling.items() if left > 1
        }
        self._cells, self._filled, self._column = {}, set(), 0
        return row, filled

    def _fall(self) -> None:
        self._cells[self._column] = self._falling[self._column][0]
        self._filled.add(self._column)
        self._column += 1
