"""The steps of the submission wizard as forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from applications.models import ApplicationStatus, PartnerApplication, ReviewComment
from common.scopes import HIGH_RISK_SCOPES, PERSONAL_DATA_SCOPES, SCOPES

REQUESTABLE = [scope for scope in SCOPES if scope != "admin"]


class FilterForm(forms.Form):
    """Filters of the list."""

    search = forms.CharField(label="Search", required=False)
    status = forms.ChoiceField(label="Status", choices=[("", "Any"), *ApplicationStatus.choices], required=False)


class CreateForm(forms.Form):
    """A name is enough to start."""

    app_name = forms.CharField(
        label="Name", max_length=100, help_text="Customers see it when they install the application."
    )


class StepForm(forms.Form):
    """One step: reads its initial values from an application and returns what to change."""

    @classmethod
    def start(cls, application: PartnerApplication) -> dict[str, Any]:
        """Initial values."""
        return {name: getattr(application, name) for name in cls.base_fields}

    def changes(self, application: PartnerApplication) -> dict[str, Any]:
        """Content fields for the service."""
        return dict(self.cleaned_data)


class BasicsForm(StepForm):
    """What it is."""

    app_name = forms.CharField(label="Name", max_length=100)
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Two or three sentences: what it does, for whom.",
    )
    homepage_url = forms.CharField(label="Home page", required=False, max_length=500)


class PermissionsForm(StepForm):
    """Which scopes, and what for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for scope in REQUESTABLE:
            self.fields[f"use_{scope}"] = forms.BooleanField(required=False, label=scope, help_text=SCOPES[scope])
            self.fields[f"why_{scope}"] = forms.CharField(
                required=False, max_length=1_000, label=f"What {scope} is needed for"
            )

    @classmethod
    def start(cls, application: PartnerApplication) -> dict[str, Any]:
        """Checked for each scope asked for, with its purpose."""
        chosen = {f"use_{scope}": True for scope in application.permissions}
        return {**chosen, **{f"why_{scope}": text for scope, text in application.permission_purposes.items()}}

    def changes(self, application: PartnerApplication) -> dict[str, Any]:
        """Scopes in the order of the catalogue; `admin`, which this form does not offer, is dropped."""
        chosen = [scope for scope in REQUESTABLE if self.cleaned_data[f"use_{scope}"]]
        return {
            "permissions": chosen,
            "permission_purposes": {scope: self.cleaned_data[f"why_{scope}"] for scope in chosen},
        }

    def rows(self) -> list[dict[str, Any]]:
        """A row per scope for the template."""
        return [
            {
                "scope": scope,
                "words": SCOPES[scope],
                "use": self[f"use_{scope}"],
                "why": self[f"why_{scope}"],
                "personal": scope in PERSONAL_DATA_SCOPES,
                "risky": scope in HIGH_RISK_SCOPES,
            }
            for scope in REQUESTABLE
        ]


class ObjectForm(StepForm):
    """A step whose fields are members of one JSON object; members it does not know stay."""

    content_field = ""
    members: dict[str, str] = {}

    @classmethod
    def start(cls, application: PartnerApplication) -> dict[str, Any]:
        """The members it knows."""
        stored = getattr(application, cls.content_field)
        return {name: stored.get(member) for name, member in cls.members.items()}

    def changes(self, application: PartnerApplication) -> dict[str, Any]:
        """The stored object with this form's members replaced; empty ones are left out."""
        merged = dict(getattr(application, self.content_field))
        for name, member in self.members.items():
            value = self.cleaned_data[name]
            merged.pop(member, None)
            if value is not False and value not in (None, "", []):
                merged[member] = value.isoformat() if hasattr(value, "isoformat") else value
        return {self.content_field: merged}


class DataForm(ObjectForm):
    """What happens to the data."""

    content_field = "data_access"
    members = {
        "purpose": "purpose",
        "retention_days": "retentionDays",
        "storage_region": "storageRegion",
        "shared_with": "sharedWith",
    }

    purpose = forms.CharField(
        label="What you do with the data", required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    retention_days = forms.IntegerField(
        label="Days you keep it", required=False, min_value=0, max_value=36_500, help_text="0 if nothing is stored."
    )
    storage_region = forms.CharField(label="Where it is stored", required=False, max_length=200)
    shared_with = forms.CharField(
        label="Who else receives it", required=False, max_length=1_000, help_text="Subprocessors and third parties."
    )


class SecurityForm(ObjectForm):
    """How it is kept safe."""

    content_field = "security_info"
    members = {
        "incident_contact": "incidentContact",
        "encrypted_at_rest": "encryptedAtRest",
        "multi_factor": "multiFactor",
        "last_penetration_test": "lastPenetrationTest",
        "certifications": "certifications",
    }

    incident_contact = forms.EmailField(label="Email for security incidents", required=False)
    encrypted_at_rest = forms.BooleanField(label="Data is encrypted at rest", required=False)
    multi_factor = forms.BooleanField(label="Our staff sign in with a second factor", required=False)
    last_penetration_test = forms.DateField(
        label="Last penetration test", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    certifications = forms.CharField(
        label="Certifications",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line with its last day, for example: SOC 2 Type II, 2027-03-31",
    )

    @classmethod
    def start(cls, application: PartnerApplication) -> dict[str, Any]:
        """Certifications as lines."""
        values = super().start(application)
        stored = values["certifications"] if isinstance(values["certifications"], list) else []
        entries = [entry if isinstance(entry, dict) else {"name": entry} for entry in stored]
        lines = [", ".join(filter(None, (str(entry.get("name", "")), entry.get("expiresAt")))) for entry in entries]
        return {**values, "certifications": "\n".join(lines)}

    def clean_certifications(self) -> list[dict[str, str]]:
        """Lines as objects; the part after the last comma is the last day when it is a date."""
        entries = []
        for line in filter(None, (line.strip() for line in self.cleaned_data["certifications"].splitlines())):
            name, _, day = (part.strip() for part in line.rpartition(","))
            try:
                expires = forms.DateField().clean(day).isoformat() if name else ""
            except forms.ValidationError:
                name, expires = line, ""
            entries.append({"name": name or line, **({"expiresAt": expires} if expires else {})})
        return entries


class LinksForm(StepForm):
    """Where people and browsers are sent."""

    privacy_policy_url = forms.CharField(label="Privacy policy", required=False, max_length=500)
    support_url = forms.CharField(label="Support page", required=False, max_length=500)
    redirect_uris = forms.CharField(
        label="Redirect URIs",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line, in full. Only needed when people sign in through OAuth.",
    )

    @classmethod
    def start(cls, application: PartnerApplication) -> dict[str, Any]:
        """URIs as lines."""
        return {**super().start(application), "redirect_uris": "\n".join(application.redirect_uris)}

    def clean_redirect_uris(self) -> list[str]:
        """Lines as a list."""
        return [line.strip() for line in self.cleaned_data["redirect_uris"].splitlines() if line.strip()]


class ReviewForm(forms.Form):
    """The last step."""

    note = forms.CharField(
        label="Note to the reviewer", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeprecateForm(forms.Form):
    """The last day."""

    sunset_date = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="What users should know", required=False, max_length=2_000)


class ReplyField(forms.ModelChoiceField[ReviewComment]):
    """A comment by how it begins; reviewers appear by their role."""

    def label_from_instance(self, obj: ReviewComment) -> str:
        """Who, and what."""
        return f"{'Reviewer' if obj.from_staff else obj.author_label}: {obj.opening}"


class CommentForm(forms.Form):
    """A message to the reviewer."""

    body = forms.CharField(label="Message", max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}))
    parent = ReplyField(
        ReviewComment.objects.none(), required=False, label="In reply to", empty_label="Nothing in particular"
    )
    field_order = ["parent", "body"]

    def __init__(self, *args: Any, comments: QuerySet[ReviewComment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = comments.order_by("-id")  # type: ignore[attr-defined]  # (a ModelChoiceField)
        if not comments:
            del self.fields["parent"]
        if self.initial.get("parent"):
            self.fields["body"].widget.attrs["autofocus"] = True


class ImageForm(forms.Form):
    """An upload."""

    image = forms.FileField(label="Image")
