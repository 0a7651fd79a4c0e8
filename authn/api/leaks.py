"""Stopping credentials that others have seen: reports of secret scanners, and of whoever holds one in full."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from authn.api.oauth_protocol import PlainJSONRenderer
from authn.services.leaks import Leak, fingerprint, report_leaks, scanner, self_revoke
from common.api.serializers import Serializer

MAX_FINDINGS = 1000
MAX_SECRET = 4096  # a JWT access token is the longest there is
IDENTIFIER = "Github-Public-Key-Identifier"
SIGNATURE = "Github-Public-Key-Signature"


class FindingSerializer(serializers.Serializer[Any]):
    """One finding, as GitHub's secret scanning partner programme sends it; members that it adds later are ignored."""

    token = serializers.CharField(max_length=MAX_SECRET, help_text="The credential in full.")
    type = serializers.CharField(max_length=200, help_text="The scanner's name for this kind of credential.")
    url = serializers.CharField(max_length=2000, required=False, allow_blank=True, help_text="Where it was found.")
    source = serializers.CharField(max_length=100, required=False, allow_blank=True, help_text="In what.")  # type: ignore[assignment]  # (a field, not the property of its name)


class VerdictSerializer(serializers.Serializer[Any]):
    """What came of one finding."""

    token_hash = serializers.CharField(help_text="Hex SHA-256 of the credential.")
    token_type = serializers.CharField(help_text="The `type` of the finding.")
    label = serializers.ChoiceField(  # type: ignore[assignment]  # (a field, not the property of its name)
        choices=["true_positive", "false_positive"], help_text="Whether it is or was a credential of this platform."
    )


class SelfRevokeSerializer(Serializer):
    """The credential that is to stop."""

    key = serializers.CharField(
        max_length=MAX_SECRET, help_text="An API key, an OAuth token or a client secret, in full."
    )
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class PublicView(APIView):
    """Needs no credential; the limit of the caller's address holds."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class LeakReportView(PublicView):
    """Where secret scanners report what they find."""

    renderer_classes = (PlainJSONRenderer,)
    extra_problems = ("401",)

    @extend_schema(
        operation_id="keys_leaked",
        tags=["keys"],
        summary="Report leaked credentials",
        description=(
            "For secret scanners (the protocol of GitHub's secret scanning partner programme): the body is a list of "
            f"at most {MAX_FINDINGS} findings, signed with ECDSA P-256 and SHA-256. Each credential of this platform "
            "among them is revoked at once and its owners are told. Sending a report again changes nothing."
        ),
        parameters=[
            OpenApiParameter(
                IDENTIFIER, str, OpenApiParameter.HEADER, required=True, description="Names the key it is signed with."
            ),
            OpenApiParameter(
                SIGNATURE, str, OpenApiParameter.HEADER, required=True, description="Base64 of the DER signature."
            ),
        ],
        request=FindingSerializer(many=True),
        responses={200: VerdictSerializer(many=True)},
    )
    def post(self, request: Request) -> Response:
        """Check the signature over the very bytes, then act on what they say."""
        identifier = request.headers.get(IDENTIFIER, "")
        if not is_signed(request._request.body, identifier, request.headers.get(SIGNATURE, "")):
            raise AuthenticationFailed("The report is not signed by a scanner we know.", code="invalid_signature")
        serializer: Any = serializers.ListSerializer(
            data=request.data, child=FindingSerializer(), max_length=MAX_FINDINGS
        )
        serializer.is_valid(raise_exception=True)
        findings = serializer.validated_data
        leaks = [Leak(finding["token"], place=finding.get("url", "")) for finding in findings]
        known = report_leaks(leaks=leaks, actor=scanner(identifier))
        verdicts = [
            {
                "token_hash": fingerprint(finding["token"]),
                "token_type": finding["type"],
                "label": "true_positive" if is_ours else "false_positive",
            }
            for finding, is_ours in zip(findings, known, strict=True)
        ]
        return Response(verdicts)

    def get_authenticate_header(self, request: Request) -> str:
        """A report without a good signature is a 401."""
        return "Signature"


class SelfRevokeView(PublicView):
    """Where anyone who holds a credential in full stops it."""

    @extend_schema(
        operation_id="keys_self_revoke",
        tags=["keys"],
        summary="Revoke a credential you hold",
        description=(
            "Whoever holds a credential in full can stop it, without another one: an API key, an OAuth token with "
            "everything that came of the same consent, or a client secret with the client's tokens. It stops at once, "
            "and its owners are told. The answer is the same for any value: after it, the credential does not work."
        ),
        request=SelfRevokeSerializer,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """The same answer whatever it was."""
        serializer = SelfRevokeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        self_revoke(secret=data["key"], reason=data.get("reason", ""))
        return Response(status=204)


def is_signed(body: bytes, identifier: str, signature: str) -> bool:
    """Whether `signature` is that of the known scanner's key over `body`."""
    der = settings.LEAK_SCANNER_KEYS.get(identifier)
    if der is None:
        return False
    key = load_der_public_key(der)
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 (settings refuse others; narrows the type)
    try:
        key.verify(base64.b64decode(signature, validate=True), body, ec.ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
