"""One running platform and its data directory: the lock, the generated environment, what an earlier run left behind.

All of it happens before Django reads its settings, because the settings are what it generates.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import io
import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import environ

from config.environment import ConfigurationError, load_env_file, read_file
from config.processes import end_process
from config.runner.options import parse_options
from config.services import EmbeddedPostgres, EmbeddedService, EmbeddedValkey

# Kept once generated: what they sign, hash or encrypt must stay readable.
SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_ENCRYPTION_KEYS": lambda: f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    "API_KEY_PEPPER": lambda: secrets.token_urlsafe(48),
}


# Services that may be someone else's: other terminals must use the same ones, but only as long as this run does.
SERVICES = ("DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "BROKER_URL", "EMAIL_URL")
WRITTEN = "# Written by `manage.py up` at each start, read by every other command:"
KEPT = "# Kept from run to run. Lines you add below stay, and win over those above:"
OURS = ("# Written by `manage.py up`", "# Kept from run to run")
REWRITTEN = {*SERVICES, "HTTPS", "DEMO", "ALLOWED_HOSTS", "PUBLIC_URL", "LOG_FORMAT", "WEBHOOK_ALLOWED_NETWORKS"}


@dataclass
class Instance:
    """What `manage.py up` was asked for, and the lock that makes it the only one on its data directory."""

    data_dir: Path
    host: str
    port: int
    workers: int
    demo: bool
    lock: IO[str]
    services: list[EmbeddedService]
    receiver_port: int
    streams_port: int
    started_at: float = field(default_factory=time.monotonic)

    @property
    def url(self) -> str:
        """Where a browser on this machine reaches it."""
        return self.address(self.port)

    @property
    def streams_url(self) -> str:
        """Where event streams and WebSockets stay open."""
        return self.address(self.streams_port)

    def address(self, port: int) -> str:
        """A port of this instance as seen from this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 (compared, not bound)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def process_record(self) -> Path:
        """The processes of the current run, for the next one to clean up after a crash."""
        return self.data_dir / "processes.json"

    @property
    def metrics_dir(self) -> Path:
        """Where the web processes share their counters."""
        return self.data_dir / "metrics"


instances: list[Instance] = []


def prepare(arguments: list[str]) -> Instance:
    """Lock the data directory, clean up, generate the environment and load it. Exits with one line when it cannot."""
    options = parse_options(arguments)
    try:
        options.data.mkdir(parents=True, exist_ok=True)
        lock = acquire_lock(options.data)
    except OSError as error:
        raise ConfigurationError(f"Cannot write to {options.data} ({error.strerror}). Choose another --data.") from None
    kept = kept_lines(options.data / "env")
    environ.Env.read_env(io.StringIO("\n".join(kept)), overwrite=False)
    services: list[EmbeddedService] = []
    if not os.environ.get("DATABASE_URL"):
        services.append(EmbeddedPostgres(options.data))
    if not os.environ.get("REDIS_URL"):
        services.append(EmbeddedValkey(options.data))
    instance = Instance(
        data_dir=options.data,
        host=options.host,
        port=options.port,
        workers=options.workers,
        demo=options.demo,
        lock=lock,
        services=services,
        receiver_port=free_port(),
        streams_port=0,
    )
    end_leftovers(instance)
    require_free_port(instance)
    instance.streams_port = port_after(instance.host, instance.port)
    lock.seek(0)
    lock.truncate()
    lock.write(f"{os.getpid()} {instance.url}")
    lock.flush()
    os.environ["TREATY_DATA"] = str(instance.data_dir)
    write_environment(instance, kept)
    load_env_file()
    instances.append(instance)
    return instance


def acquire_lock(directory: Path) -> IO[str]:
    """The lock of `directory`, held until this process ends; children do not inherit it."""
    lock = (directory / "up.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        pid, _, url = lock.read().partition(" ")
        raise ConfigurationError(
            f"Treaty is already running on {directory} (process {pid or '?'}, {url or 'starting'}). "
            "Stop it there with Ctrl-C, or choose another directory with --data."
        ) from None
    return lock


def end_leftovers(instance: Instance) -> None:
    """End processes of an earlier run that was killed before it could stop them."""
    if instance.process_record.exists():
        # Newest first: the services, which everything else uses, end last.
        for entry in reversed(json.loads(instance.process_record.read_text(encoding="utf-8"))):
            end_process(entry["pid"], entry["ticks"], entry["signal"])
        instance.process_record.unlink()


def free_port() -> int:
    """A port of 127.0.0.1 for the demonstration's receiver."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def try_port(host: str, port: int) -> None:
    """Bind it for a moment; raises OSError when something else listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def require_free_port(instance: Instance) -> None:
    """Say so at once when something else listens there."""
    try:
        try_port(instance.host, instance.port)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {instance.host}:{instance.port} ({error.strerror}). Choose another --port."
        ) from None


def port_after(host: str, port: int) -> int:
    """The first free port behind `port`, any free one when the next hundred are taken."""
    for candidate in range(port + 1, min(port + 101, 65536)):
        with contextlib.suppress(OSError):
            try_port(host, candidate)
            return candidate
    return free_port()


def kept_lines(path: Path) -> list[str]:
    """What stays of an environment file, comments included; a value that this run's environment has goes first."""
    if not path.exists():
        return []
    text = read_file(path, str(path))
    before, marker, after = text.partition(f"{KEPT}\n")
    if marker:
        lines = after.splitlines()
    else:
        # An earlier version wrote it, or the marker is gone: all but what is written anew.
        lines = [line for line in before.splitlines() if not line.startswith(OURS) and named(line) not in REWRITTEN]
    return [f"{named(line)}={os.environ[named(line)]}" if os.environ.get(named(line)) else line for line in lines]


def named(line: str) -> str:
    """The variable that a line sets; empty when it sets none."""
    name, separator, _ = line.partition("=")
    return name.strip() if separator and not line.startswith("#") else ""


def write_environment(instance: Instance, kept: Sequence[str]) -> None:
    """Write DIR/env: what this run was asked for, then the lines that stay, with the secrets that they lack."""
    any_host = instance.host in {"0.0.0.0", "::"}  # noqa: S104 (compared, not bound)
    values = {
        **{name: os.environ[name] for name in SERVICES if os.environ.get(name)},
        **{service.variable: service.url for service in instance.services},
        "HTTPS": "false",
        "DEMO": str(instance.demo).lower(),
        "ALLOWED_HOSTS": "*" if any_host else ",".join(sorted({"localhost", "127.0.0.1", "[::1]", instance.host})),
        "PUBLIC_URL": instance.url,
        "LOG_FORMAT": "console",
        # A demo's receivers run on this very machine; anywhere else loopback stays forbidden.
        "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.1/32" if instance.demo else "",
    }
    # What the operator's own environment says goes first here too, so that other terminals see the same.
    values.update({name: os.environ[name] for name in values if os.environ.get(name)})
    there = {named(line) for line in kept}
    made = {name: os.environ.get(name) or make() for name, make in SECRETS.items() if name not in there}
    written = ("=".join(pair) for pair in values.items() if pair[0] not in there)
    lines = [WRITTEN, *written, KEPT, *map("=".join, made.items()), *kept]
    path = instance.data_dir / "env"
    temporary = path.with_suffix(".new")
    temporary.touch(mode=0o600)
    temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    temporary.replace(path)


def read_pairs(path: Path) -> dict[str, str]:
    """The NAME=value lines of an environment file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: line.partition("=")[2] for line in lines if (name := named(line))}
