"""Typed environment variables: declared once, read by the settings, printed into docs/configuration.md."""

from __future__ import annotations

import base64
import binascii
import io
import ipaddress
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, cast
from urllib.parse import unquote, urlsplit

import environ
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from config.brokers import is_rabbitmq

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


class ConfigurationError(SystemExit):
    """A setting is missing or malformed; the message is the one line the operator sees."""


def data_dir() -> Path:
    """Where `manage.py up` keeps the embedded services, uploads and the generated environment file."""
    return Path(os.environ.get("TREATY_DATA") or ROOT / "var").resolve()


def load_env_file() -> None:
    """Fill unset variables from `<data dir>/env`: what `manage.py up` writes, in production a link to the settings."""
    path = data_dir() / "env"
    with suppress(PermissionError):  # reading it will say so
        if not path.exists():
            return
    environ.Env.read_env(io.StringIO(read_file(path, str(path))), overwrite=False)


def read_file(path: Path, shown: str) -> str:
    """The text in `path`. Raises ConfigurationError with `shown` in front when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{shown} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{shown} cannot be read: it is not UTF-8 text") from error


@dataclass(frozen=True)
class Variable(Generic[T]):
    """One environment variable: how to parse it, what it means, and whether production can do without it."""

    name: str
    parse: Callable[[str], T]
    help: str
    default: T | None = None
    kind: str = "text"
    required: bool = False
    secret: bool = False
    group: str = "Core"


@dataclass
class Environment:
    """The declarations, in order, and the values read so far."""

    variables: list[Variable[Any]] = field(default_factory=list)

    def read(self, variable: Variable[T]) -> T:
        """Return the parsed value of `variable`, from NAME or from the file that NAME_FILE points to.

        Raises ConfigurationError naming the variable when it is required and absent, malformed, or its file
        cannot be read.
        """
        self.variables.append(variable)
        raw = os.environ.get(variable.name)
        if raw is None and (path := os.environ.get(f"{variable.name}_FILE")):
            raw = read_file(Path(path), f"{variable.name}_FILE {path!r}").strip()
        if raw is None or raw == "":
            if variable.required:
                raise ConfigurationError(f"{variable.name} is not set: {variable.help}")
            return cast("T", variable.default)
        try:
            return variable.parse(raw)
        except (ValueError, TypeError, KeyError, environ.ImproperlyConfigured) as error:
            shown = "" if variable.secret else f" {raw!r}"
            raise ConfigurationError(f"{variable.name}{shown} is not valid: {error}") from error


def parse_bool(raw: str) -> bool:
    """`true/false`, `1/0`, `yes/no`, `on/off`."""
    value = raw.strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ValueError("expected true or false")


def parse_list(raw: str) -> list[str]:
    """Comma-separated values, blanks dropped."""
    return [item.strip() for item in raw.split(",") if item.strip()]


def parse_int(minimum: int, maximum: int) -> Callable[[str], int]:
    """An integer parser that refuses values outside [minimum, maximum]."""

    def parse(raw: str) -> int:
        value = int(raw)
        if not minimum <= value <= maximum:
            raise ValueError(f"expected a whole number from {minimum} to {maximum}")
        return value

    return parse


def parse_choice(*choices: str) -> Callable[[str], str]:
    """A parser that accepts only the given words."""

    def parse(raw: str) -> str:
        if raw not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return raw

    return parse


def parse_url(*schemes: str) -> Callable[[str], str]:
    """A parser for an absolute URL with one of `schemes`, without a trailing slash."""

    def parse(raw: str) -> str:
        scheme, separator, rest = raw.partition("://")
        if not separator or scheme not in schemes or not rest:
            raise ValueError(f"expected a URL starting with {' or '.join(s + '://' for s in schemes)}")
        _ = urlsplit(raw).port  # raises ValueError when it is not one
        return raw.rstrip("/")

    return parse


def parse_broker(raw: str) -> str:
    """A redis:// or amqp:// URL; several amqp:// ones, separated by semicolons, are the nodes of one cluster."""
    if not is_rabbitmq(raw):
        return parse_url("redis", "rediss", "unix", "amqp", "amqps")(raw)
    return ";".join(parse_url("amqp", "amqps")(url.strip()) for url in raw.split(";"))


def parse_secret(raw: str) -> str:
    """A secret of at least 32 characters."""
    if len(raw) < 32:
        raise ValueError("expected at least 32 characters")
    return raw


def parse_encryption_keys(raw: str) -> dict[str, bytes]:
    """`id:base64,id:base64`: 32-byte AES keys by id; the first one encrypts, all of them decrypt."""
    keys: dict[str, bytes] = {}
    for item in parse_list(raw):
        key_id, _, encoded = item.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise ValueError("expected id:base64 pairs") from None
        if not key_id or len(key) != 32:
            raise ValueError("each key is id:base64 of exactly 32 bytes")
        keys[key_id] = key
    if not keys:
        raise ValueError("expected at least one id:base64 pair")
    return keys


def parse_public_keys(raw: str) -> dict[str, bytes]:
    """`id:base64,id:base64`: ECDSA P-256 public keys by id, as SubjectPublicKeyInfo (the body of a PEM file)."""
    keys: dict[str, bytes] = {}
    for item in parse_list(raw):
        key_id, _, encoded = item.partition(":")
        try:
            der = base64.b64decode(encoded, validate=True)
            key = load_der_public_key(der)
        except (binascii.Error, ValueError, UnsupportedAlgorithm):
            raise ValueError("expected id:base64 pairs, each the body of a public key's PEM file") from None
        if not key_id or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("each key is id:base64 of an ECDSA P-256 public key")
        keys[key_id] = der
    return keys


def parse_networks(raw: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Comma-separated CIDR ranges."""
    return [ipaddress.ip_network(item) for item in parse_list(raw)]


def parse_database(raw: str) -> dict[str, Any]:
    """A postgres:// URL as Django's DATABASES entry."""
    config = environ.Env.db_url_config(raw)
    if "postgresql" not in config.get("ENGINE", ""):
        raise ValueError("expected a postgres:// URL")
    # A unix socket directory is written percent-encoded in the place of the host.
    return {**config, "HOST": unquote(config.get("HOST", ""))}


def parse_email(raw: str) -> dict[str, Any]:
    """An smtp://, smtp+tls://, consolemail:// or filemail:// URL as Django's e-mail settings."""
    return dict(environ.Env.email_url_config(raw))
