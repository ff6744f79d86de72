"""Running processors: one in this process, or all of them under a supervisor."""

from __future__ import annotations

import configparser
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import faust

from streams import topics
from streams.broker import CLUSTER_ID
from streams.config import Settings
from streams.processors.app import make_app
from streams.processors.isolation import IsolatedHandler
from streams.processors.spotter import SPOTTER
from streams.processors.tagger import TAGGER

PROCESSORS = {processor.name: processor for processor in (TAGGER, SPOTTER)}

BATCH_TIMEOUT_SECONDS = 60.0
REBALANCE_TIMEOUT_SECONDS = 30.0
EMBEDDED_REBALANCE_TIMEOUT_SECONDS = 1.0
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
    "loggers": {"streams": {"level": "INFO"}},
}


def run_processor(name: str, settings: Settings) -> NoReturn:
    """Run one processor until SIGTERM or SIGINT, then finish, commit and exit.

    Raises:
        HandlerError: Its model could not be loaded.
        SystemExit: With 0 after a clean stop.
    """
    handler = IsolatedHandler(PROCESSORS[name], settings, BATCH_TIMEOUT_SECONDS)
    handler.start()
    try:
        embedded = topics.cluster_id(settings) == CLUSTER_ID
        app = make_app(
            PROCESSORS[name],
            settings,
            handler,
            EMBEDDED_REBALANCE_TIMEOUT_SECONDS if embedded else REBALANCE_TIMEOUT_SECONDS,
        )
        worker = faust.Worker(app, quiet=True, redirect_stdouts=False, logging_config=LOGGING)
        worker.spinner = None  # it would draw on standard output
        worker.execute_from_commandline()
    finally:
        handler.stop()
    sys.exit(0)


def run_all(settings: Settings) -> NoReturn:
    """Become a supervisor that runs every processor and starts again those that end.

    The supervisor (supervisord) takes this process's place, so that signals reach it. It
    listens to nothing. Settings go to the workers by the environment, where secrets stay.
    """
    os.environ["HEDGEWIRE_BOOTSTRAP_SERVERS"] = settings.bootstrap_servers
    os.environ["HEDGEWIRE_TOPIC_PREFIX"] = settings.topic_prefix
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": "/dev/null",
        "logfile_maxbytes": "0",
        "pidfile": "/dev/null",
    }
    for name in PROCESSORS:
        config[f"program:{name}"] = {
            "command": f"{sys.executable} -m streams worker {name}",
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
    folder = Path(tempfile.mkdtemp(prefix="hedgewire-"))
    path = folder / "supervisord.conf"
    with path.open("w") as file:
        config.write(file)
    os.execv(  # noqa: S606 - our own interpreter and arguments
        sys.executable,
        [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(path)],
    )
