"""The ASGI application: event streams and WebSockets alone; WSGI serves everything else faster."""

import os

from django.core.asgi import get_asgi_application

from config.websocket import EventSocket

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = EventSocket(get_asgi_application())
