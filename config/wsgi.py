"""The WSGI application: pages and API, and the gateway check before both."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

from authn.gateway.authorize import GatewayCheck  # noqa: E402 (models are ready only now)

application = GatewayCheck(django_application)  # type: ignore[arg-type]  # (its stub names WSGI in its own words)
