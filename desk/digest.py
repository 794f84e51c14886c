"""One hash of what something is made from."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def digest_of(inputs: Iterable[Path]) -> str:
    """One hash of files and of folders' files, by content and relative name."""
    digest = hashlib.sha256()
    for path in inputs:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                name = str(file.relative_to(path.parent))
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(json.dumps([name, content]).encode())
    return digest.hexdigest()
