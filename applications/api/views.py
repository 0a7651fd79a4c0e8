"""Applications over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from applications.api import serializers as wire
from applications.api.filters import ApplicationFilter
from applications.models import ApplicationVersion, PartnerApplication
from applications.selectors import application_statistics, review_history
from applications.services import applications, lifecycle, review, validation
from applications.services.api_version import set_api_version
from applications.services.comments import add_comment
from common.api.filters import refuse_unknown_parameters
from common.api.views import GenericViewSet, without_body
from common.errors import InvalidError
from partners.models import Partner

MANAGE = "manage:applications"
REVIEW = "applications.change_applicationversion"


@extend_schema_view(
    list=extend_schema(summary="List applications"),
    retrieve=extend_schema(summary="Get an application"),
)
class ApplicationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Applications of a partner and their review."""

    queryset = PartnerApplication.objects.select_related("live_version", "partner").prefetch_related(
        Prefetch("versions", queryset=ApplicationVersion.objects.pending(), to_attr="waiting")
    )
    serializer_class = wire.ApplicationSerializer
    filterset_class = ApplicationFilter
    ordering_fields = ["created_at", "updated_at", "app_name", "status"]
    required_scopes = {
        "*": MANAGE,
        "approve": "staff",
        "reject": "staff",
        "request_changes": "staff",
        "suspend": "staff",
        "resume": "staff",
        "statistics": "read:analytics",
    }
    staff_permissions = {
        "approve": REVIEW,
        "reject": REVIEW,
        "request_changes": REVIEW,
        "comments": REVIEW,
        "reviews": "applications.view_applicationversion",
    }

    def shown(self, application: PartnerApplication, **kwargs: Any) -> Response:
        """The application as it now is."""
        return self.respond(self.get_queryset().get(pk=application.pk), **kwargs)

    @extend_schema(
        summary="Create an application",
        request=wire.ApplicationCreateInput,
        responses={201: wire.ApplicationSerializer},
    )
    def create(self, request: Request) -> Response:
        """Draft an application."""
        data = self.validated(wire.ApplicationCreateInput)
        if "partner" not in data:
            data["partner"] = self.own_partner()
        created = applications.create_application(actor=self.principal, **data)
        return self.shown(created, status=201, location=f"/api/applications/{created.id}")

    def own_partner(self) -> Partner:
        """The partner of a caller who named none; raises InvalidError for one who has none."""
        visible, partner_id = Partner.objects.visible_to(self.principal), self.principal.partner_id
        partner = visible.filter(id=partner_id).first() if partner_id else None
        if partner is None:
            raise InvalidError("Name the partner.", field="partner_id", code="required")
        return partner

    @extend_schema(summary="Replace the content of an application", request=wire.ApplicationUpdateInput)
    def update(self, request: Request, pk: str) -> Response:
        """Every content field not given goes back to its default."""
        return self.change()

    @extend_schema(summary="Change content of an application", request=wire.ApplicationUpdateInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the content fields given."""
        return self.change()

    def change(self) -> Response:
        """Apply the body to the object."""
        application = self.get_object()
        data = self.validated(wire.ApplicationUpdateInput, instance=application)
        return self.shown(applications.update_application(application=application, actor=self.principal, **data))

    @extend_schema(summary="Delete an application", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete one that is neither live nor under review."""
        applications.delete_application(application=self.get_object(), actor=self.principal)
        return Response(status=204)

    @extend_schema(summary="Submit for approval", request=wire.SubmitInput)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Freeze the content as a version and queue it for review."""
        data = self.validated(wire.SubmitInput)
        return self.shown(review.submit_application(application=self.get_object(), actor=self.principal, **data))

    @without_body(summary="Withdraw a submission")
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a submission back."""
        return self.shown(review.withdraw_application(application=self.get_object(), actor=self.principal))

    @extend_schema(summary="Approve (staff)", request=wire.ApproveInput)
    @action(detail=True, methods=["put"])
    def approve(self, request: Request, pk: str) -> Response:
        """Approve the waiting version; a high-risk one needs a second reviewer."""
        data = self.validated(wire.ApproveInput)
        return self.shown(review.approve_application(application=self.get_object(), actor=self.principal, **data))

    @extend_schema(summary="Reject (staff)", request=wire.ReasonInput)
    @action(detail=True, methods=["put"])
    def reject(self, request: Request, pk: str) -> Response:
        """Reject the waiting version."""
        data = self.validated(wire.ReasonInput)
        return self.shown(review.reject_application(application=self.get_object(), actor=self.principal, **data))

    @extend_schema(summary="Request changes (staff)", request=wire.RequestChangesInput)
    @action(detail=True, methods=["post"], url_path="request-changes")
    def request_changes(self, request: Request, pk: str) -> Response:
        """Send the waiting version back."""
        data = self.validated(wire.RequestChangesInput)
        return self.shown(review.request_changes(application=self.get_object(), actor=self.principal, **data))

    @without_body(summary="Publish to the marketplace")
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Publish an approved application."""
        return self.shown(lifecycle.publish_application(application=self.get_object(), actor=self.principal))

    @extend_schema(summary="Suspend (staff)", request=wire.ReasonInput)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: str) -> Response:
        """Stop a live application at once."""
        data = self.validated(wire.ReasonInput)
        return self.shown(lifecycle.suspend_application(application=self.get_object(), actor=self.principal, **data))

    @extend_schema(summary="Resume (staff)", request=wire.OptionalReasonInput)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Put a suspended application back."""
        data = self.validated(wire.OptionalReasonInput)
        return self.shown(lifecycle.resume_application(application=self.get_object(), actor=self.principal, **data))

    @extend_schema(summary="Deprecate", request=wire.DeprecateInput)
    @action(detail=True, methods=["post"])
    def deprecate(self, request: Request, pk: str) -> Response:
        """Announce the day an application stops."""
        data = self.validated(wire.DeprecateInput)
        return self.shown(lifecycle.deprecate_application(application=self.get_object(), actor=self.principal, **data))

    @extend_schema(summary="Pin an application to a version of the API", request=wire.ApiVersionInput)
    @action(detail=True, methods=["put"], url_path="api-version")
    def api_version(self, request: Request, pk: str) -> Response:
        """Its requests without an `Api-Version` header get that version from the next one on."""
        data = self.validated(wire.ApiVersionInput)
        return self.shown(set_api_version(application=self.get_object(), actor=self.principal, **data))

    @without_body(summary="Run the security validation", responses=wire.ValidationSerializer)
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, pk: str) -> Response:
        """Every check with its finding; links and webhook endpoints are asked."""
        run = validation.run_security_validation(application=self.get_object(), actor=self.principal)
        return Response(wire.ValidationSerializer(run).data)

    @extend_schema(summary="Statistics", responses={200: wire.statistics_schema()})
    @action(detail=True, methods=["get"])
    def statistics(self, request: Request, pk: str) -> Response:
        """Reviews, and what the platform counts of the application; what nobody counts is absent."""
        refuse_unknown_parameters(request, ())
        return Response(application_statistics(self.get_object()))

    @extend_schema(summary="Comment on the review", request=wire.CommentInput, responses={201: wire.CommentSerializer})
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, pk: str) -> Response:
        """Write to the other side of the review."""
        data = self.validated(wire.CommentInput)
        comment = add_comment(application=self.get_object(), actor=self.principal, **data)
        shown = wire.CommentSerializer(comment, context=self.get_serializer_context()).data
        return Response(shown, status=201, headers={"Location": f"/api/applications/{pk}/reviews"})  # among the others

    @extend_schema(summary="Review history", responses=wire.VersionSerializer(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def reviews(self, request: Request, pk: str) -> Response:
        """Every submission, newest first, with its checks and decisions."""
        refuse_unknown_parameters(request, ("limit", "cursor"))
        page = self.paginate_queryset(review_history(self.get_object(), self.principal))
        return self.get_paginated_response(
            wire.VersionSerializer(page, many=True, context=self.get_serializer_context()).data
        )
