"""The look and the sidebar of the admin (Unfold's settings)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import capfirst

# Sections of the sidebar, in order: title -> {app label.model: Material Symbols icon}. Models nobody registered are
# left out, as are those the person may not see.
SECTIONS: dict[str, dict[str, str]] = {
    "Partners": {
        "partners.partner": "handshake",
        "partners.partnercontact": "contacts",
        "partners.partnermember": "badge",
        "partners.invitation": "mail",
        "partners.verificationitem": "verified_user",
        "partners.partneragreement": "contract",
        "partners.agreementtemplate": "description",
        "partners.user": "person",
    },
    "Applications": {
        "applications.applicationreview": "rate_review",
        "applications.partnerapplication": "apps",
        "applications.applicationversion": "history",
    },
    "Access": {
        "authn.apikey": "key",
        "authn.oauthclient": "lock_open",
        "authn.oauthtoken": "token",
        "authn.serviceaccount": "dns",
        "authn.gatewayroute": "alt_route",
        "authn.apicall": "receipt_long",
        "authn.suspiciousactivity": "gpp_maybe",
    },
    "Integrations": {"integrations.integration": "cable", "integrations.integrationerror": "error"},
    "Events": {
        "events.platformevent": "bolt",
        "events.eventtype": "category",
        "webhooks.webhookendpoint": "webhook",
        "webhooks.webhookdelivery": "local_shipping",
        "webhooks.deliveryrecovery": "restart_alt",
    },
    "Billing": {"billing.partnerusage": "bar_chart"},
}
SECTION_OF_APP = {
    "partners": "Partners",
    "applications": "Applications",
    "authn": "Access",
    "integrations": "Integrations",
    "events": "Events",
    "webhooks": "Events",
    "marketplace": "Marketplace",
    "billing": "Billing",
}
DEFAULT_ICON = "database"


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: every model of ours that is registered, by section."""
    icons = {label: icon for section in SECTIONS.values() for label, icon in section.items()}
    order = {label: place for place, label in enumerate(icons)}
    sections: dict[str, list[Any]] = {title: [] for title in [*SECTIONS, "Marketplace"]}
    for model, model_admin in admin.site._registry.items():  # noqa: SLF001 (the only list of what is registered)
        title = SECTION_OF_APP.get(model._meta.app_label)
        if title and model_admin.has_view_permission(request):
            sections[title].append(model._meta)
    return [
        {
            "title": "",
            "separator": False,
            "items": [{"title": "Overview", "icon": "home", "link": reverse("admin:index")}],
        },
        *(
            {
                "title": title,
                "separator": False,
                "items": [
                    {
                        "title": capfirst(meta.verbose_name_plural),
                        "icon": icons.get(meta.label_lower, DEFAULT_ICON),
                        "link": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
                    }
                    for meta in sorted(models, key=lambda meta: order.get(meta.label_lower, len(order)))
                ],
            }
            for title, models in sections.items()
            if models
        ),
    ]


def icon(request: HttpRequest) -> str:
    """Our mark."""
    return static("img/favicon.svg")


def style(request: HttpRequest) -> str:
    """Our few rules beside Unfold's."""
    return static("css/admin.css")


def script(request: HttpRequest) -> str:
    """What its templates leave out."""
    return static("js/admin.js")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Treaty administration",
    "SITE_HEADER": "Treaty",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/",
    "SITE_ICON": icon,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": icon}],
    "STYLES": [style],
    "SCRIPTS": [script],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    # The portal's accent and neutrals, on Unfold's scale.
    "COLORS": {
        "base": {
            "50": "#f6f7f9",
            "100": "#eceff3",
            "200": "#e4e7ec",
            "300": "#cdd3dc",
            "400": "#8a94a3",
            "500": "#626c7b",
            "600": "#525c6b",
            "700": "#39404c",
            "800": "#252a33",
            "900": "#13161b",
            "950": "#0c0e12",
        },
        "primary": {
            "50": "#edf1fe",
            "100": "#dde4fd",
            "200": "#c2cffb",
            "300": "#9db1ff",
            "400": "#7c97ff",
            "500": "#4767e4",
            "600": "#2f50cf",
            "700": "#2743b4",
            "800": "#22398f",
            "900": "#1f3272",
            "950": "#1b2447",
        },
    },
    "DASHBOARD_CALLBACK": "config.dashboard.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "config.backoffice.navigation",
    },
}
