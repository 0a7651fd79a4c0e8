"""Partners in the admin: found, read, activated, suspended, closed."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from unfold.admin import TabularInline
from unfold.decorators import action, display

from common.attempts import attempt
from partners.admin.access import ConfirmForm, ReadOnlyAdmin, ReasonForm, TierForm
from partners.admin.audit import audit_view
from partners.models import Partner, PartnerAgreement, PartnerContact, PartnerMember, VerificationItem
from partners.readiness import outstanding
from partners.selectors import staff_behind
from partners.services import partners as services

TONES = {"active": "success", "pending": "info", "suspended": "danger", "inactive": "warning"}


class ReadOnlyInline(TabularInline):
    """Rows beside the partner."""

    extra = 0
    tab = True
    can_delete = False
    max_num = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return list(self.fields or ())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class MemberInline(ReadOnlyInline):
    """Who belongs to it."""

    model = PartnerMember
    fields = ["user", "role", "created_at"]


class ContactInline(ReadOnlyInline):
    """Whom to reach."""

    model = PartnerContact
    fields = ["contact_name", "email", "phone", "role", "is_primary"]


class AgreementInline(ReadOnlyInline):
    """What it signed."""

    model = PartnerAgreement
    fields = ["title", "version", "status", "signed_date", "signer_name", "expiration_date"]
    show_change_link = True


class VerificationInline(ReadOnlyInline):
    """Its checklist."""

    model = VerificationItem
    fk_name = "partner"
    fields = ["key", "status", "reviewer", "second_reviewer", "expires_on"]
    show_change_link = True


def actions_for(partner: Partner) -> set[str]:
    """What staff can do with a partner as it is."""
    if partner.deleted_at is not None:
        return {"restore"}
    ways = services.TRANSITIONS[partner.status]
    comes_back = "resume" if partner.status == Partner.Status.SUSPENDED else "activate"
    verbs = {comes_back: "active", "suspend": "suspended", "deactivate": "inactive"}
    return {"tier", "close", *(verb for verb, target in verbs.items() if target in ways)}


@admin.register(Partner)
class PartnerAdmin(ReadOnlyAdmin):
    """One place to see all of a partner without signing in as anybody."""

    list_display = ["partner_name", "type_label", "status_label", "tier", "country", "created_at", "deleted_at"]
    list_filter = ["status", "tier", "tier_requested", "partner_type", ("deleted_at", admin.EmptyFieldListFilter)]
    search_fields = ["search_text"]
    search_help_text = "Words in name, website or support address"
    exclude = ["search_text"]
    readonly_fields = ["still_missing"]
    inlines = [MemberInline, ContactInline, VerificationInline, AgreementInline]
    actions_list = ["audit"]
    actions_detail = ["activate", "suspend", "resume", "deactivate", "change_tier", "close", "restore"]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Those that the partner's state allows; the services have the last word."""
        partner = Partner.objects.filter(pk=object_id).first()
        offered = actions_for(partner) if partner else set()
        return [one for one in super().get_actions_detail(request, object_id) if one.path in offered]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Partner], search_term: str
    ) -> tuple[QuerySet[Partner], bool]:
        """By the same index as the API."""
        found = Partner.objects.matching(search_term) & queryset if search_term.strip() else queryset
        return found, False

    @display(description="Status", ordering="status", label=TONES)
    def status_label(self, partner: Partner) -> tuple[str, str]:
        """Where it stands."""
        return partner.status, partner.get_status_display()

    @display(description="Type", ordering="partner_type")
    def type_label(self, partner: Partner) -> str:
        """What it brings."""
        return partner.get_partner_type_display()

    @display(description="Still missing to go live")
    def still_missing(self, partner: Partner) -> str:
        """Verification and agreements."""
        return ", ".join(requirement.label for requirement in outstanding(partner)) or "nothing"

    @action(description="Audit", url_path="audit", permissions=["view"], icon="policy")
    def audit(self, request: HttpRequest) -> HttpResponseBase:
        """Every change of every table."""
        return audit_view(request)

    def simply(self, request: HttpRequest, object_id: uuid.UUID, title: str, verb: Any, done: str) -> HttpResponse:
        """A change that needs no word, only a confirmation."""
        partner = self.get_object(request, str(object_id))
        if partner is None:
            return self.back_to_list()
        if request.method != "POST":
            return self.ask(request, partner, ConfirmForm(), title=title)
        attempt(request, lambda: verb(partner=partner, actor=staff_behind(request)), done)
        return self.back_to(partner.pk)

    @action(description="Activate", url_path="activate", permissions=["change"], icon="check_circle")
    def activate(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Take live; what is outstanding is kept as waived."""
        return self.simply(request, object_id, "Activate", services.activate_partner, "The partner is live.")

    @action(description="Resume", url_path="resume", permissions=["change"], icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Lift the suspension."""
        return self.simply(request, object_id, "Resume", services.resume_partner, "The suspension was lifted.")

    @action(description="Deactivate", url_path="deactivate", permissions=["change"], icon="pause")
    def deactivate(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Retire it."""
        return self.simply(request, object_id, "Deactivate", services.deactivate_partner, "The partner is inactive.")

    @action(description="Close account", url_path="close", permissions=["change"], icon="delete")
    def close(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Delete softly."""
        return self.simply(
            request, object_id, "Close account", services.delete_partner, "The account is closed; it can be restored."
        )

    @action(description="Restore", url_path="restore", permissions=["change"], icon="restore")
    def restore(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Bring a closed account back."""
        return self.simply(request, object_id, "Restore", services.restore_partner, "The account is back, inactive.")

    @action(description="Suspend", url_path="suspend", permissions=["change"], icon="block")
    def suspend(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Ask why, then stop everything of it."""
        partner = self.get_object(request, str(object_id))
        if partner is None:
            return self.back_to_list()
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            attempt(
                request,
                lambda: services.suspend_partner(partner=partner, reason=reason, actor=staff_behind(request)),
                "Keys, tokens and deliveries have stopped.",
            )
            return self.back_to(partner.pk)
        return self.ask(request, partner, form, title="Suspend")

    @action(description="Change tier", url_path="tier", permissions=["change"], icon="scale")
    def change_tier(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Another row of the table of limits."""
        partner = self.get_object(request, str(object_id))
        if partner is None:
            return self.back_to_list()
        form = TierForm(request.POST or None, initial={"tier": partner.tier})
        if request.method == "POST" and form.is_valid():
            tier = form.cleaned_data["tier"]
            attempt(
                request,
                lambda: services.update_partner(partner=partner, tier=tier, actor=staff_behind(request)),
                lambda changed: (
                    "The tier holds from the next request on."
                    if changed.tier == tier
                    else "Asked for. It holds as soon as a colleague changes the tier to the same."
                ),
            )
            return self.back_to(partner.pk)
        return self.ask(request, partner, form, title="Change tier")
