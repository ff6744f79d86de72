"""A short run of the faults that break most; ``python -m tests.faults`` plays them all."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.faults.run import fault_cluster, play
from tests.faults.scenarios import SCENARIOS
from tests.kafka.cluster import KafkaCluster, KafkaUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def cluster() -> Iterator[KafkaCluster]:
    with ExitStack() as stack:
        try:
            running = stack.enter_context(fault_cluster())
        except KafkaUnavailableError as missing:
            pytest.skip(str(missing))
        yield running


@pytest.mark.parametrize(
    ("name", "rejected"), [("kill", 0), ("broker", 0), ("deadline", 0), ("failing", 8)]
)
def test_nothing_is_lost(cluster: KafkaCluster, tmp_path: Path, name: str, rejected: int) -> None:
    result = play(
        cluster, name, SCENARIOS[name], articles=600, kills=4, seed=1, log=tmp_path / "log"
    )
    assert (result.lost, result.renamed) == (0, 0)
    assert result.rejected == rejected
    assert result.tagged + result.rejected == result.published >= 600
