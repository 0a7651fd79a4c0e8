"""`manage.py create_service_key NAME`: a key for a core service, printed once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from authn.models import ServiceAccount
from authn.services.keys import generate_service_key
from common.base import Environment
from common.principal import SYSTEM


class Command(BaseCommand):
    help = "Make a key for a service of the core platform and print it. It is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the service, e.g. core; made when it does not exist")
        parser.add_argument("--environment", choices=Environment.values, default=Environment.LIVE)

    def handle(self, *args: Any, **options: Any) -> None:
        account, _ = ServiceAccount.objects.get_or_create(name=options["name"])
        issued = generate_service_key(service_account=account, environment=options["environment"], actor=SYSTEM)
        self.stdout.write(issued.full_key)
