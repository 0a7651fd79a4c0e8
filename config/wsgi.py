"""The WSGI application: pages and API, and the gateway check before both."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from authn.gateway.authorize import GatewayCheck  # noqa: E402 (models are ready only now)
from config.handler import Handler  # noqa: E402 (as above)

application = GatewayCheck(Handler())
