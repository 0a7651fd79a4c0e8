"""Usage over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from authn.quotas import MonthlyQuota, quota_of
from billing.models import PartnerUsage, UsageReport
from billing.selectors import PERIODS, usage_lines, usage_totals
from billing.services.usage import track_usage
from common.api.serializers import APP_ALIAS, BoundedDateTimeField, ModelSerializer, Serializer
from common.api.views import GenericViewSet
from common.base import Environment
from partners.models import Partner

LONGEST = timedelta(days=400)
USUAL = timedelta(days=30)


class UsageQuerySerializer(Serializer):
    """The query parameters of the summary."""

    partner_id = serializers.UUIDField(required=False)
    app_id = serializers.UUIDField(required=False)
    metric_name = serializers.CharField(required=False, max_length=50)
    environment = serializers.ChoiceField(choices=Environment.choices, default="live")
    start_date = serializers.DateTimeField(required=False, help_text="30 days ago when not given.")
    end_date = BoundedDateTimeField(required=False, help_text="Now when not given.")
    group_by = serializers.ChoiceField(choices=list(PERIODS), default="day")
    by_application = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the dates that were not given, and hold them to 400 days."""
        end: datetime = attrs.get("end_date") or timezone.now()
        start: datetime = attrs.get("start_date") or end - USUAL
        if not timedelta() < end - start <= LONGEST:
            field = "endDate" if "end_date" in attrs else "startDate"
            message = "The end must be later than the start, by 400 days at most."
            raise serializers.ValidationError({field: message}, code="invalid")
        return {**attrs, "start_date": start, "end_date": end}


class UsageLineSerializer(Serializer):
    """One metric in one period."""

    period_start = serializers.DateTimeField()
    app_id = serializers.UUIDField(source="application_id", allow_null=True)
    metric_name = serializers.CharField()
    unit = serializers.CharField()
    value = serializers.DecimalField(max_digits=44, decimal_places=6)
    samples = serializers.IntegerField()


class UsageTotalsSerializer(Serializer):
    """Everything in a few figures; percentiles in ms, from merged histograms."""

    calls = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]  # (a field, not the property of its name)
    error_rate = serializers.FloatField(allow_null=True, help_text="In per cent; null without calls.")
    rate_limited = serializers.IntegerField()
    data_bytes = serializers.IntegerField()
    p50_ms = serializers.FloatField(allow_null=True)
    p95_ms = serializers.FloatField(allow_null=True)
    p99_ms = serializers.FloatField(allow_null=True)


class MonthlyQuotaSerializer(Serializer):
    """Live calls of the current month, as the quota of the tier counts them."""

    used = serializers.IntegerField()
    limit = serializers.IntegerField()
    overage = serializers.BooleanField(help_text="Calls beyond the quota are let through and billed.")
    forecast = serializers.IntegerField(help_text="What will be used when the month goes on at its pace.")
    resets_at = serializers.DateTimeField()


class UsageSummarySerializer(Serializer):
    """Usage of a time, added up."""

    start_date = serializers.DateTimeField()
    end_date = serializers.DateTimeField()
    totals = UsageTotalsSerializer()
    usage = UsageLineSerializer(many=True)
    quota = MonthlyQuotaSerializer(
        allow_null=True,
        help_text="Of the current month, whatever the dates; null in the sandbox and over all partners.",
    )


class TrackUsageSerializer(Serializer):
    """Usage a core service reports."""

    aliases = APP_ALIAS
    partner_id = serializers.UUIDField()
    app_id = serializers.UUIDField(required=False, allow_null=True)
    metric_name = serializers.RegexField(
        r"^[a-z][a-z0-9_]*$", max_length=50, help_text="`transaction_value` is what revenue is added up from."
    )
    value = serializers.DecimalField(max_digits=24, decimal_places=6, min_value=0)
    unit = serializers.CharField(
        max_length=20,
        help_text="For `transaction_value` an ISO 4217 currency in capitals, whose decimals `value` keeps to;"
        " for `data_processed` `bytes`; for other metrics your own.",
    )
    idempotency_key = serializers.CharField(max_length=100)
    environment = serializers.ChoiceField(choices=Environment.choices, default="live")
    used_at = serializers.DateTimeField(required=False)


class UsageReportSerializer(ModelSerializer):
    """A report as it was counted."""

    app_id = serializers.UUIDField(source="application_id", allow_null=True)

    class Meta:
        model = UsageReport
        fields = ["id", "partner_id", "app_id", "metric_name", "value", "unit", "usage_date", "environment"]
        read_only_fields = fields


class UsageViewSet(GenericViewSet):
    """What partners used."""

    queryset = PartnerUsage.objects.all()
    serializer_class = UsageSummarySerializer
    pagination_class = None
    filter_backends = []
    required_scopes = {"list": "read:analytics", "create": "service"}
    staff_permissions = {"create": "billing.add_usagereport"}

    def narrowed(self, query: dict[str, Any]) -> QuerySet[PartnerUsage]:
        """The visible rows the query asks for."""
        usage = self.get_queryset()
        names = {"partner_id": "partner_id", "app_id": "application_id", "metric_name": "metric_name"}
        wanted = {column: query[name] for name, column in names.items() if name in query}
        return usage.filter(environment=query["environment"], **wanted).order_by()

    def quota(self, query: dict[str, Any]) -> MonthlyQuota | None:
        """Where the partner stands that the query is about: the named one, else the caller's own."""
        wanted = query.get("partner_id", self.principal.tenant_id)
        partner = Partner.objects.visible_to(self.principal).filter(pk=wanted).first()
        live = query["environment"] == Environment.LIVE
        return quota_of(partner.id, partner.tier) if partner and live else None

    @extend_schema(
        summary="Add up usage",
        parameters=[UsageQuerySerializer],
        responses=forced_singular_serializer(UsageSummarySerializer),  # type: ignore[no-untyped-call]  # (has no types)
    )
    def list(self, request: Request) -> Response:
        """Usage added up by hour, day or month and metric, and by application when asked for."""
        query = self.validated_query(UsageQuerySerializer)
        start, end = query["start_date"], query["end_date"]
        usage = self.narrowed(query).filter(usage_date__gte=start, usage_date__lt=end)
        lines: Sequence[Any] = usage_lines(usage, period=query["group_by"], by_application=query["by_application"])
        summary = {
            "start_date": start,
            "end_date": end,
            "totals": usage_totals(usage),
            "usage": lines,
            "quota": self.quota(query),
        }
        return Response(UsageSummarySerializer(summary).data)

    @extend_schema(
        summary="Report usage",
        request=TrackUsageSerializer,
        responses={200: UsageReportSerializer, 201: UsageReportSerializer},
    )
    def create(self, request: Request) -> Response:
        """Report usage from a core service, once per `idempotencyKey`; a key that came with another figure is a 422."""
        data = self.validated(TrackUsageSerializer)
        report, created = track_usage(application_id=data.pop("app_id", None), **data, actor=self.principal)
        shown = UsageReportSerializer(report).data
        if not created:
            return Response(shown)
        query = {"partnerId": report.partner_id, "metricName": report.metric_name, "environment": report.environment}
        # A report has no page of its own: it is read in the summary it was added to.
        return Response(shown, status=201, headers={"Location": f"/api/billing/usage?{urlencode(query)}"})
