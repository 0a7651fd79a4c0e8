"""The authorization endpoint: the page on which a person lets a client act for their organization."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.generic import TemplateView

from authn.oauth.scopes import grantable
from authn.services.oauth_authorization import (
    AuthorizationRefused,
    AuthorizationRequest,
    deny_authorization,
    generate_authorization_code,
    granted_scopes,
    read_authorization_request,
)
from common.scopes import SCOPES
from partners.models import PartnerMember, User
from partners.selectors import session_member


def send_to(location: str) -> HttpResponse:
    """Send the browser to the client with GET, whatever scheme its redirect URI has (RFC 9700, 4.12)."""
    response = HttpResponse(status=303)
    response["Location"] = location
    response["Cache-Control"] = "no-store"
    return response


def form_target(redirect_uri: str) -> str:
    """The source expression that lets the answer to our form lead to the client (CSP: form-action)."""
    parts = urlsplit(redirect_uri)
    if parts.scheme in {"http", "https"} and ":" not in (parts.hostname or ""):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"


def memberships(user: User, request: AuthorizationRequest) -> list[PartnerMember]:
    """Where the person belongs, as far as the client's environment is open to it."""
    found = user.memberships.select_related("partner").order_by("partner__partner_name")
    return [member for member in found if member.partner.allows(request.client.environment)]


class AuthorizeView(TemplateView):
    """GET asks, POST answers. Both read the request from the URL, so no form field can change it in between."""

    template_name = "oauth/consent.html"
    http_method_names = ["get", "post"]
    authorization: AuthorizationRequest
    person: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A request that names no client of ours is explained here; the person signs in before any redirect."""
        refusal = None
        try:
            self.authorization = read_authorization_request(request.META.get("QUERY_STRING", ""))
        except AuthorizationRefused as refused:
            if refused.location is None:
                return render(request, "oauth/refused.html", {"refused": refused}, status=400)
            refusal = refused.location
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        if refusal is not None:
            return send_to(refusal)
        self.person = request.user
        return super().dispatch(request, *args, **kwargs)

    def members(self) -> tuple[PartnerMember | None, list[PartnerMember]]:
        """The membership to grant for: the one chosen on the page, else the session's, else the first."""
        options = memberships(self.person, self.authorization)
        session = session_member(self.request)
        wanted = self.request.GET.get("organization") or (str(session.partner_id) if session else "")
        chosen = [member for member in options if str(member.partner_id) == wanted]
        return next(iter(chosen or options), None), options

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who asks, for which organization, for what, and what of it is new."""
        member, options = self.members()
        asked = list(self.authorization.scopes)
        can = grantable(asked, member.role) if member else []
        before = granted_scopes(self.authorization.client, self.person, member.partner) if member else set()
        return super().get_context_data(
            client=self.authorization.client,
            member=member,
            options=[(option, self.switch_url(option)) for option in options if option != member],
            granted=[{"scope": name, "words": SCOPES[name], "is_new": name not in before} for name in can],
            withheld=[{"scope": name, "words": SCOPES[name]} for name in asked if name not in can],
            returning=bool(before),
            destination=urlsplit(self.authorization.redirect_uri).netloc or self.authorization.redirect_uri,
            **kwargs,
        )

    def switch_url(self, member: PartnerMember) -> str:
        """The same request for another organization."""
        query = self.request.GET.copy()
        query["organization"] = str(member.partner_id)
        return f"{self.request.path}?{query.urlencode()}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page."""
        response = self.render_to_response(self.get_context_data(**kwargs))
        response._csp_update = {"form-action": [form_target(self.authorization.redirect_uri)]}  # type: ignore[attr-defined]  # noqa: SLF001 (django-csp's documented seam)
        response["Cache-Control"] = "no-store"
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The decision."""
        member, _ = self.members()
        if request.POST.get("decision") != "allow" or member is None:
            return send_to(deny_authorization(self.authorization))
        try:
            location = generate_authorization_code(request=self.authorization, user=self.person, partner=member.partner)
        except AuthorizationRefused as refused:
            location = refused.location or deny_authorization(self.authorization)
        return send_to(location)
