"""Entities the desk has already read in the line, handed over in the message's metadata.

The desk reads phones, addresses, times and ticket numbers with current libraries that this
Python cannot install; slots fill from them as from any other entity.
"""

from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

DETAILS = "details"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class DeskEntities(GraphComponent):
    """Turns `metadata["details"]` (entity name to value) into entities of the message."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "DeskEntities":
        """Nothing to prepare."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the entities; a message without details is left as it is."""
        for message in messages:
            metadata: Optional[Dict[Text, Any]] = message.get("metadata")
            details = (metadata or {}).get(DETAILS) or {}
            if not details:
                continue
            end = len(message.get(TEXT) or "")
            ours = [
                {"entity": name, "value": value, "start": 0, "end": end, "extractor": "desk"}
                for name, value in details.items()
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + ours, add_to_output=True)
        return messages
