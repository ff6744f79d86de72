"""Break things on three brokers while articles flow, and print what became of the articles.

python -m tests.faults --articles 20000 --kills 50
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.run import fault_cluster, play
from tests.faults.scenarios import SCENARIOS

if TYPE_CHECKING:
    from tests.faults.ledger import Result

HEADER = (
    "| fault | published | tagged | rejected | lost | duplicated | with another `ce_id` "
    "| workers restarted | recovered after |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def row(result: Result) -> str:
    """Return a row of the Markdown table."""
    figures = (
        result.published,
        result.tagged,
        result.rejected,
        result.lost,
        result.duplicated,
        result.renamed,
        result.restarts,
    )
    cells = [result.scenario, *(f"{figure:,}" for figure in figures), f"{result.seconds:.0f} s"]
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Run the scenarios; 1 if one of them lost an article or changed an event's id."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="FAULT", help=", ".join(SCENARIOS))
    parser.add_argument("--articles", type=int, default=20_000, help="to publish among the kills")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1, help="of when is killed who")
    parser.add_argument("--log", type=Path, help="where the workers write")
    arguments = parser.parse_args()
    if unknown := set(arguments.scenarios) - SCENARIOS.keys():
        parser.error(f"no fault is called {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    # So that the workers and the brokers do not outlive this.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    log = arguments.log or Path(tempfile.mkstemp(prefix="faults-", suffix=".log")[1])
    print(f"workers write to {log}", file=sys.stderr)
    print(HEADER, flush=True)
    failed = False
    with fault_cluster() as cluster:
        for name in arguments.scenarios or SCENARIOS:
            scenario = SCENARIOS[name]
            result = play(
                cluster,
                name,
                scenario,
                articles=round(arguments.articles * scenario.share),
                kills=arguments.kills,
                seed=arguments.seed,
                log=log,
            )
            print(row(result), flush=True)
            failed |= result.lost > 0 or result.renamed > 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
