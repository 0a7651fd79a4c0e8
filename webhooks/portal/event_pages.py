"""The event log and the catalogue: what endpoints can subscribe to, what happened, and where it went."""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from common.base import Environment
from common.errors import ConflictError
from common.keyset import keyset_page
from common.principal import NOBODY, Principal
from events.models import EventType, PlatformEvent
from events.selectors import get_event_by_id, list_event_types, list_events
from events.services.replay import replay_event
from partners.portal.access import PortalPage
from partners.portal.pages import ActionPage
from webhooks.models import WebhookDelivery
from webhooks.portal.event_forms import EventFilterForm
from webhooks.portal.live import position, stream_url, streamed_names
from webhooks.portal.pages import MANAGE

TIMELINE_SHOWN = 20
LIVE_SHOWN = 20
LIVE_KEPT = 200


class EventsPage(PortalPage):
    """Open to roles that may read events."""

    read_scope = "read:events"


class EventList(EventsPage, TemplateView):
    """What happened, newest first."""

    template_name = "events/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page asked for, filtered."""
        form = EventFilterForm(self.request.GET)
        narrowing = form.narrowing()
        events = list_events(principal=self.principal, **narrowing)
        return super().get_context_data(
            form=form, page=keyset_page(events, self.request.GET), filtered=bool(narrowing), **kwargs
        )


class EventLive(EventsPage, TemplateView):
    """Events as they happen. Without JavaScript, the newest as the page was loaded."""

    template_name = "events/live.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The newest rows, where the stream begins, and an empty row of each environment to fill."""
        form = EventFilterForm(self.request.GET)
        after = position()
        events = list_events(principal=self.principal, **form.narrowing())
        query = form.query()
        return super().get_context_data(
            form=form,
            filtered=bool(query),
            events=events[:LIVE_SHOWN],
            stream=stream_url(query, after),
            names=streamed_names(),
            keep=LIVE_KEPT,
            blanks=[
                PlatformEvent(id=NOBODY, environment=environment, event_type=EventType())
                for environment in Environment.values
            ],
            **kwargs,
        )


def event_or_404(principal: Principal, pk: uuid.UUID) -> PlatformEvent:
    """The event of an address, if its reader may see it."""
    event = get_event_by_id(principal=principal, key=pk)
    if event is None:
        raise Http404
    return event


class EventDetail(EventsPage, TemplateView):
    """One event: its payload, where it was delivered, and what else happened to its entity."""

    template_name = "events/detail.html"
    required_scope = MANAGE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The event and the newest of its entity's timeline."""
        event = event_or_404(self.principal, kwargs["pk"])
        timeline = list_events(principal=self.principal).of_entity(event.entity_type, event.entity_id).reverse()
        deliveries = WebhookDelivery.objects.visible_to(self.principal).filter(event=event).select_related("endpoint")
        return super().get_context_data(
            event=event, timeline=timeline[:TIMELINE_SHOWN], deliveries=list(deliveries), **kwargs
        )


class EventReplay(EventsPage, ActionPage):
    """Send an event again, to every endpoint of the partner that takes it."""

    required_scope = MANAGE

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """As a replay."""
        event = event_or_404(self.principal, kwargs["pk"])
        count = replay_event(event=event, actor=self.principal)
        if not count:
            raise ConflictError("no_webhook", "None of your endpoints takes this event.")
        return f"On its way to {count} endpoint{'' if count == 1 else 's'}, marked as a replay."

    def destination(self) -> str:
        """The event, with its new deliveries."""
        return reverse("event_detail", args=[self.kwargs["pk"]])


class EventCatalogue(EventsPage, TemplateView):
    """Every type of event that can be subscribed to."""

    template_name = "events/catalogue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Types by category, in the order of the categories."""
        order = EventType.Category.values
        types = sorted(list_event_types(), key=lambda item: (order.index(item.event_category), item.event_name))
        categories = [
            {"label": EventType.Category(category).label, "types": list(members)}
            for category, members in groupby(types, key=lambda item: item.event_category)
        ]
        return super().get_context_data(categories=categories, **kwargs)


class EventTypeDetail(EventsPage, TemplateView):
    """One type: when it is sent, an example and its schema."""

    template_name = "events/type.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The type, and the newest of its events."""
        event_type = get_object_or_404(EventType.objects.active().with_schemas(), event_name=kwargs["name"])
        recent = list_events(principal=self.principal, event_type=event_type)
        return super().get_context_data(event_type=event_type, recent=recent[:5], **kwargs)
