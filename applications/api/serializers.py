"""Applications on the wire."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from applications.models import (
    ApplicationCheckRun,
    ApplicationReview,
    ApplicationVersion,
    PartnerApplication,
    ReviewComment,
)
from applications.registry import ANY_OBJECT, statistics_schemas
from applications.selectors import scopes_beyond
from common.api.casing import camelize
from common.api.serializers import FixedUUIDField, ModelSerializer, Serializer, VisibleObjectField
from partners.models import Partner

# A sunset is a day; a full time is taken too, for clients that send what their language calls a date.
DATE_FORMATS = ["iso-8601", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]


class PendingVersionSerializer(ModelSerializer):
    """The submission that waits for a decision."""

    submitted_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = ApplicationVersion
        fields = ["id", "number", "status", "risk", "submitted_at", "due_at"]
        read_only_fields = fields


class ApplicationSerializer(ModelSerializer):
    """An application."""

    partner_id = serializers.UUIDField(read_only=True)
    live_version = serializers.SerializerMethodField()
    pending_version = serializers.SerializerMethodField()

    class Meta:
        model = PartnerApplication
        fields = [
            "id",
            "partner_id",
            "app_name",
            "description",
            "status",
            "status_reason",
            "permissions",
            "approved_permissions",
            "permission_purposes",
            "data_access",
            "security_info",
            "homepage_url",
            "privacy_policy_url",
            "support_url",
            "redirect_uris",
            "live_version",
            "pending_version",
            "api_version",
            "sunset_date",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": ["integer", "null"], "description": "Number of the approved version."})
    def get_live_version(self, application: PartnerApplication) -> int | None:
        """Number of the approved version."""
        return application.live_version.number if application.live_version else None

    @extend_schema_field(PendingVersionSerializer(allow_null=True))
    def get_pending_version(self, application: PartnerApplication) -> dict[str, Any] | None:
        """The submission that waits."""
        waiting: list[ApplicationVersion] = getattr(application, "waiting", [])
        pending = waiting[0] if waiting else None
        return PendingVersionSerializer(pending).data if pending else None


class ApplicationInput(Serializer):
    """What a partner writes."""

    app_name = serializers.CharField(max_length=100)
    description = serializers.CharField(default="", allow_blank=True, max_length=5_000)
    permissions = serializers.ListField(child=serializers.CharField(max_length=50), default=list, max_length=50)
    permission_purposes = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=1_000), default=dict
    )
    data_access = serializers.DictField(default=dict)
    security_info = serializers.DictField(default=dict)
    homepage_url = serializers.CharField(default="", allow_blank=True, max_length=500)
    privacy_policy_url = serializers.CharField(default="", allow_blank=True, max_length=500)
    support_url = serializers.CharField(default="", allow_blank=True, max_length=500)
    redirect_uris = serializers.ListField(child=serializers.CharField(max_length=500), default=list, max_length=20)


class ApplicationCreateInput(ApplicationInput):
    """Staff name the partner; everyone else writes for their own."""

    partner_id = VisibleObjectField(source="partner", queryset=Partner.objects.all(), required=False)


class ApplicationUpdateInput(ApplicationInput):
    """The same, with the partner as it is."""

    partner_id = FixedUUIDField()


class SubmitInput(Serializer):
    """What the partner tells the reviewer."""

    note = serializers.CharField(default="", allow_blank=True, max_length=5_000)


class ApproveInput(Serializer):
    """What the reviewer adds to an approval."""

    comments = serializers.CharField(default="", allow_blank=True, max_length=5_000)


class ReasonInput(Serializer):
    """Why, for the partner to read."""

    reason = serializers.CharField(max_length=5_000)


class OptionalReasonInput(Serializer):
    """Why, if there is something to say."""

    reason = serializers.CharField(default="", allow_blank=True, max_length=5_000)


class RequestChangesInput(Serializer):
    """What to change."""

    comments = serializers.CharField(max_length=5_000)


class DeprecateInput(Serializer):
    """The last day, and why."""

    sunset_date = serializers.DateField(input_formats=DATE_FORMATS)
    reason = serializers.CharField(default="", allow_blank=True, max_length=5_000)


class ApiVersionInput(Serializer):
    """The version of the API."""

    api_version = serializers.CharField(max_length=10, help_text="One that is served.")


class FindingSerializer(Serializer):
    """What one check found."""

    id = serializers.CharField(help_text="Stable, e.g. SEC001.")
    title = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"], help_text="An error blocks submission.")
    outcome = serializers.ChoiceField(choices=["passed", "failed", "skipped"])
    detail = serializers.CharField()
    explanation = serializers.CharField()
    fix = serializers.CharField()
    field = serializers.SerializerMethodField()

    def get_field(self, row: dict[str, str]) -> str:
        """The content field to change, under its wire name."""
        return camelize(row["field"])


class ValidationSerializer(Serializer):
    """A run of the security validation."""

    passed = serializers.BooleanField(source="is_passed", help_text="Whether nothing blocks submission.")
    checked_at = serializers.DateTimeField(source="created_at")
    error_count = serializers.SerializerMethodField()
    warning_count = serializers.SerializerMethodField()
    checks = FindingSerializer(many=True, source="findings")

    def get_error_count(self, run: ApplicationCheckRun) -> int:
        """How many checks block submission."""
        return len(run.errors)

    def get_warning_count(self, run: ApplicationCheckRun) -> int:
        """How many checks the reviewer will ask about."""
        return len(run.warnings)


class DecisionSerializer(ModelSerializer):
    """One reviewer's decision."""

    reviewer = serializers.SerializerMethodField()

    class Meta:
        model = ApplicationReview
        fields = ["id", "decision", "reviewer", "comments", "created_at"]
        read_only_fields = fields

    def get_reviewer(self, review: ApplicationReview) -> str:
        """Who decided; partners see the role, not the person."""
        return review.reviewer_label if self.context["request"].auth.is_admin else "Reviewer"


class CommentInput(Serializer):
    """A message to the other side."""

    body = serializers.CharField(max_length=5_000)
    parent_id = serializers.UUIDField(required=False, allow_null=True, help_text="The comment this answers.")
    internal = serializers.BooleanField(default=False, help_text="Staff alone: a note between reviewers.")


class CommentSerializer(ModelSerializer):
    """A message of the review."""

    author = serializers.SerializerMethodField()
    parent_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = ReviewComment
        fields = ["id", "author", "from_staff", "internal", "parent_id", "body", "created_at"]
        read_only_fields = fields

    def get_author(self, comment: ReviewComment) -> str:
        """Who wrote it; partners see that it was a reviewer, not which one."""
        hidden = comment.from_staff and not self.context["request"].auth.is_admin
        return "Reviewer" if hidden else comment.author_label


class VersionSerializer(ModelSerializer):
    """A submission with its review."""

    submitted_at = serializers.DateTimeField(source="created_at")
    submitted_by = serializers.CharField(source="submitted_label")
    checks = FindingSerializer(many=True)
    added_permissions = serializers.SerializerMethodField()
    decisions = DecisionSerializer(many=True, source="reviews")
    comments = serializers.SerializerMethodField()

    class Meta:
        model = ApplicationVersion
        fields = [
            "id",
            "number",
            "status",
            "risk",
            "note",
            "permissions",
            "added_permissions",
            "permission_purposes",
            "submitted_at",
            "submitted_by",
            "due_at",
            "decided_at",
            "checks",
            "decisions",
            "comments",
        ]
        read_only_fields = fields

    def get_added_permissions(self, version: ApplicationVersion) -> list[str]:
        """Scopes no approved version before it had."""
        return scopes_beyond(version, version.had_permissions or [])  # type: ignore[attr-defined]  # (review_history)

    @extend_schema_field(CommentSerializer(many=True))
    def get_comments(self, version: ApplicationVersion) -> list[dict[str, Any]]:
        """The conversation about this submission."""
        comments: list[ReviewComment] = version.shown_comments  # type: ignore[attr-defined]  # (review_history)
        return list(CommentSerializer(comments, many=True, context=self.context).data)


def statistics_schema() -> dict[str, Any]:
    """The statistics with the sections of the apps above, which were all added before the first view is imported."""
    own = {"appId": {"type": "string", "format": "uuid"}, "status": {"type": "string"}, "submissions": ANY_OBJECT}
    return {**ANY_OBJECT, "properties": {**own, **statistics_schemas}}
