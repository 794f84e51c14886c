"""Archives that look like a trained bot's from outside: a number in their metadata."""

import hashlib
import io
import json
import tarfile
from pathlib import Path


def make_archive(path: Path, model: str) -> str:
    """Write one; returns its hash."""
    content = json.dumps({"model_id": model}).encode()
    member = tarfile.TarInfo("metadata.json")
    member.size = len(content)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(member, io.BytesIO(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()
