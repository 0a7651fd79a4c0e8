"""Dramatiq's RabbitMQ broker, fit for requests that must not wait and for jobs that must not vanish."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

import pika
from dramatiq.broker import Consumer, get_broker
from dramatiq.brokers.rabbitmq import RabbitmqBroker as DramatiqBroker
from dramatiq.common import dq_name, xq_name
from dramatiq.errors import ConnectionClosed
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPConnectionError, AMQPError


def connection_closed(error: Exception) -> ConnectionClosed:
    """What Dramatiq and its callers know as a lost connection."""
    return ConnectionClosed(error)  # type: ignore[no-untyped-call]  # (Dramatiq leaves it bare)


class RabbitmqBroker(DramatiqBroker):
    """Gives up at once on a server it cannot reach, and has messages confirmed where there is time for it.

    A request sends wake-ups alone: a sweep finds what a lost one left behind. What workers and the scheduler send is
    followed by nobody, so that they wait until RabbitMQ has it.
    """

    @property
    def connection(self) -> pika.BlockingConnection:
        """This thread's connection. A broken one is replaced by Dramatiq; what cannot be opened is not tried again."""
        try:
            return super().connection
        except (AMQPConnectionError, AMQPConnectorException) as error:
            raise connection_closed(error) from None

    @connection.deleter
    def connection(self) -> None:
        DramatiqBroker.connection.fdel(self)  # type: ignore[attr-defined]  # (a property with a deleter reads as overloaded)

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """As Dramatiq does, but a handshake that takes too long is a lost connection, too."""
        self.confirm_delivery = True
        try:
            return super().consume(queue_name, prefetch, timeout)
        except AMQPConnectorException as error:
            raise connection_closed(error) from None

    def count_jobs(self, queues: Iterable[str]) -> tuple[int, int]:
        """How many no worker has taken yet, and how many were given up. A worker must have made the queues."""
        try:
            with closing(pika.BlockingConnection(self.parameters)) as connection:
                channel = connection.channel()

                def count(name: str) -> int:
                    return int(channel.queue_declare(name, passive=True).method.message_count)

                waiting = sum(count(name) for queue in queues for name in (queue, dq_name(queue)))
                return waiting, sum(count(xq_name(queue)) for queue in queues)
        except (AMQPError, AMQPConnectorException) as error:
            raise connection_closed(error) from None


def confirm_messages() -> None:
    """Have RabbitMQ, where it is the broker, confirm what this process sends from now on."""
    broker = get_broker()
    if isinstance(broker, RabbitmqBroker):
        broker.confirm_delivery = True
