"""Filled forms as pages that print on A4; every value is escaped."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tickets.form_filling import FilledForm, FilledSummary

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
TEMPLATES = Path(__file__).parent / "pages" / "forms"


class FormPages:
    """The pages of forms, from the templates beside the other pages."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        environment = Environment(
            loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined
        )
        self._form = environment.get_template("form.html")
        self._summary = environment.get_template("summary.html")

    @property
    def form_style(self) -> str:
        """The style of every form, as a source of a content security policy.

        A page that opens a form it has fetched lends it its own policy.
        """
        empty = FilledForm(title="", centre="", sections=(), printed_at="")
        found = _STYLE.search(self.form(empty))
        assert found is not None
        return f"'sha256-{b64encode(sha256(found[1].encode()).digest()).decode()}'"

    def form(self, form: FilledForm) -> str:
        """One form, upright."""
        return self._form.render(form=form)

    def summary(self, summary: FilledSummary) -> str:
        """A month's table, across."""
        widths = sum(width for _, width in summary.columns)
        return self._summary.render(summary=summary, widths=widths)
