"""Run a service: uvicorn on uvloop and httptools, TLS 1.2 or newer, workers, and an end without loss.

SIGTERM and Ctrl-C: readiness fails at once, after `drain_seconds` no connection is taken any more, what runs may end
(20 s), exit 0. SIGHUP: `reload` is called in every worker. A taken port is named before anything starts.

The listening socket is opened first and shared; workers are forked before there is a loop, a thread or a connection,
each makes the application for itself, and one that dies is replaced.
"""

import asyncio
import os
import signal
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EADDRINUSE
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from web_service.errors import WebError
from web_service.http_protocol import LimitedHttp
from web_service.logging import configure, log, log_exception
from web_service.settings import ServiceSettings
from web_service.site import Site

GRACE_SECONDS: Final = 20
KEEP_ALIVE_SECONDS: Final = 15
BACKLOG: Final = 512
# TLS 1.3 has its own fixed list; for 1.2 forward secrecy and authenticated encryption alone.
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!MD5:!DSS"


@dataclass(frozen=True, slots=True)
class Service:
    """What `serve` runs. `create` makes the application in each worker; `reload` is what SIGHUP asks for there."""

    create: Callable[[], FastAPI]
    reload: Callable[[FastAPI], None] = lambda _app: None
    started: Callable[[str], None] = lambda _address: None


def serve(settings: ServiceSettings, service: Service) -> int:
    """Run until told to stop; return the exit code. Raises WebError port_taken, host_unusable, tls_unusable."""
    configure(settings.log_level)
    context = tls_context(settings.tls_cert, settings.tls_key) if settings.tls_cert and settings.tls_key else None
    listening = listen(settings.host, settings.port)
    address = f"{'https' if context else 'http'}://{settings.host}:{listening.getsockname()[1]}"
    service.started(address)
    if settings.workers == 1:
        return _work(settings, service, listening, context)
    return _Supervisor(settings, service, listening, context).run()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises WebError("port_taken") or WebError("host_unusable")."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise WebError("host_unusable", host=host) from None
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == EADDRINUSE:
            raise WebError("port_taken", host=host, port=port) from None
        raise WebError("host_unusable", host=host) from None
    listening.setblocking(False)
    return listening


def tls_context(cert: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with forward secrecy. Raises WebError("tls_unusable")."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_ciphers(CIPHERS)
    try:
        # An empty password: an encrypted key must fail here instead of asking at a terminal.
        context.load_cert_chain(cert, key, password="")
    except (OSError, ValueError):
        raise WebError("tls_unusable") from None
    return context


class _Server(uvicorn.Server):
    """uvicorn's server with our signals: it must not die of SIGTERM after having shut down for it."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, service: Service, drain_seconds: float) -> None:
        super().__init__(config)
        self._application = app
        self._service = service
        self._drain_seconds = drain_seconds

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        # Held back in `_work`: what came in between is heard now.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP, signal.SIGTERM, signal.SIGINT})
        yield

    def _stop(self) -> None:
        site: Site = self._application.state.site
        if site.draining:
            self.force_exit = True  # asked twice: somebody is in a hurry
            return
        site.draining = True
        log("draining")
        asyncio.get_running_loop().call_later(self._drain_seconds, self._close)

    def _close(self) -> None:
        self.should_exit = True

    def _reload(self) -> None:
        try:
            self._service.reload(self._application)
            log("reloaded")
        except Exception as error:
            # The boundary of an operator's signal: what was loaded before stays in use.
            log_exception("reload_failed", error)


def _work(settings: ServiceSettings, service: Service, listening: socket.socket, context: ssl.SSLContext | None) -> int:
    # Its default action is to end the process, and a reload may be asked for while the application is being made.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        app = service.create()
    except WebError as error:
        log("start_failed", level="error", reason=error.code)
        raise
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=LimitedHttp,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )
    server = _Server(config, app, service, settings.drain_seconds)
    # Who reads the next line may ask for the stop; one that ended the process now would not be in the log.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    log("started", service=settings.service, port=listening.getsockname()[1])
    server.run(sockets=[listening])
    log("stopped", service=settings.service)
    return 0 if server.started else 1


class _Supervisor:
    """The parent of several workers: forwards signals, replaces a worker that died."""

    def __init__(
        self, settings: ServiceSettings, service: Service, listening: socket.socket, context: ssl.SSLContext | None
    ) -> None:
        self._settings = settings
        self._service = service
        self._listening = listening
        self._context = context
        self._workers: set[int] = set()
        self._stopping = False

    def run(self) -> int:
        with tempfile.TemporaryDirectory(prefix="todiste-metrics-") as folder:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
            # Blocked while a worker is made, so that no signal is lost between fork and the worker's own handlers.
            signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
            signal.pthread_sigmask(signal.SIG_BLOCK, signals)
            signal.signal(signal.SIGCHLD, lambda *_: None)
            failures = 0
            for _ in range(self._settings.workers):
                self._fork(signals)
            while self._workers:
                number = signal.sigwait(signals)
                if number == signal.SIGCHLD:
                    failures += self._replace(signals)
                    if failures > 5 * self._settings.workers:
                        self._stop(signal.SIGTERM)
                elif number == signal.SIGHUP:
                    self._send(signal.SIGHUP)
                else:
                    self._stop(signal.SIGTERM)
            return 0 if failures <= 5 * self._settings.workers else 1

    def _fork(self, signals: set[signal.Signals]) -> None:
        worker = os.fork()
        if worker:
            self._workers.add(worker)
            return
        code = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # SIGHUP stays blocked until the server has its own handler.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals - {signal.SIGHUP})
            code = _work(self._settings, self._service, self._listening, self._context)
        except BaseException as error:
            # The boundary of a process: nothing may unwind into the parent's frames.
            if not isinstance(error, WebError):
                log_exception("worker_failed", error)
        finally:
            os._exit(code)

    def _replace(self, signals: set[signal.Signals]) -> int:
        """Reap the dead; start one for each unless the service stops. Return how many died by themselves."""
        died = 0
        while True:
            try:
                worker, _status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return died
            if worker == 0:
                return died
            self._workers.discard(worker)
            if not self._stopping:
                died += 1
                log("worker_died", level="error", worker=worker)
                self._fork(signals)

    def _stop(self, number: signal.Signals) -> None:
        self._stopping = True
        self._send(number)

    def _send(self, number: signal.Signals) -> None:
        for worker in self._workers:
            os.kill(worker, number)
