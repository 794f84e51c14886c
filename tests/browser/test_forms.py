"""The forms as a browser prints them."""

from io import BytesIO

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from connectors.form_page import FormPages
from desk.settings import ROOT
from tests.tickets.test_form_filling import COMPLAINT, NOW
from tickets.form_filling import Centre, fill
from tickets.forms import load_forms
from tickets.limits_file import load_limits
from tickets.profile import Profile

pytestmark = pytest.mark.needs_browser

FORMS = load_forms(ROOT / "profiles" / "forms.yml")
A4_MM = (210, 297)


class TestPage:
    @pytest.mark.parametrize("name", list(FORMS.forms))
    def test_fits_on_one_sheet_of_a4(
        self, browser: Browser, property_centre: Profile, name: str
    ) -> None:
        limits = load_limits(ROOT / "profiles" / "property")
        centre = Centre(profile=property_centre, limits=limits, words=FORMS.words)
        page = browser.new_page()
        page.set_content(FormPages().form(fill(FORMS.forms[name], COMPLAINT, centre, now=NOW)))

        printed = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))

        (sheet,) = printed.pages
        size = tuple(round(float(side) * 25.4 / 72) for side in sheet.mediabox[2:])
        assert size == A4_MM
        page.close()
