"""Forms of the partner's own pages. Rules are the services'; these give shape and labels."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django_countries import countries

from common.errors import DomainError, InvalidFieldsError
from common.mail import CATEGORIES
from partners.checklists import ChecklistItem
from partners.models import Partner, PartnerMember
from partners.models.member import RoleChoices


def show_refusal(form: forms.Form, refusal: DomainError) -> None:
    """Put a service's refusal at the fields it names, else on the form."""
    if isinstance(refusal, InvalidFieldsError):
        for name, message in refusal.errors.items():
            form.add_error(name if name in form.fields else None, message)
    else:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


class CompanyForm(forms.ModelForm[Partner]):
    """The profile."""

    country = forms.ChoiceField(choices=[("", "Choose a country"), *countries], required=False)
    website = forms.URLField(max_length=200, required=False, assume_scheme="https")

    class Meta:
        model = Partner
        fields = [name for name in Partner.PROFILE_FIELDS if name != "country"]
        labels = {"partner_name": "Company name", "legal_name": "Legal name", "registration_number": "Register number"}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    field_order = Partner.PROFILE_FIELDS

    def _post_clean(self) -> None:
        """The service validates and saves; the form must not touch the instance."""


class StartForm(forms.Form):
    """Opens an account."""

    partner_name = forms.CharField(label="Company name", max_length=200)
    partner_type = forms.ChoiceField(
        label="What you bring", choices=Partner.Type.choices, help_text="You can change it until you are live."
    )
    country = forms.ChoiceField(choices=[("", "Choose a country"), *countries], required=False)
    website = forms.URLField(required=False, assume_scheme="https")


class InviteForm(forms.Form):
    """Invites a person."""

    email = forms.EmailField(label="Email address", max_length=254)
    role = forms.ChoiceField(choices=RoleChoices.choices, initial=RoleChoices.DEVELOPER)


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(choices=RoleChoices.choices)


class TransferForm(forms.Form):
    """Hands ownership to another member."""

    member = forms.ModelChoiceField(PartnerMember.objects.none(), empty_label="Choose a member")

    def __init__(self, members: QuerySet[PartnerMember], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]  # (a ModelChoiceField)


class NameForm(forms.Form):
    """What colleagues call a person."""

    name = forms.CharField(max_length=150, required=False, help_text="Your colleagues and our staff see it.")


class ContactForm(forms.Form):
    """Whom to reach."""

    contact_name = forms.CharField(label="Name", max_length=150)
    email = forms.EmailField(label="Email", max_length=254)
    phone = forms.CharField(label="Phone", max_length=40, required=False, help_text="With the country code.")
    role = forms.CharField(label="For", max_length=100, required=False, help_text="Such as security or billing.")


class LogoForm(forms.Form):
    """A picture."""

    logo = forms.FileField(label="Logo", help_text="PNG, JPEG or WebP, at most 512 KiB.")


class DocumentForm(forms.Form):
    """A file that supports an item."""

    file = forms.FileField(label="Document", help_text="PDF, PNG or JPEG, at most 10 MiB.")


class AnswerForm(forms.Form):
    """The questions of a checklist item."""

    def __init__(self, item: ChecklistItem, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in item.questions:
            options: dict[str, Any] = {
                "label": question.label,
                "required": question.required,
                "help_text": question.help,
            }
            if question.kind == "yes_no":
                choices = [("", "Choose"), ("yes", "Yes"), ("no", "No")]
                self.fields[question.name] = forms.ChoiceField(choices=choices, **options)
            elif question.kind == "long":
                self.fields[question.name] = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **options)
            else:
                self.fields[question.name] = forms.CharField(max_length=200, **options)


class SignForm(forms.Form):
    """A signature. The hash names the document the signer was shown."""

    signer_name = forms.CharField(label="Your full name", max_length=150)
    signer_title = forms.CharField(label="Your position", max_length=100, required=False)
    document_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agreed = forms.BooleanField(label="I have read the document and sign it for my company.")


class PreferencesForm(forms.Form):
    """What to hear about."""

    enabled = forms.MultipleChoiceField(
        label="Email me about",
        choices=[(name, label) for name, label in CATEGORIES.items() if label],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
