"""Running processors: one in this process, or all of them under a supervisor."""

from __future__ import annotations

import configparser
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import faust
from prometheus_client import CollectorRegistry
from supervisor import supervisord

from streams import topics
from streams.broker import CLUSTER_ID
from streams.processors.app import make_app
from streams.processors.health import serve
from streams.processors.isolation import IsolatedHandler
from streams.processors.metrics import WorkerMetrics
from streams.processors.policy import Policy
from streams.processors.spotter import SPOTTER
from streams.processors.tagger import TAGGER

if TYPE_CHECKING:
    from streams.config import Settings
    from streams.processors.processor import Processor

Address = tuple[str, int]
"""A host and a port to listen on."""

PROCESSORS = {processor.name: processor for processor in (TAGGER, SPOTTER)}
POLICY = Policy()

REBALANCE_TIMEOUT_SECONDS = 30.0
SESSION_TIMEOUT_SECONDS = 15.0
EMBEDDED_REBALANCE_TIMEOUT_SECONDS = 1.0
EMBEDDED_SESSION_TIMEOUT_SECONDS = 6.0
"""The embedded broker lets the first member of a group wait for half of it."""
STOP_TIMEOUT_SECONDS = 120
"""How long a worker may take to finish what it has in hand: longer than a batch can."""

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        "streams": {"level": "INFO"},
        "streams.processors.transport": {"level": "WARNING"},  # Faust's, under our name
    },
}


def run_processor(
    processor: Processor,
    settings: Settings,
    policy: Policy = POLICY,
    address: Address | None = None,
) -> NoReturn:
    """Run one processor until SIGTERM or SIGINT, then finish, commit and exit.

    At ``address``, where there is one, it answers probes and Prometheus.

    Raises:
        LoadError: Its model could not be loaded.
        OSError: The address is taken or not ours.
        SystemExit: With 0 after a clean stop.
    """
    handler = IsolatedHandler(processor, settings, policy.memory)
    handler.start()
    try:
        registry = CollectorRegistry()
        embedded = topics.cluster_id(settings) == CLUSTER_ID
        app, watch = make_app(
            processor,
            settings,
            handler,
            policy=policy,
            rebalance_timeout=(
                EMBEDDED_REBALANCE_TIMEOUT_SECONDS if embedded else REBALANCE_TIMEOUT_SECONDS
            ),
            session_timeout=(
                EMBEDDED_SESSION_TIMEOUT_SECONDS if embedded else SESSION_TIMEOUT_SECONDS
            ),
            metrics=WorkerMetrics(processor.name, registry),
        )
        watch.start()
        if address is not None:
            serve(watch, registry, *address)
        worker = faust.Worker(app, quiet=True, redirect_stdouts=False, logging_config=LOGGING)
        worker.spinner = None  # it would draw on standard output
        worker.execute_from_commandline()
    finally:
        handler.stop()
    sys.exit(0)


def run_all(settings: Settings, address: Address | None = None) -> NoReturn:
    """Run every processor in a process of its own under a supervisor (supervisord).

    It starts again those that end, and stops them when it gets SIGTERM or SIGINT. It listens to
    nothing. Settings go to the workers by the environment, where secrets stay; their ports are
    counted up from that of ``address``.

    Raises:
        SystemExit: When all have stopped.
    """
    os.environ["HEDGEWIRE_BOOTSTRAP_SERVERS"] = settings.bootstrap_servers
    os.environ["HEDGEWIRE_TOPIC_PREFIX"] = settings.topic_prefix
    with tempfile.TemporaryDirectory(prefix="hedgewire-") as folder:
        configuration = Path(folder) / "supervisord.conf"
        with configuration.open("w", encoding="utf-8") as file:
            _supervision(Path(folder), address).write(file)
        supervisord.main(["--nodaemon", "--configuration", str(configuration)])
    sys.exit(0)


def _supervision(folder: Path, address: Address | None) -> configparser.RawConfigParser:
    """Return supervisord's configuration; its files, of which it deletes some, go to a folder."""
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": str(folder / "supervisord.log"),
        "loglevel": "critical",
        "pidfile": str(folder / "supervisord.pid"),
        "childlogdir": str(folder),
    }
    for index, name in enumerate(PROCESSORS):
        served = f" --serve {address[1] + index} --host {address[0]}" if address else ""
        config[f"program:{name}"] = {
            "command": f"{sys.executable} -m streams worker {name}{served}",
            "autorestart": "true",
            "startretries": "1000000",
            "startsecs": "5",
            "stopsignal": "TERM",
            "stopwaitsecs": str(STOP_TIMEOUT_SECONDS),
            "stdout_logfile": "/dev/fd/1",
            "stdout_logfile_maxbytes": "0",
            "stderr_logfile": "/dev/fd/2",
            "stderr_logfile_maxbytes": "0",
        }
    return config
