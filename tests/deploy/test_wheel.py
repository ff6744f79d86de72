"""What is installed is whole: models, grammars, schemas and samples are in the wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
LIMIT_BYTES = 40_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*command, str(folder), str(ROOT)], check=True)
    [path] = folder.glob("*.whl")
    return ZipFile(path)


def test_every_data_file_of_the_package_is_in_the_wheel(wheel: ZipFile) -> None:
    names = set(wheel.namelist())
    ours = [
        path.relative_to(ROOT).as_posix()
        for path in (*(ROOT / "streams").rglob("*"), *(ROOT / "streams/schemas").iterdir())
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert {"streams/schemas/tagged.json", "streams/samples/articles.jsonl"} <= set(ours)
    assert set(ours) - names == set()


def test_the_models_are_small(wheel: ZipFile) -> None:
    models = [item for item in wheel.infolist() if "/models/" in item.filename]
    assert models
    assert sum(item.file_size for item in models) < LIMIT_BYTES
