"""Contacts: added, changed, made primary, removed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy

from partners.models import PartnerContact
from partners.portal.forms import ContactForm
from partners.portal.pages import MANAGE, ActionPage, FormPage
from partners.services.contacts import add_contact, delete_contact, update_contact

FIELDS = ("contact_name", "email", "phone", "role")


class ContactPage(FormPage):
    """Base of the two forms; who may not change contacts sees them on the company page."""

    template_name = "partners/contact.html"
    form_class = ContactForm
    success_url = reverse_lazy("company")
    required_scope = MANAGE
    read_scope = MANAGE

    def contact(self) -> PartnerContact:
        """The contact of the path; another partner's is a 404."""
        return get_object_or_404(self.partner.contacts.select_related("partner"), pk=self.kwargs["pk"])


class AddContact(ContactPage):
    """Another contact."""

    done = "Contact added."
    extra_context = {"title": "Add a contact"}

    def save(self, data: dict[str, Any]) -> PartnerContact:
        """Add it; the first one is primary."""
        return add_contact(partner=self.partner, actor=self.principal, **data)


class EditContact(ContactPage):
    """One contact."""

    done = "Contact saved."
    extra_context = {"title": "Edit contact"}

    def get_initial(self) -> dict[str, Any]:
        """What is on file."""
        contact = self.contact()
        return {name: getattr(contact, name) for name in FIELDS}

    def save(self, data: dict[str, Any]) -> PartnerContact:
        """Change what was changed."""
        return update_contact(contact=self.contact(), actor=self.principal, **data)


class ContactAction(ActionPage):
    """Makes a contact primary, or removes it."""

    back = "company"
    required_scope = MANAGE

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """By the last part of the path."""
        contact = get_object_or_404(self.partner.contacts.select_related("partner"), pk=kwargs["pk"])
        if kwargs["verb"] == "primary":
            update_contact(contact=contact, is_primary=True, actor=self.principal)
            return f"{contact.contact_name} is the primary contact."
        delete_contact(contact=contact, actor=self.principal)
        return f"{contact.contact_name} was removed."
