"""Every environment variable Treaty reads. `manage.py document_settings` prints them into docs/configuration.md."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from config.environment import (
    Environment,
    Variable,
    data_dir,
    parse_bool,
    parse_broker,
    parse_choice,
    parse_database,
    parse_email,
    parse_encryption_keys,
    parse_int,
    parse_list,
    parse_networks,
    parse_public_keys,
    parse_secret,
    parse_url,
)

environment = Environment()
read = environment.read

DEBUG = read(
    Variable("DEBUG", parse_bool, "Tracebacks in the browser. Never in production.", default=False, kind="boolean")
)
DEMO = read(
    Variable(
        "DEMO",
        parse_bool,
        "A demonstration instance: shows the design page and demo sign-ins.",
        default=False,
        kind="boolean",
    )
)
SECRET_KEY = read(
    Variable(
        "SECRET_KEY",
        parse_secret,
        "signs sessions and tokens; at least 32 random characters",
        required=True,
        secret=True,
    )
)
SECRET_KEY_FALLBACKS: list[str] = read(
    Variable(
        "SECRET_KEY_FALLBACKS",
        parse_list,
        "Earlier secret keys, comma-separated, accepted during a rotation.",
        default=[],
        kind="list",
        secret=True,
    )
)
FIELD_ENCRYPTION_KEYS = read(
    Variable(
        "FIELD_ENCRYPTION_KEYS",
        parse_encryption_keys,
        "encrypts webhook secrets, integration configuration and bank data at rest; id:base64 of 32 bytes, comma-separated, the first one encrypts",
        required=True,
        secret=True,
        kind="keys",
    )
)
API_KEY_PEPPER = read(
    Variable(
        "API_KEY_PEPPER",
        parse_secret,
        "Keys the SHA-256 under which API keys and client secrets are stored. Derived from SECRET_KEY when unset: set it before you rotate SECRET_KEY, or every key stops working.",
        secret=True,
    )
)
ALLOWED_HOSTS: list[str] = read(
    Variable(
        "ALLOWED_HOSTS", parse_list, "Host names this instance answers to, comma-separated.", default=[], kind="list"
    )
)
PUBLIC_URL = read(
    Variable(
        "PUBLIC_URL",
        parse_url("http", "https"),
        "Where people and integrators reach this instance; used in e-mails and documents.",
        default="http://127.0.0.1:8000",
        kind="URL",
    )
)
COMPANY_NAME = read(
    Variable(
        "COMPANY_NAME",
        str,
        "Legal name of who runs this platform; the other party of every agreement.",
        default="Treaty",
    )
)
HTTPS = read(
    Variable(
        "HTTPS",
        parse_bool,
        "Redirect to HTTPS, send HSTS, mark cookies Secure. Turn off only on a developer's machine.",
        default=True,
        kind="boolean",
    )
)
TRUSTED_PROXIES: list[IPv4Network | IPv6Network] = read(
    Variable(
        "TRUSTED_PROXIES",
        parse_networks,
        "CIDR ranges whose X-Forwarded-For and X-Forwarded-Proto are believed.",
        default=[],
        kind="CIDR list",
    )
)
CORS_ALLOWED_ORIGINS: list[str] = read(
    Variable("CORS_ALLOWED_ORIGINS", parse_list, "Browser origins that may call the API.", default=[], kind="list")
)
DATA_DIR: Path = data_dir()

DATABASE = read(
    Variable(
        "DATABASE_URL",
        parse_database,
        "PostgreSQL 15 or newer, as a postgres:// URL",
        required=True,
        secret=True,
        kind="URL",
        group="Services",
    )
)
DATABASE_REPLICA = read(
    Variable(
        "DATABASE_REPLICA_URL",
        parse_database,
        "A read replica for analytics; the primary serves them when unset.",
        secret=True,
        kind="URL",
        group="Services",
    )
)
REDIS_URL = read(
    Variable(
        "REDIS_URL",
        parse_url("redis", "rediss", "unix"),
        "Valkey or Redis 7 or newer, append-only file on: rate limits, usage stream, wake-ups",
        required=True,
        kind="URL",
        group="Services",
    )
)
BROKER_URL = read(
    Variable(
        "BROKER_URL",
        parse_broker,
        "Dramatiq's broker, redis:// or amqp:// (the nodes of a cluster separated by semicolons); REDIS_URL when unset.",
        default=REDIS_URL,
        kind="URL",
        group="Services",
    )
)
EMAIL = read(
    Variable(
        "EMAIL_URL",
        parse_email,
        "Outgoing mail, e.g. smtp+tls://user:password@host:587; printed to the log when unset.",
        default={"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
        secret=True,
        kind="URL",
        group="Services",
    )
)
DEFAULT_FROM_EMAIL = read(
    Variable(
        "DEFAULT_FROM_EMAIL", str, "Sender of every e-mail.", default="Treaty <partners@localhost>", group="Services"
    )
)
LOG_FORMAT = read(
    Variable(
        "LOG_FORMAT",
        parse_choice("json", "console"),
        "One JSON object per line, or text for people.",
        default="json",
        kind="json or console",
        group="Services",
    )
)
LOG_LEVEL = read(
    Variable(
        "LOG_LEVEL",
        parse_choice("DEBUG", "INFO", "WARNING", "ERROR"),
        "The least severe level that is logged.",
        default="INFO",
        kind="level",
        group="Services",
    )
)

METRICS_ALLOWED_NETWORKS: list[IPv4Network | IPv6Network] = read(
    Variable(
        "METRICS_ALLOWED_NETWORKS",
        parse_networks,
        "CIDR ranges that may read /metrics; loopback and private networks when unset.",
        default=parse_networks("127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"),
        kind="CIDR list",
        group="Services",
    )
)

OAUTH_ISSUER = read(
    Variable(
        "OAUTH_ISSUER",
        parse_url("http", "https"),
        "Issuer identifier of the OAuth server; PUBLIC_URL when unset.",
        default=PUBLIC_URL,
        kind="URL",
        group="OAuth",
    )
)
OAUTH_TOKEN_LIFETIME = read(
    Variable(
        "OAUTH_TOKEN_LIFETIME",
        parse_int(60, 86_400),
        "Access token lifetime in seconds.",
        default=3600,
        kind="seconds",
        group="OAuth",
    )
)
OAUTH_REFRESH_TOKEN_LIFETIME = read(
    Variable(
        "OAUTH_REFRESH_TOKEN_LIFETIME",
        parse_int(60, 31_536_000),
        "Refresh token lifetime in seconds.",
        default=2_592_000,
        kind="seconds",
        group="OAuth",
    )
)

LEAK_SCANNER_KEYS: dict[str, bytes] = read(
    Variable(
        "LEAK_SCANNER_KEYS",
        parse_public_keys,
        "Public keys of the secret scanners that may report leaked credentials, id:base64, comma-separated: ECDSA P-256, the body of the PEM file. GitHub publishes its own at https://api.github.com/meta/public_keys/secret_scanning.",
        default={},
        kind="keys",
        group="Leaked credentials",
    )
)

DEFAULT_RATE_LIMIT = read(
    Variable(
        "DEFAULT_RATE_LIMIT",
        parse_int(1, 10_000_000),
        "Requests per hour of a Basic partner's key.",
        default=1000,
        kind="requests/hour",
        group="Rate limits",
    )
)
PREMIUM_RATE_LIMIT = read(
    Variable(
        "PREMIUM_RATE_LIMIT",
        parse_int(1, 10_000_000),
        "Requests per hour of a Premium partner's key.",
        default=10_000,
        kind="requests/hour",
        group="Rate limits",
    )
)
ENTERPRISE_RATE_LIMIT = read(
    Variable(
        "ENTERPRISE_RATE_LIMIT",
        parse_int(1, 10_000_000),
        "Requests per hour of an Enterprise partner's key.",
        default=100_000,
        kind="requests/hour",
        group="Rate limits",
    )
)
ADDRESS_RATE_LIMIT = read(
    Variable(
        "ADDRESS_RATE_LIMIT",
        parse_int(1, 10_000_000),
        "Requests per hour without a valid credential from one address (IPv6: one /64): the public documents, the OAuth endpoints, leaked keys, and everything answered 401.",
        default=6000,
        kind="requests/hour",
        group="Rate limits",
    )
)

WEBHOOK_MAX_RETRIES = read(
    Variable(
        "WEBHOOK_MAX_RETRIES",
        parse_int(1, 20),
        "Attempts before a delivery is marked failed.",
        default=5,
        kind="attempts",
        group="Webhooks",
    )
)
WEBHOOK_RETRY_BACKOFF = read(
    Variable(
        "WEBHOOK_RETRY_BACKOFF",
        parse_choice("exponential", "fixed"),
        "exponential: 2, 4, 8, 16 minutes; fixed: 2 minutes each time.",
        default="exponential",
        kind="exponential or fixed",
        group="Webhooks",
    )
)
WEBHOOK_ALLOWED_NETWORKS: list[IPv4Network | IPv6Network] = read(
    Variable(
        "WEBHOOK_ALLOWED_NETWORKS",
        parse_networks,
        "Private or loopback CIDR ranges that receivers may live in, with plain http and any port. Empty in production.",
        default=[],
        kind="CIDR list",
        group="Webhooks",
    )
)
WEBHOOK_OWNERSHIP_CHECK = read(
    Variable(
        "WEBHOOK_OWNERSHIP_CHECK",
        parse_choice("public", "always", "never"),
        "Which live receivers must answer a signed challenge before their first delivery; public: all but those in"
        " WEBHOOK_ALLOWED_NETWORKS.",
        default="public",
        kind="public, always or never",
        group="Webhooks",
    )
)

EVENT_RETENTION_DAYS = read(
    Variable(
        "EVENT_RETENTION_DAYS",
        parse_int(30, 36_500),
        "How long events stay in the database before a day is archived.",
        default=400,
        kind="days",
        group="Events",
    )
)
DELIVERY_RETENTION_DAYS = read(
    Variable(
        "DELIVERY_RETENTION_DAYS",
        parse_int(91, 36_500),
        "How long deliveries that arrived or were given up stay in the database before they are archived; their"
        " requests and answers are kept for 90 days.",
        default=400,
        kind="days",
        group="Events",
    )
)
EVENT_ARCHIVE_DAILY = read(
    Variable(
        "EVENT_ARCHIVE_DAILY",
        parse_bool,
        "Archive past days every night; off: `manage.py archive_events` and `archive_deliveries` are run by hand.",
        default=True,
        kind="boolean",
        group="Events",
    )
)

INVOICE_DUE_DAYS = read(
    Variable(
        "INVOICE_DUE_DAYS",
        parse_int(0, 365),
        "Days from issue to due date of an invoice.",
        default=30,
        kind="days",
        group="Billing",
    )
)
PAYOUT_SCHEDULE = read(
    Variable(
        "PAYOUT_SCHEDULE",
        parse_choice("weekly", "monthly", "quarterly"),
        "How often payouts are prepared.",
        default="monthly",
        kind="weekly, monthly or quarterly",
        group="Billing",
    )
)

os.environ.setdefault("PGAPPNAME", "treaty")
