"""Dense features for Rasa from the desk's own sentence encoder: its ONNX export, on one thread."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
import onnxruntime
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import DENSE_FEATURIZABLE_ATTRIBUTES, TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tokenizers import Encoding
from tokenizers import Tokenizer as WordPieces

FOLDER_SETTING = "SEATMATE_ENCODER_DIR"
MODEL_FILE, TOKENIZER_FILE, CARD_FILE = "model.onnx", "tokenizer.json", "encoder.json"
BATCH = 16
MAX_TOKENS = 128


def encoder_folder(config: Dict[Text, Any]) -> Path:
    """Where the adopted encoder lies: the environment's word before config.yml's."""
    return Path(os.environ.get(FOLDER_SETTING) or config["encoder_dir"])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Sentence vector and one vector per jieba token, from the same run of the encoder."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Tokens are needed for the vectors per token."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[Text]:
        """Packages that must be installed."""
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Defaults, with the folder of the default encoder."""
        return {**DenseFeaturizer.get_default_config(), "encoder_dir": "var/encoders/m3e-small"}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        super().__init__(name, config)
        folder = encoder_folder(config)
        _refuse_another_file(folder)
        self._pieces = WordPieces.from_file(str(folder / TOKENIZER_FILE))
        self._pieces.enable_truncation(MAX_TOKENS)
        self._pieces.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceFeaturizer":
        """Build from the pipeline's configuration."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Raise with what to do when the encoder is not there."""
        folder = encoder_folder({**cls.get_default_config(), **config})
        if not (folder / CARD_FILE).is_file():
            raise FileNotFoundError(f"no sentence encoder in {folder}: run `make setup`")

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """Another encoder invalidates Rasa's training cache."""
        folder = encoder_folder({**cls.get_default_config(), **config})
        return (folder / CARD_FILE).read_text(encoding="utf-8")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurize every training example."""
        for attribute in DENSE_FEATURIZABLE_ATTRIBUTES:
            self._featurize(training_data.training_examples, attribute)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Featurize the text of incoming messages."""
        self._featurize(messages, TEXT)
        return messages

    def _featurize(self, messages: List[Message], attribute: Text) -> None:
        wanted = [m for m in messages if m.get(attribute) and m.get(TOKENS_NAMES[attribute])]
        wanted.sort(key=lambda message: len(message.get(attribute)))
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            encodings = self._pieces.encode_batch([m.get(attribute) for m in batch])
            hidden, pooled = self._session.run(
                ["token_embeddings", "sentence_embedding"],
                {
                    "input_ids": np.array([e.ids for e in encodings], dtype=np.int64),
                    "attention_mask": np.array(
                        [e.attention_mask for e in encodings], dtype=np.int64
                    ),
                },
            )
            for message, encoding, pieces, sentence in zip(batch, encodings, hidden, pooled):
                sequence = _vectors_per_token(message, attribute, encoding, pieces, sentence)
                self.add_features_to_message(sequence, sentence[None, :], attribute, message)


def _vectors_per_token(
    message: Message, attribute: Text, encoding: Encoding, pieces: np.ndarray, sentence: np.ndarray
) -> np.ndarray:
    """Mean of the word pieces that overlap each token; the sentence where none does."""
    tokens = message.get(TOKENS_NAMES[attribute])
    spans = [(place, a, b) for place, (a, b) in enumerate(encoding.offsets) if b > a]
    rows = []
    for token in tokens:
        overlapping = [place for place, a, b in spans if a < token.end and b > token.start]
        rows.append(pieces[overlapping].mean(axis=0) if overlapping else sentence)
    return np.array(rows, dtype=np.float32)


def _refuse_another_file(folder: Path) -> None:
    """The model archive does not hold the encoder, so the file must be the one adopted."""
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    digest = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()
    if digest != card["sha256"][MODEL_FILE]:
        raise ValueError(f"{folder / MODEL_FILE} is not the encoder that was adopted")
