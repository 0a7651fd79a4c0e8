"""Django settings, assembled from the declared environment variables. Production-safe by default."""

from __future__ import annotations

import hashlib
from typing import Any

import django_stubs_ext
import pghistory
from corsheaders.defaults import default_headers
from csp.constants import NONCE, NONE, SELF

from common.api.components import COMPONENTS
from common.scopes import SCOPES
from config import declarations as env
from config.backoffice import UNFOLD as UNFOLD  # noqa: PLC0414 (a setting)
from config.brokers import is_rabbitmq, with_limits
from config.environment import ROOT
from config.logs import logging_config
from config.templating import TEMPLATES as TEMPLATES  # noqa: PLC0414 (a setting)
from config.tiers import TIERS as TIERS  # noqa: PLC0414 (a setting)

django_stubs_ext.monkeypatch()

# --- Core -------------------------------------------------------------------------------------------------------------
DEBUG = env.DEBUG
DEMO = env.DEMO
SECRET_KEY = env.SECRET_KEY
SECRET_KEY_FALLBACKS = env.SECRET_KEY_FALLBACKS
FIELD_ENCRYPTION_KEYS = env.FIELD_ENCRYPTION_KEYS
API_KEY_PEPPER = env.API_KEY_PEPPER or hashlib.sha256(b"treaty.api-key-pepper:" + SECRET_KEY.encode()).hexdigest()
ALLOWED_HOSTS = env.ALLOWED_HOSTS
PUBLIC_URL = env.PUBLIC_URL
COMPANY_NAME = env.COMPANY_NAME
TRUSTED_PROXIES = env.TRUSTED_PROXIES
DATA_DIR = env.DATA_DIR
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "partners.User"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
VERSION = "0.1.0"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.static.StaticFilesConfig",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "django_fsm",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "oauth2_provider",
    "corsheaders",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_dramatiq",
    "dramatiq_crontab",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "heroicons",
    "common",
    "events",
    "partners",
    "applications",
    "authn",
    "integrations",
    "webhooks",
    "marketplace",
    "billing",
    "config",
]

MIDDLEWARE = [
    "config.middleware.TrustedProxyMiddleware",
    "config.middleware.ProbeMiddleware",
    "common.middleware.RequestMiddleware",
    "config.middleware.ObservationMiddleware",
    # From here to its end: what a request with a bearer credential skips.
    "common.middleware.PortalStartMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "common.middleware.AdminContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.PortalEndMiddleware",
    "authn.address_limit.AddressLimitMiddleware",
    "authn.middleware.GateMiddleware",
    "common.audit.AuditMiddleware",
    "common.middleware.MachineCallMiddleware",
]

# --- Services ---------------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.DATABASE,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "treaty", **env.DATABASE.get("OPTIONS", {})},
    }
}
if env.DATABASE_REPLICA:
    DATABASES["replica"] = {
        **env.DATABASE_REPLICA,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"MIRROR": "default"},
    }
DATABASE_ROUTERS = ["common.replica.ReplicaRouter"]
REDIS_URL = env.REDIS_URL
BROKER_URL = env.BROKER_URL
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
    }
}
DRAMATIQ_BROKER: dict[str, Any] = {
    "BROKER": "common.rabbitmq.RabbitmqBroker" if is_rabbitmq(BROKER_URL) else "dramatiq.brokers.redis.RedisBroker",
    "OPTIONS": {"url": with_limits(BROKER_URL)},
    # Without django_dramatiq's AdminMiddleware: its row per message makes enqueueing fourteen times slower.
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "dramatiq.middleware.Callbacks",
        "common.queue.Retries",
        "django_dramatiq.middleware.DbConnectionsMiddleware",
    ],
}
DRAMATIQ_AUTODISCOVER_MODULES = ["actors"]
DRAMATIQ_CRONTAB = {"REDIS_URL": REDIS_URL}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

globals().update({key: value for key, value in env.EMAIL.items() if key.startswith("EMAIL_")})
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.DEFAULT_FROM_EMAIL

# --- Files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "gif", "ico", "woff2", "gz"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Documents of partners. Outside MEDIA_ROOT: no URL leads here, an authorised view reads it.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "private", "base_url": None, "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "config.static.StaticFilesStorage"},
}

# --- Security ---------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if env.HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^internal/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "common.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CORS_ALLOWED_ORIGINS = env.CORS_ALLOWED_ORIGINS
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "api-version", "idempotency-key", "x-request-id"]
CORS_EXPOSE_HEADERS = [
    *("Api-Version", "Deprecation", "Sunset", "Link", "Location", "X-Request-Id", "Idempotency-Replayed"),
    *("Retry-After", "RateLimit", "RateLimit-Policy"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "partners.portal.accounts.AccountAdapter"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if env.HTTPS else "http"
MFA_ADAPTER = "partners.portal.accounts.TwoStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env.HTTPS
MFA_TOTP_ISSUER = "Treaty"
USERSESSIONS_TRACK_ACTIVITY = True

# --- Audit ------------------------------------------------------------------------------------------------------------
PGHISTORY_BASE_MODEL = "common.history.Event"
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["authn.api.authentication.PrincipalAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["common.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["common.api.renderers.CamelCaseJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.CamelCaseJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.api.negotiation.JSONAlways",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "common.api.filters.CamelCaseFilterBackend",
        "common.api.filters.CamelCaseOrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.TreatyAutoSchema",
    "EXCEPTION_HANDLER": "common.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "iso-8601",
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# How long a credential is used as it was read, should the news of its revocation get lost on the way.
CREDENTIAL_SNAPSHOT_SECONDS = 5.0
LEAK_SCANNER_KEYS = env.LEAK_SCANNER_KEYS
IDEMPOTENCY_STORE = "authn.services.idempotency.PostgresStore"
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Treaty API",
    "DESCRIPTION": "Partners, applications, keys, events, webhooks, marketplace and billing of the partner platform.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "APPEND_COMPONENTS": COMPONENTS,
    "GET_MOCK_REQUEST": "common.api.schema.mock_request",
    "SERVERS": [{"url": env.PUBLIC_URL}],
    # Enums stay where they stand: names made up for shared ones change when another field gets the same choices.
    "POSTPROCESSING_HOOKS": ["common.api.examples.add_examples", "common.api.samples.add_samples"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_PUBLIC": True,
    # The contract tests hold the document; `check --deploy` is for what endangers an instance.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}
OAUTH_ISSUER = env.OAUTH_ISSUER
OAUTH_TOKEN_LIFETIME = env.OAUTH_TOKEN_LIFETIME
OAUTH_REFRESH_TOKEN_LIFETIME = env.OAUTH_REFRESH_TOKEN_LIFETIME
OAUTH2_PROVIDER_APPLICATION_MODEL = "authn.OAuthClient"
OAUTH2_PROVIDER_GRANT_MODEL = "authn.OAuthGrant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "authn.OAuthToken"  # noqa: S105 (a model)
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "authn.OAuthRefreshToken"  # noqa: S105 (a model)
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "authn.OAuthIdToken"  # noqa: S105 (a model)
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "authn.OAuthDeviceGrant"
# Each of its models is swapped for one of ours: its migrations would build nothing, in a third of the time of all.
MIGRATION_MODULES = {"oauth2_provider": None}
# Requests per hour without a valid credential from one address (IPv6: one /64).
ADDRESS_RATE_LIMIT = env.ADDRESS_RATE_LIMIT
# Requests per hour to the token endpoints, from one address and by one authenticated client.
OAUTH_RATE_LIMITS = {"address": ADDRESS_RATE_LIMIT, "client": 3600}
OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES": {scope: words for scope, words in SCOPES.items() if scope != "admin"},
    "SCOPES_BACKEND_CLASS": "authn.oauth.scopes.ApplicationScopes",
    "OAUTH2_VALIDATOR_CLASS": "authn.oauth.validators.Validator",
    "OAUTH2_SERVER_CLASS": "authn.oauth.server.Server",
    "ACCESS_TOKEN_GENERATOR": "authn.oauth.tokens.access_token",
    "REFRESH_TOKEN_GENERATOR": "authn.oauth.tokens.refresh_token",
    "ACCESS_TOKEN_EXPIRE_SECONDS": OAUTH_TOKEN_LIFETIME,
    "REFRESH_TOKEN_EXPIRE_SECONDS": OAUTH_REFRESH_TOKEN_LIFETIME,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 600,
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "PKCE_REQUIRED": True,
    # Loopback http (RFC 8252) and private-use schemes are allowed per client, when a redirect URI is registered.
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "OIDC_ISS_ENDPOINT": OAUTH_ISSUER,
    **{
        f"COMPLIANT_BCP_RFC9700_{gate}": True
        for gate in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_SCHEME",
            "REDIRECT_URI_MATCHING",
            "PKCE_REQUIRED",
        )
    },
    **{
        f"{model}_ADMIN_CLASS": f"authn.oauth.admin.{name}"
        for model, name in (
            ("APPLICATION", "OAuthClientAdmin"),
            ("ACCESS_TOKEN", "OAuthTokenAdmin"),
            ("REFRESH_TOKEN", "OAuthRefreshTokenAdmin"),
            ("GRANT", "HiddenAdmin"),
            ("ID_TOKEN", "HiddenAdmin"),
        )
    },
}

# --- The business -----------------------------------------------------------------------------------------------------
# From when on callers look suspicious, per hour: bad credentials from one network or with one prefix, networks that one
# key is used from, and calls of one key, if they are so many times what it usually makes.
SUSPICION = {
    "failures_per_network": 300,
    "failures_per_prefix": 100,
    "networks_per_key": 30,
    "volume_calls": 2000,
    "volume_factor": 20,
}
WEBHOOK_MAX_RETRIES = env.WEBHOOK_MAX_RETRIES
WEBHOOK_RETRY_BACKOFF = env.WEBHOOK_RETRY_BACKOFF
WEBHOOK_ALLOWED_NETWORKS = env.WEBHOOK_ALLOWED_NETWORKS
WEBHOOK_OWNERSHIP_CHECK = env.WEBHOOK_OWNERSHIP_CHECK
EVENT_RETENTION_DAYS = env.EVENT_RETENTION_DAYS
DELIVERY_RETENTION_DAYS = env.DELIVERY_RETENTION_DAYS
EVENT_ARCHIVE_DAILY = env.EVENT_ARCHIVE_DAILY
INVOICE_DUE_DAYS = env.INVOICE_DUE_DAYS
PAYOUT_SCHEDULE = env.PAYOUT_SCHEDULE

# --- Operation --------------------------------------------------------------------------------------------------------
LOGGING = logging_config(log_format=env.LOG_FORMAT, level=env.LOG_LEVEL)
METRICS_ALLOWED_NETWORKS = env.METRICS_ALLOWED_NETWORKS
