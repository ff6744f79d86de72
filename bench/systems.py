"""The systems under test, as processes: ours and its peers, each on topics of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

from bench.load import Source, Watcher
from streams import topics
from streams.config import load_settings
from streams.connection import admin_client
from streams.lag.protocol import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streams.article import Article

CHECKOUT = Path(__file__).parents[1]
PEERS = CHECKOUT / "bench/peers"
THREADS = load_settings().threads
"""Of the entity model, as it ships."""
STOP_TIMEOUT_SECONDS = 30
JOIN_TIMEOUT_SECONDS = 90


@dataclass(frozen=True)
class System:
    """What is started, as a command line but for the interpreter.

    ``{servers}`` and ``{prefix}`` in it are filled in. ``source`` is the checkout that the
    package is taken from; ``threads``, how many the entity model has.
    """

    command: Sequence[str]
    profile: str = "fast"
    processes: int = 1
    source: Path = CHECKOUT
    threads: int = THREADS


def hedgewire(
    profile: str,
    processor: str = "all",
    processes: int = 1,
    *,
    source: Path = CHECKOUT,
    options: Sequence[str] = (),
    threads: int = THREADS,
) -> System:
    """Return our workers with a profile of the entity model."""
    command = ("-m", "streams", "worker", processor, "-b", "{servers}", *options)
    return System(command, profile, processes, source, threads)


def passthrough(source: Path = CHECKOUT) -> System:
    """Return a worker of ours that sends every record on as it is."""
    return System((str(PEERS / "passthrough.py"), "{servers}", "{prefix}"), source=source)


def peer(name: str, analysis: str) -> System:
    """Return a peer with an analysis, both as in ``bench.peers``."""
    return System((str(PEERS / f"{name}.py"), analysis, "{servers}", "{prefix}"))


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """Lend the project as it was at a revision, to measure against.

    Raises:
        CalledProcessError: Git knows no such revision.
    """
    with tempfile.TemporaryDirectory(prefix="hedgewire-") as folder:
        tree = ["git", "-C", str(CHECKOUT), "worktree"]
        subprocess.run([*tree, "add", "--quiet", "--detach", folder, revision], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run([*tree, "remove", "--force", folder], check=True)


class Running:
    """A system at work on topics of its own, with a source before and a watcher behind it."""

    def __init__(self, system: System, servers: str, prefix: str, partitions: int) -> None:
        self.system = system
        self.settings = load_settings(servers, topic_prefix=prefix)
        self._partitions = partitions
        self._processes: list[psutil.Popen] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        topics.create_topics(self.settings, self._partitions, 1)
        self.source = Source(self.settings)
        self.watcher = self._stack.enter_context(Watcher(self.settings, self._partitions))
        return self

    def start(self) -> None:
        """Start the processes."""
        filled = {"servers": self.settings.bootstrap_servers, "prefix": self.settings.topic_prefix}
        command = [part.format(**filled) for part in self.system.command]
        environment = {
            "HEDGEWIRE_PROFILE": self.system.profile,
            "HEDGEWIRE_THREADS": str(self.system.threads),
            "HEDGEWIRE_TOPIC_PREFIX": self.settings.topic_prefix,
            "PYTHONPATH": os.pathsep.join([str(self.system.source), str(CHECKOUT)]),
        }
        for _ in range(self.system.processes):
            self._processes.append(
                psutil.Popen(
                    [sys.executable, *command],
                    env=os.environ | environment,
                    cwd=self.system.source,
                    stderr=subprocess.DEVNULL,
                )
            )

    def warm_up(self, articles: Sequence[Article]) -> None:
        """Wait until articles have gone all the way through."""
        self.source.backlog(articles)
        self.watcher.wait({topics.TAGGED: len(articles)})

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Watch it inside the block alone, so that it costs others little outside of it."""
        self.watcher.resume()
        try:
            yield
        finally:
            self.watcher.rest()

    def wait_for_members(self, group: str, partitions: int) -> None:
        """Wait until all processes are in a consumer group that has so many partitions.

        Raises:
            TimeoutError: They do not get there.
        """
        deadline = time.monotonic() + JOIN_TIMEOUT_SECONDS
        with closing(admin_client(self.settings)) as admin:
            cluster = Cluster(admin)
            while time.monotonic() < deadline:
                coordinators = {
                    name: node
                    for name, node in cluster.coordinators([group]).items()
                    if isinstance(node, int)
                }
                found = cluster.members(coordinators).get(group)
                if (
                    found is not None
                    and found.count == len(self._processes)
                    and (found.assigned is None or len(found.assigned) == partitions)
                ):
                    return
                time.sleep(0.2)
        raise TimeoutError(f"{group} does not have {len(self._processes)} members")

    def processor_seconds(self) -> float:
        """Return the processor time that the processes have used so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self._tree())

    def memory(self) -> dict[str, int]:
        """Return the resident bytes of each process that does work, by what it is."""
        sizes = {}
        for process in self._tree():
            command = process.cmdline()
            if "worker" in command:
                sizes[command[command.index("worker") + 1]] = process.memory_info().rss
            elif any("spawn_main" in part for part in command):
                owner = process.parent().cmdline()
                name = f"{owner[owner.index('worker') + 1]}, analysis"
                sizes[name] = process.memory_info().rss
        return sizes

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        tree = self._tree()
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(STOP_TIMEOUT_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()
        for process in psutil.wait_procs(tree, 5)[1]:
            process.kill()

    def _tree(self) -> list[psutil.Process]:
        return [
            one
            for process in self._processes
            for one in (process, *process.children(recursive=True))
        ]
