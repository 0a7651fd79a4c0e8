"""What the OAuth endpoints take and give, for the OpenAPI document: the RFCs' own snake_case names."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class TokenRequest(serializers.Serializer[Any]):
    """RFC 6749, 4.1.3, 4.4.2 and 6."""

    grant_type = serializers.ChoiceField(choices=["authorization_code", "client_credentials", "refresh_token"])
    client_id = serializers.CharField(required=False, help_text="Unless HTTP Basic is used.")
    client_secret = serializers.CharField(
        required=False, help_text="Unless HTTP Basic is used, or the client is public."
    )
    scope = serializers.CharField(
        required=False, help_text="Space-separated; every scope the application was approved for when left out."
    )
    code = serializers.CharField(required=False)
    redirect_uri = serializers.CharField(required=False, help_text="The one of the authorization request.")
    code_verifier = serializers.CharField(required=False, help_text="RFC 7636: always needed with a code.")
    refresh_token = serializers.CharField(required=False)


class TokenResponse(serializers.Serializer[Any]):
    """RFC 6749, 5.1."""

    access_token = serializers.CharField()
    token_type = serializers.ChoiceField(choices=["Bearer"])
    expires_in = serializers.IntegerField(help_text="Seconds.")
    scope = serializers.CharField(help_text="What was granted, which may be less than was asked for.")
    refresh_token = serializers.CharField(
        required=False, help_text="For the authorization code flow. It works once: keep the one of the next answer."
    )


class TokenReference(serializers.Serializer[Any]):
    """RFC 7009, 2.1 and RFC 7662, 2.1."""

    token = serializers.CharField()
    token_type_hint = serializers.ChoiceField(choices=["access_token", "refresh_token"], required=False)
    client_id = serializers.CharField(required=False)
    client_secret = serializers.CharField(required=False)


class IntrospectionResponse(serializers.Serializer[Any]):
    """RFC 7662, 2.2. An inactive token has `active` alone."""

    active = serializers.BooleanField()
    scope = serializers.CharField(required=False)
    client_id = serializers.CharField(required=False)
    token_type = serializers.CharField(required=False)
    exp = serializers.IntegerField(required=False)
    iat = serializers.IntegerField(required=False)
    sub = serializers.CharField(required=False, help_text="The person who consented; the client when nobody did.")
    aud = serializers.CharField(required=False)
    iss = serializers.CharField(required=False)
    jti = serializers.CharField(required=False)
    partner_id = serializers.CharField(required=False, help_text="The organization the token acts for.")
    application_id = serializers.CharField(required=False)
    environment = serializers.ChoiceField(choices=["live", "test"], required=False)


class ErrorResponse(serializers.Serializer[Any]):
    """RFC 6749, 5.2."""

    error = serializers.CharField()
    error_description = serializers.CharField(required=False)
