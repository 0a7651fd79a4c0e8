"""The request log: every call of the last 30 days, found by what people know of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncHour
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from applications.models import PartnerApplication
from authn.call_search import TOO_MANY
from authn.models import ApiCall, ApiKey, OAuthClient
from authn.portal.call_forms import CallFilterForm, credential_names
from common.charts import hourly_chart, last_hours
from common.keyset import keyset_page
from common.partitions import uuid7_floor
from common.principal import Principal
from partners.portal.access import PortalPage

SERIES_SHOWN = 3


class CallsPage(PortalPage):
    """Open to roles that read usage."""

    read_scope = "read:analytics"


class CallList(CallsPage, TemplateView):
    """The log, newest first, with what the limits refused in the last day."""

    template_name = "calls/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page asked for."""
        form = CallFilterForm(self.request.GET, principal=self.principal)
        calls = form.narrow(ApiCall.objects.visible_to(self.principal))
        page = keyset_page(calls, self.request.GET)
        for call in page.rows:
            call.credential_name = form.names.get(str(call.credential_id), "")
        return super().get_context_data(
            form=form,
            page=page,
            filtered=bool(form.chosen()),
            refused=refused_per_hour(self.principal, form.names),
            **kwargs,
        )


class CallDetail(CallsPage, TemplateView):
    """One call."""

    template_name = "calls/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The call, who made it, and what went before and after with the same request id."""
        visible = ApiCall.objects.visible_to(self.principal)
        call = get_object_or_404(visible, pk=kwargs["pk"])
        owner = {"partner_id": self.principal.tenant_id, "id": call.credential_id}
        key = ApiKey.objects.filter(**owner).first()
        client = None if key else OAuthClient.objects.filter(**owner).first()
        path = (
            reverse("key", args=[key.id]) if key else reverse("oauth_client_detail", args=[client.id]) if client else ""
        )
        names = credential_names(self.principal)
        applications = PartnerApplication.objects.visible_to(self.principal)
        application = applications.filter(id=call.application_id).first() if call.application_id else None
        return super().get_context_data(
            call=call,
            credential=key or client,
            credential_name=names.get(str(call.credential_id), "A client of another partner"),
            credential_url=path,
            application=application,
            **kwargs,
        )


def refused_per_hour(principal: Principal, names: dict[str, str]) -> dict[str, Any] | None:
    """The calls that limits refused in the last 24 hours, by the keys that were refused most; None without any."""
    hours = last_hours()
    since = uuid7_floor(hours[0])
    rows = (
        ApiCall.objects.filter(partner_id=principal.tenant_id, id__gte=since, status=TOO_MANY)
        .order_by()
        .annotate(hour=TruncHour("at"))
        .values_list("credential_id", "hour")
        .annotate(count=Count("id"))
    )
    counts: dict[str, dict[Any, float]] = {}
    for credential_id, hour, count in rows:
        counts.setdefault(names.get(str(credential_id), "Others"), {})[hour] = count
    if not counts:
        return None
    ranked = sorted(counts.items(), key=lambda item: -sum(item[1].values()))[:SERIES_SHOWN]
    return {
        "chart": hourly_chart(hours, dict(ranked)),
        "total": int(sum(sum(figures.values()) for figures in counts.values())),
        "since": timezone.now() - timedelta(hours=24),
    }
