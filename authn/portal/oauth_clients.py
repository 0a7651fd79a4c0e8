"""Pages of OAuth clients."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import TemplateView

from authn.models import OAuthClient
from authn.portal.oauth_forms import ClientForm, RedirectUrisForm
from authn.services.oauth_clients import (
    OVERLAP_HOURS,
    IssuedClient,
    create_client,
    end_secret_overlap,
    revoke_client,
    rotate_client_secret,
    update_client,
)
from common.errors import DomainError
from common.scopes import SCOPES
from partners.portal.access import PortalPage

SCOPES_WORDS = {
    "live": "What its tokens may carry: the permissions {} was approved for.",
    "test": "What its tokens may carry in the sandbox: the permissions {} was approved for, or still asks for.",
}
OVERLAP_WORDS = {0: "at once", 1: "in an hour", 24: "in a day", 168: "in 7 days", 720: "in 30 days"}


def show_refusal(form: forms.Form, error: DomainError) -> None:
    """Put a service's refusal beside the field it is about."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


class ClientPage(PortalPage):
    """A page of the partner's clients; changing them takes the scope that keys take."""

    required_scope = "manage:keys"

    def client(self) -> OAuthClient:
        """The client of the URL; another partner's is not there."""
        client: OAuthClient | None = OAuthClient.objects.visible_to(self.principal).filter(pk=self.kwargs["pk"]).first()
        if client is None:
            raise Http404
        return client

    def show_secret(self, request: HttpRequest, issued: IssuedClient, title: str) -> HttpResponse:
        """The only page a secret is ever on: not cached, and not reached by going back."""
        context = self.get_context_data(client=issued.client, client_secret=issued.client_secret, title=title)
        response = render(request, "oauth/client_secret.html", context)
        response["Cache-Control"] = "no-store"
        return response


class ClientList(ClientPage, TemplateView):
    """All clients."""

    template_name = "oauth/client_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Active ones first."""
        clients = OAuthClient.objects.filter(partner=self.partner).order_by("-active", "-id")
        return super().get_context_data(clients=clients, **kwargs)


class ClientCreate(ClientPage, TemplateView):
    """The form of a new client."""

    template_name = "oauth/client_create.html"
    read_scope = "manage:keys"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """An empty form, unless one comes back with errors."""
        kwargs.setdefault("form", ClientForm(principal=self.principal))
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Create it and show its secret."""
        form = ClientForm(request.POST, principal=self.principal)
        if form.is_valid():
            try:
                issued = create_client(**form.cleaned_data, actor=self.principal)
            except DomainError as error:
                show_refusal(form, error)
            else:
                return self.show_secret(request, issued, "Client created")
        return self.render_to_response(self.get_context_data(form=form))


class ClientDetail(ClientPage, TemplateView):
    """One client, and the form that changes it."""

    template_name = "oauth/client_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it is, what it may do, who uses it."""
        client = kwargs.pop("client", None) or self.client()
        initial = {
            "name": client.name,
            "redirect_uris": "\n".join(client.redirect_uri_list),
            "token_lifetime": client.token_lifetime,
        }
        kwargs.setdefault("form", RedirectUrisForm(initial=initial))
        return super().get_context_data(
            client=client,
            scopes_words=SCOPES_WORDS[client.environment].format(client.application),
            scopes=[(scope, SCOPES.get(scope, scope)) for scope in client.available_scopes()],
            consents=client.consents.count(),
            overlaps=[(hours, OVERLAP_WORDS[hours]) for hours in OVERLAP_HOURS],
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Change it."""
        client = self.client()
        form = RedirectUrisForm(request.POST)
        if form.is_valid():
            try:
                update_client(client=client, **form.cleaned_data, actor=self.principal)
            except DomainError as error:
                show_refusal(form, error)
            else:
                messages.success(request, "Client saved.")
                return redirect("oauth_client_detail", pk=client.pk)
        return self.render_to_response(self.get_context_data(client=client, form=form))


class ClientAction(ClientPage):
    """A button of the detail page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it; a refusal becomes a message."""
        client = self.client()
        try:
            return self.act(request, client)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("oauth_client_detail", pk=client.pk)

    def act(self, request: HttpRequest, client: OAuthClient) -> HttpResponse:
        """What the button does."""
        raise NotImplementedError


class ClientRotate(ClientAction):
    """A new secret."""

    def act(self, request: HttpRequest, client: OAuthClient) -> HttpResponse:
        """Rotate, with the overlap chosen."""
        hours = request.POST.get("overlap_hours", "24")
        overlap = int(hours) if hours.isascii() and hours.isdigit() else -1
        issued = rotate_client_secret(client=client, overlap_hours=overlap, actor=self.principal)
        return self.show_secret(request, issued, "New secret")


class ClientEndOverlap(ClientAction):
    """The old secret ends now."""

    def act(self, request: HttpRequest, client: OAuthClient) -> HttpResponse:
        """End the overlap."""
        end_secret_overlap(client=client, actor=self.principal)
        messages.success(request, "The old secret no longer works.")
        return redirect("oauth_client_detail", pk=client.pk)


class ClientRevoke(ClientAction):
    """The client ends."""

    def act(self, request: HttpRequest, client: OAuthClient) -> HttpResponse:
        """Revoke it."""
        revoke_client(client=client, actor=self.principal)
        messages.success(request, "Client revoked.")
        return redirect("oauth_client_list")
