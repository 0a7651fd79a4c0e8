"""The OAuth 2.0 server: django-oauth-toolkit and oauthlib, held to our clients, scopes and organizations."""
