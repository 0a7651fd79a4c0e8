"""django-webhook as its documentation sets it up. `python -m bench.django_webhook_peer URL COUNT` queues deliveries."""

from __future__ import annotations

import json
import os
import sys

import django
import environ
from celery import Celery
from django.conf import settings

settings.configure(
    SECRET_KEY="bench",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_webhook"],
    DATABASES={
        "default": {
            **environ.Env.db_url_config(os.environ["PEER_DATABASE_URL"]),
            "HOST": os.environ["PEER_DATABASE_HOST"],
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    DJANGO_WEBHOOK={"MODELS": ["auth.User"]},
)
app = Celery(
    "peer", broker=os.environ["REDIS_URL"].replace("unix://", "redis+socket://").replace("db=0", "virtual_host=2")
)
app.set_default()
django.setup()

from django_webhook import tasks  # noqa: E402 (Django first)


def queue(url: str, count: int, endpoints: int, data: dict[str, object]) -> None:
    """Queue what the signal of a saved model would: `count` deliveries, spread over `endpoints`."""
    from django.core.management import call_command
    from django_webhook.models import Webhook, WebhookSecret

    call_command("migrate", verbosity=0)
    topic = {"topic": "auth.User/create", "object_type": "auth.User"}
    webhooks = [Webhook.objects.create(url=f"{url}/{number}") for number in range(endpoints)]
    WebhookSecret.objects.bulk_create(WebhookSecret(webhook=webhook, token="secret-of-ours") for webhook in webhooks)
    for number in range(count):
        webhook = webhooks[number % endpoints]
        payload = json.dumps({"object": data, **topic, "webhook_uuid": str(webhook.uuid)})
        tasks.fire_webhook.delay(webhook.id, payload, **topic)


if __name__ == "__main__":
    from bench.delivery_world import ENDPOINTS, PAYLOAD

    queue(sys.argv[1], int(sys.argv[2]), ENDPOINTS, PAYLOAD)
