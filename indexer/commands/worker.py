"""`yidao-index worker`: reads the files that were sent in chat."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from typing import Any

from filelock import FileLock, Timeout

from indexer.app import App
from indexer.worker import Stopped, Worker, tidy

log = logging.getLogger(__name__)


def add(subcommands: Any) -> None:
    command = subcommands.add_parser("worker", help="read the files that were sent in chat")
    command.add_argument("--until-idle", action="store_true", help="leave when nothing waits any more")
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    app.stores.database.migrate()
    stop = threading.Event()

    def end(*_: object) -> None:
        # Once only: what is under way is put back, and that is not to be cut short.
        if not stop.is_set():
            stop.set()
            raise Stopped

    signal.signal(signal.SIGTERM, end)
    lock = FileLock(app.settings.data_dir / "worker.lock", timeout=0)
    try:
        with lock, app.loader() as loader:
            tidy(app.settings.uploads_dir)
            Worker(app.stores, loader, app.encoder).run(stop, until_idle=options.until_idle)
    except Stopped:
        log.info("action=worker.stopped")
    except Timeout:
        log.info("action=worker.leave reason=another_one_runs")
    return 0
