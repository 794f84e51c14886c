"""The kill test in small: `make chaos` is the whole of it."""

import argparse
from pathlib import Path

import pytest

from tests.chaos.run import play
from tests.connectors.bot_api import serve_bot_api

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

SMALL = argparse.Namespace(
    customers=10, messages=40, kills=1, rate=10.0, patience=400.0, seed=20261126
)


def test_desk_and_bot_killed_once_lose_and_double_nothing(tmp_path: Path) -> None:
    with serve_bot_api() as api:
        verdict = play(SMALL, tmp_path, api)

    assert verdict.is_clean, verdict.report()
    assert verdict.expected["fault"] > 0
