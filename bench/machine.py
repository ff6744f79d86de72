"""What the figures were taken on."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bench.systems import THREADS

if TYPE_CHECKING:
    from streams.article import Article

PACKAGES = ("faust-streaming", "aiokafka", "confluent-kafka", "quixstreams", "spacy", "onnxruntime")


def describe(articles: Path, texts: list[Article]) -> dict[str, Any]:
    """Return the date, the machine, the versions and the articles."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": _commit(),
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "threads": THREADS,
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "articles": articles.name,
        "texts": len(texts),
        "characters": sum(len(article.text) for article in texts) / len(texts),
    }


def _processor() -> str:
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        facts = dict(line.split(":", 1) for line in lines if ":" in line)
    names = {name.strip(): value.strip() for name, value in facts.items()}
    wide = [each for each in ("avx2", "avx512f", "amx_int8") if each in names.get("flags", "")]
    return f"{names.get('model name', platform.machine())} ({', '.join(wide)})"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip()
