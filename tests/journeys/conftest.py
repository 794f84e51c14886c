"""Customers and staff of the running desk."""

from collections.abc import Callable

import pytest

from tests.conftest import RunningDesk
from tests.journeys.people import Customer, Staff


@pytest.fixture
def customer(running_desk: RunningDesk) -> Callable[[], Customer]:
    """Gives another customer with a new conversation each time it is called."""
    return lambda: Customer(running_desk.api)


@pytest.fixture(scope="session")
def admin(running_desk: RunningDesk) -> Staff:
    return Staff.sign_in(running_desk.api, "admin", running_desk.password)
