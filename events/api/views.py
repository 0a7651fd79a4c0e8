"""The event catalogue and the event log."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import GenericViewSet
from events.api.filters import EventFilterSet, EventTypeFilterSet
from events.api.serializers import (
    EventSerializer,
    EventStatisticsSerializer,
    EventTypeSerializer,
    PeriodSerializer,
    PublishSerializer,
    ReplayedEventSerializer,
    ReplayedSerializer,
    ReplayManySerializer,
    ReplaySerializer,
)
from events.api.stream import event_stream
from events.models import EventType, PlatformEvent
from events.models.platform_event import PlatformEventQuerySet
from events.selectors import event_id, get_event_by_id, get_event_statistics, list_events
from events.services.publishing import publish_event
from events.services.replay import Selection, replay_event, replay_events

PUBLISH = "events.add_platformevent"


class EventTypeViewSet(mixins.ListModelMixin, GenericViewSet):
    """What can be subscribed to."""

    queryset = EventType.objects.all()
    serializer_class = EventTypeSerializer
    filterset_class = EventTypeFilterSet
    ordering_fields = ("event_name", "created_at")
    required_scopes = {"list": None}
    staff_permissions = {"list": None}

    def get_queryset(self) -> QuerySet[EventType]:
        """The catalogue is the same for everyone; retired types are shown on request."""
        types = EventType.objects.with_schemas()
        return types if "active" in self.request.query_params else types.active()

    @extend_schema(summary="List event types")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The catalogue: each type with the JSON Schema of its payload and an example."""
        return super().list(request, *args, **kwargs)


class EventViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """What happened on the platform."""

    queryset = PlatformEvent.objects.select_related("event_type")
    serializer_class = EventSerializer
    filterset_class = EventFilterSet
    ordering_aliases = {"created_at": "id", "updated_at": "id"}
    required_scopes = {
        "list": ("read:events", "service"),
        "retrieve": ("read:events", "service"),
        "create": "service",
        "replay": ("manage:webhooks", "service"),
        "statistics": ("read:analytics", "service"),
        "stream": ("read:events", "service"),
        "timeline": ("read:events", "service"),
        "replay_many": ("manage:webhooks", "service"),
    }
    staff_permissions = {"replay": PUBLISH, "replay_many": PUBLISH}
    query_parameters: tuple[str, ...] = ()

    def get_queryset(self) -> PlatformEventQuerySet:
        """The log as the caller may see it."""
        if getattr(self, "swagger_fake_view", False):
            return PlatformEvent.objects.none()
        return list_events(principal=self.principal)

    def get_object(self) -> PlatformEvent:
        """By UUID, or by the `evt_` id that webhooks carry."""
        event = get_event_by_id(principal=self.principal, key=self.kwargs["pk"])
        if event is None:
            raise Http404
        return event

    @extend_schema(summary="List events")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The event log as the caller may see it, newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(summary="Get an event")
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One event, by its UUID or by the `evt_` id that webhooks carry."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(summary="Publish an event", request=PublishSerializer, responses={201: EventSerializer})
    def create(self, request: Request) -> Response:
        """Append an event and hand it to every webhook that takes it. For the core platform and staff."""
        data = self.validated(PublishSerializer)
        data.setdefault("environment", self.principal.environment)
        return self.respond(publish_event(**data, actor=self.principal), status=201)

    @extend_schema(summary="Replay an event", request=ReplaySerializer, responses=ReplayedEventSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send an event again, to one webhook or to all of yours that take it, marked as a replay."""
        event = self.get_object()
        deliveries = replay_event(event=event, actor=self.principal, **self.validated(ReplaySerializer))
        return Response({**EventSerializer(event).data, "deliveries": deliveries})

    @extend_schema(
        summary="Get event statistics",
        parameters=[PeriodSerializer],
        responses=EventStatisticsSerializer,
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def statistics(self, request: Request) -> Response:
        """How many events there were: in all, by type, category, environment and day (UTC)."""
        period = self.validated_query(PeriodSerializer)
        return Response(EventStatisticsSerializer(get_event_statistics(principal=self.principal, **period)).data)

    @extend_schema(
        summary="Follow events",
        parameters=[
            OpenApiParameter("lastEventId", str, description="Resume behind this event; `Last-Event-ID` does the same.")
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    @action(detail=False, methods=["get"], pagination_class=None, query_parameters=("lastEventId",))
    def stream(self, request: Request) -> StreamingHttpResponse:
        """Events as they happen, as server-sent events, with the filters of the list.

        `/api/events/ws` is the same as a WebSocket: a text message per event. A stream ends after a minute; resume it
        behind the last event's `eventId`. When none came, the WebSocket's only message says where to resume it:
        `{"position": "evt_..."}`.
        """
        raw = request.headers.get("Last-Event-ID") or request.query_params.get("lastEventId", "")
        after = event_id(raw) if raw else None
        if raw and after is None:
            detail = ErrorDetail("This is no id of an event.", code="invalid")
            raise ValidationError({"lastEventId": [detail]})
        events: Any = self.filter_queryset(self.get_queryset())
        return event_stream(request._request, self.principal, events, after)

    @extend_schema(
        summary="Get the timeline of an entity",
        parameters=[
            OpenApiParameter("entityType", str, required=True, description="What the events are about, e.g. `lead`."),
            OpenApiParameter("entityId", str, required=True, description="Which one."),
        ],
        responses=EventSerializer(many=True),
    )
    @action(detail=False, methods=["get"])
    def timeline(self, request: Request) -> Response:
        """All events of one entity in the order in which they happened, unless `ordering` says otherwise."""
        for name in ("entityType", "entityId"):
            if not request.query_params.get(name):
                raise ValidationError({name: [ErrorDetail("This field is required.", code="required")]})
        events: Any = self.filter_queryset(self.get_queryset())
        if "ordering" not in request.query_params:
            events = events.of_entity(request.query_params["entityType"], request.query_params["entityId"])
        page = self.paginate_queryset(events)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="events_replay_many_create",
        summary="Replay events",
        request=ReplayManySerializer,
        responses=ReplayedSerializer,
        filters=False,
    )
    @action(detail=False, methods=["post"], url_path="replay", pagination_class=None)
    def replay_many(self, request: Request) -> Response:
        """Send every event of a range again, oldest first, marked as a replay.

        At most 1,000 events a call and 10,000 an hour.
        """
        data = self.validated(ReplayManySerializer)
        endpoint_id = data.pop("endpoint_id", None)
        replayed = replay_events(selection=Selection(**data), actor=self.principal, endpoint_id=endpoint_id)
        return Response(ReplayedSerializer(replayed).data)
