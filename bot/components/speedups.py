"""Rasa 3.6.21 compiles and re-checks one constant JSON schema on every action answer; do it once.

Half of Rasa's CPU time goes there otherwise (about 19 ms an action call; benchmarks/chat_turn.py).
"""

from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction

_SCHEMA = RemoteAction.action_response_format_spec()
_VALIDATOR = validator_for(_SCHEMA)(_SCHEMA)


def _validate_action_result(self: RemoteAction, result: Any) -> bool:
    _VALIDATOR.validate(result)
    return True


def apply() -> None:
    """Put the compiled check in place of Rasa's own."""
    RemoteAction._validate_action_result = _validate_action_result
