"""The intent of a business that the desk found asked for in so many words.

"I want to complain, two years ago they put us on a list …" is a complaint, whatever the story
sounds like. The words are data of the profiles; the desk reads them as it reads details.
"""

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

SURE = 1.0


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class OutrightIntent(GraphComponent):
    """Puts `metadata["intent"]` first, before the fallback judges; a line without one is left."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "OutrightIntent":
        """Nothing to prepare."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages with what was asked for outright as their intent."""
        for message in messages:
            name = (message.get("metadata") or {}).get(INTENT)
            if not name:
                continue
            asked = {"name": name, "confidence": SURE}
            others = [each for each in message.get(INTENT_RANKING_KEY, []) if each["name"] != name]
            others = [{**each, "confidence": 0.0} for each in others]
            message.set(INTENT, asked, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [asked, *others], add_to_output=True)
        return messages
