"""How long a process waits for the broker of its jobs."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

# Seconds, by scheme. Without them a host that answers nothing holds up a request for up to a minute and a half.
REDIS_LIMITS = {"socket_connect_timeout": "2", "socket_timeout": "3"}
RABBITMQ_LIMITS = {"socket_timeout": "2", "stack_timeout": "3", "blocked_connection_timeout": "2", "heartbeat": "15"}


def is_rabbitmq(url: str) -> bool:
    """Whether this is the URL of a RabbitMQ."""
    return url.startswith("amqp")


def with_limits(broker: str) -> str:
    """The broker's URL, or those of a RabbitMQ cluster's nodes, with each limit that it does not set itself."""
    return ";".join(map(limited, broker.split(";"))) if is_rabbitmq(broker) else limited(broker)


def limited(url: str) -> str:
    """One URL with its limits."""
    limits = RABBITMQ_LIMITS if is_rabbitmq(url) else REDIS_LIMITS
    given = dict(parse_qsl(urlsplit(url).query))
    missing = urlencode({name: value for name, value in limits.items() if name not in given})
    return f"{url}{'&' if given else '?'}{missing}" if missing else url
