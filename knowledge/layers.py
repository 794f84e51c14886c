"""How a sentence is said, from the inner layers of the encoder in use.

The last layer was taught to tell what a sentence is about, so that a curt and a kind answer to the
same question lie together. The layers under it still hold the tone. They are read from the same
file; nothing else is downloaded, and the search's vectors stay what they are.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from knowledge.encoder import (
    MODEL_FILE,
    TOKENIZER_FILE,
    EncoderError,
    fingerprint_of,
    in_batches,
    one_thread,
    read_card,
)

Floats = npt.NDArray[np.float32]

MAX_TOKENS = 128
_ENDS_A_LAYER, _INSIDE_A_LAYER = "LayerNormalization", "/attention/"


class LayerEncoder:
    """The inner layers of an adopted encoder, each averaged over the tokens of a sentence."""

    def __init__(self, folder: Path) -> None:
        self.fingerprint = fingerprint_of(read_card(folder))
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        model, self._names = _with_inner_layers(folder / MODEL_FILE)
        self._session = onnxruntime.InferenceSession(
            model, one_thread(), providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, layers, dimensions)."""
        return in_batches(texts, self._run)

    def _run(self, texts: list[str]) -> Floats:
        encodings = self._tokenizer.encode_batch(texts)
        mask = np.array([each.attention_mask for each in encodings], dtype=np.int64)
        inputs = {
            "input_ids": np.array([each.ids for each in encodings], dtype=np.int64),
            "attention_mask": mask,
        }
        weights = mask[:, :, None].astype(np.float32)
        sums = [(layer * weights).sum(1) for layer in self._session.run(self._names, inputs)]
        encoded: Floats = np.stack([each / weights.sum(1) for each in sums], axis=1)
        return encoded


def _with_inner_layers(path: Path) -> tuple[bytes, list[str]]:
    """The model with its inner layers as outputs, and their names; what is above is not run."""
    # half a second to import, and only needed here
    import onnx

    model: Any = onnx.load(str(path))
    ends = [
        node.output[0]
        for node in model.graph.node
        if node.op_type == _ENDS_A_LAYER and _INSIDE_A_LAYER not in node.name
    ]
    # the first are the embeddings alone, the last is what the search uses
    inner = ends[1:-1]
    if not inner:
        raise EncoderError(f"{path} shows no inner layers; adopt the encoder again")
    del model.graph.output[:]
    for name in inner:
        value = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        model.graph.output.append(value)
    return model.SerializeToString(), inner
