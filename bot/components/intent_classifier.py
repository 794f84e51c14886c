"""Intents by logistic regression over tf-idf of characters and the sentence embedding.

Stock CountVectors give raw counts, in which long words of a long line outweigh the embedding, and
the stock classifier has no setting for its regularisation. Measured: docs/decisions/0005.
"""

from typing import Any, Dict, List, Text, Type

import skops.io
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

# what a tf-idf holds besides the types that skops knows by itself
TRUSTED = {"scipy.sparse._csr.csr_matrix"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TfidfIntentClassifier(LogisticRegressionClassifier):
    """The stock classifier with its own view of the text; needs dense sentence features."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """A featurizer that gives dense sentence features."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """The stock settings, `C` (less is smoother), and which runs of characters count.

        Runs of at most `max_ngram` characters that are in `min_df` or more examples.
        """
        stock = LogisticRegressionClassifier.get_default_config()
        return {**stock, "max_iter": 3000, "tol": 1e-2, "C": 10.0, "max_ngram": 4, "min_df": 2}

    def __init__(
        self,
        config: Dict[Text, Any],
        name: Text,
        model_storage: ModelStorage,
        resource: Resource,
    ) -> None:
        super().__init__(config, name, model_storage, resource)
        self.clf.set_params(C=self.config["C"])
        self.characters = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(1, self.config["max_ngram"]),
            min_df=self.config["min_df"],
            sublinear_tf=True,
        )

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which characters tell intents apart, then the intents."""
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        if examples:
            self.characters.fit([example.get(TEXT) for example in examples])
        return super().train(training_data)

    def _create_X(self, messages: List[Message]) -> csr_matrix:
        characters = self.characters.transform([message.get(TEXT) or "" for message in messages])
        # the first are the sequence's features, the second the sentence's
        dense = [message.get_dense_features(TEXT)[1].features[0] for message in messages]
        # of length 1 like the rows beside it, so that neither part drowns the other
        return hstack([characters, csr_matrix(normalize(dense))]).tocsr()

    def process(self, messages: List[Message]) -> List[Message]:
        """Intents of the messages that have a text to read."""
        readable = [message for message in messages if message.get_dense_features(TEXT)[1]]
        if readable:
            super().process(readable)
        return messages

    def persist(self) -> None:
        """Write what was learnt into the model's archive."""
        with self._model_storage.write_to(self._resource) as folder:
            learnt = {"classifier": self.clf, "characters": self.characters}
            skops.io.dump(learnt, folder / f"{self._resource.name}.skops")

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TfidfIntentClassifier":
        """Read it again; an archive with anything else in it is refused."""
        loaded = cls(config, execution_context.node_name, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            file = folder / f"{resource.name}.skops"
            unknown = set(skops.io.get_untrusted_types(file=file)) - TRUSTED
            if unknown:
                raise ValueError(f"the intent classifier holds unknown types: {unknown}")
            learnt = skops.io.load(file, trusted=sorted(TRUSTED))
        loaded.clf, loaded.characters = learnt["classifier"], learnt["characters"]
        return loaded
