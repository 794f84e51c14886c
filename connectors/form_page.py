"""Filled forms as pages that print on A4; every value is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tickets.form_filling import FilledForm, FilledSummary

TEMPLATES = Path(__file__).parent / "pages" / "forms"


class FormPages:
    """The pages of forms, from the templates beside the other pages."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        environment = Environment(
            loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined
        )
        self._form = environment.get_template("form.html")
        self._summary = environment.get_template("summary.html")

    def form(self, form: FilledForm) -> str:
        """One form, upright."""
        return self._form.render(form=form)

    def summary(self, summary: FilledSummary) -> str:
        """A month's table, across."""
        widths = sum(width for _, width in summary.columns)
        return self._summary.render(summary=summary, widths=widths)
