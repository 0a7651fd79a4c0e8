"""Webhooks over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import GenericViewSet, without_body
from webhooks.api import serializers as wire
from webhooks.api.filters import DeliveryFilter, WebhookFilter
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.selectors import delivery_statistics
from webhooks.services import deliveries, endpoints, ownership, removal, secrets

MANAGE = "manage:webhooks"


@extend_schema_view(
    list=extend_schema(summary="List webhooks"),
    retrieve=extend_schema(summary="Get a webhook"),
)
class WebhookViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Where a partner receives events."""

    queryset = WebhookEndpoint.objects.all()
    serializer_class = wire.WebhookSerializer
    filterset_class = WebhookFilter
    ordering_fields = ["created_at", "updated_at"]
    required_scopes = {"*": MANAGE, "statistics": "read:analytics", "overall_statistics": "read:analytics"}

    @extend_schema(
        summary="Register a webhook", request=wire.WebhookCreateInput, responses={201: wire.NewWebhookSerializer}
    )
    def create(self, request: Request) -> Response:
        """The answer holds the secret; afterwards only the portal shows it."""
        data = self.validated(wire.WebhookCreateInput)
        created = endpoints.register_webhook(actor=self.principal, **data)
        body = wire.NewWebhookSerializer(created, context=self.get_serializer_context()).data
        return Response(body, status=201, headers={"Location": f"/api/webhooks/{created.id}"})

    @extend_schema(summary="Replace a webhook", request=wire.WebhookUpdateInput)
    def update(self, request: Request, pk: str) -> Response:
        """Every field not given goes back to its default."""
        return self.change()

    @extend_schema(summary="Change a webhook", request=wire.WebhookUpdateInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields given."""
        return self.change()

    def change(self) -> Response:
        """Apply the body to the object."""
        webhook = self.get_object()
        data = self.validated(wire.WebhookUpdateInput, instance=webhook)
        return self.respond(endpoints.update_webhook(webhook=webhook, actor=self.principal, **data))

    @extend_schema(summary="Delete a webhook", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """With its delivery log."""
        removal.delete_webhook(webhook=self.get_object(), actor=self.principal)
        return Response(status=204)

    @without_body(summary="Verify a webhook", responses=wire.WebhookSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Post the signed ownership challenge again, now; `ownershipStatus` tells what came of it.

        It passes when a 2xx answer gives the request's `data.challenge` back, as `{"challenge": "..."}` or bare text.
        """
        return self.respond(ownership.verify_webhook(webhook=self.get_object(), actor=self.principal))

    @extend_schema(summary="Send a test event", request=wire.TestInput, responses=wire.DeliverySerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """A real, signed delivery of the event's example to this endpoint alone."""
        data = self.validated(wire.TestInput)
        delivery = deliveries.test_webhook(webhook=self.get_object(), event_name=data["event"], actor=self.principal)
        return Response(wire.DeliverySerializer(delivery, context=self.get_serializer_context()).data)

    @extend_schema(summary="Rotate the secret", request=wire.RotateInput, responses=wire.RotatedSecretSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str) -> Response:
        """Both secrets sign during the overlap. Secrets replaced before keep their own; at most five sign besides."""
        data = self.validated(wire.RotateInput)
        rotated = secrets.rotate_secret(webhook=self.get_object(), actor=self.principal, **data)
        return Response(wire.RotatedSecretSerializer(rotated).data)

    @without_body(summary="End the overlap of earlier secrets", responses=wire.WebhookSerializer)
    @action(detail=True, methods=["post"], url_path="end-overlap")
    def end_overlap(self, request: Request, pk: str) -> Response:
        """From the next delivery on, the current secret alone signs."""
        return self.respond(secrets.end_secret_overlap(webhook=self.get_object(), actor=self.principal))

    @extend_schema(
        summary="Statistics of a webhook",
        parameters=[wire.WindowSerializer],
        responses=wire.StatisticsSerializer,
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def statistics(self, request: Request, pk: str) -> Response:
        """Rates, delivery times and causes of failure; the last 24 hours unless asked otherwise."""
        found = delivery_statistics(
            principal=self.principal, webhook=self.get_object(), **self.validated_query(wire.WindowSerializer)
        )
        return Response(wire.StatisticsSerializer(found).data)

    @extend_schema(
        operation_id="webhooks_overall_statistics_retrieve",
        summary="Statistics of all webhooks",
        parameters=[wire.WindowSerializer],
        responses=wire.StatisticsSerializer,
        filters=False,
    )
    @action(detail=False, methods=["get"], url_path="statistics")
    def overall_statistics(self, request: Request) -> Response:
        """The same over every webhook the caller can see."""
        found = delivery_statistics(principal=self.principal, **self.validated_query(wire.WindowSerializer))
        return Response(wire.StatisticsSerializer(found).data)


class DeliveryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The delivery log of a webhook."""

    queryset = WebhookDelivery.objects.with_events()
    serializer_class = wire.DeliverySerializer
    filterset_class = DeliveryFilter
    ordering_aliases = {"created_at": "id"}
    required_scopes = {"*": MANAGE}

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        """The deliveries of the webhook in the path; 404 when the caller cannot see it."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()
        webhook_id: UUID = self.kwargs["webhook_id"]
        if not WebhookEndpoint.objects.visible_to(self.principal).filter(pk=webhook_id).exists():
            raise Http404
        found: QuerySet[WebhookDelivery] = self.queryset.filter(endpoint=webhook_id)
        return found

    @extend_schema(summary="List deliveries")
    def list(self, request: Request, webhook_id: UUID) -> Response:
        """Newest first."""
        return super().list(request)

    @extend_schema(summary="Get a delivery", responses=wire.DeliveryDetailSerializer)
    def retrieve(self, request: Request, webhook_id: UUID, pk: UUID) -> Response:
        """With every attempt: request and answer."""
        return Response(wire.DeliveryDetailSerializer(self.get_object(), context=self.get_serializer_context()).data)

    @without_body(summary="Retry a delivery", responses=wire.DeliverySerializer)
    def retry(self, request: Request, webhook_id: UUID, pk: UUID) -> Response:
        """Try again now."""
        delivery = deliveries.retry_delivery(delivery=self.get_object(), actor=self.principal)
        return self.respond(self.get_queryset().get(pk=delivery.pk))


class UndeliveredViewSet(mixins.ListModelMixin, GenericViewSet):
    """What never arrived, over every webhook the caller can see: waiting for another attempt, held, or given up."""

    queryset = WebhookDelivery.objects.undelivered().with_events()
    serializer_class = wire.DeliverySerializer
    filterset_class = DeliveryFilter
    ordering_aliases = {"created_at": "id"}
    required_scopes = {"*": MANAGE}

    @extend_schema(summary="List undelivered deliveries")
    def list(self, request: Request) -> Response:
        """Newest first."""
        return super().list(request)
