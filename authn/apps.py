"""App configuration."""

from django.apps import AppConfig

from applications.registry import register_installer_notice, register_redirect_uris, register_used_scopes
from applications.registry import register_statistics as register_application_statistics
from authn import mails
from common.partitions import register_partitioned
from common.portal import NavItem, portal
from common.revocation import register_check, register_invalidation


class AuthnConfig(AppConfig):
    """See the package docstring."""

    name = "authn"
    verbose_name = "Access"

    def ready(self) -> None:
        """Name partitioned tables and pages, the credentials the gate knows, and who hears of revocations."""
        from authn import selectors  # noqa: PLC0415 (models are ready only now)
        from authn.credentials import register_resolver  # noqa: PLC0415 (as above)
        from authn.keys import is_key  # noqa: PLC0415 (as above)
        from authn.oauth.secrets import is_access_token  # noqa: PLC0415 (as above)
        from authn.portal.attention import keys_to_look_after  # noqa: PLC0415 (as above)
        from authn.services import installers, oauth_principals, principals  # noqa: PLC0415 (as above)
        from authn.services.revocation import credentials_changed  # noqa: PLC0415 (as above)
        from authn.standing import credential_holds  # noqa: PLC0415 (as above)
        from partners.statistics import register_statistics  # noqa: PLC0415 (as above)
        from partners.tiers import register_usage  # noqa: PLC0415 (as above)

        mails.register()
        register_partitioned("authn_apicall", keep_days=30)
        register_usage("api_keys", selectors.count_keys)
        register_redirect_uris(selectors.redirect_uris_of)
        register_used_scopes(selectors.used_scopes)
        register_application_statistics("installs", installers.installs_of, template="oauth/statistics.html")
        register_application_statistics("credentials", selectors.credentials_of, template="keys/statistics.html")
        register_installer_notice(installers.tell_of_deprecation)
        register_statistics("apiKeys", selectors.key_figures)
        register_statistics("oauthClients", selectors.client_figures)
        portal.navigation += [
            NavItem("API keys", "keys", "key", order=30, section="Build"),
            NavItem("OAuth clients", "oauth_client_list", "finger-print", order=35, section="Build"),
            NavItem("Request log", "calls", "list-bullet", order=62, section="Insight", scope="read:analytics"),
            NavItem("Granted access", "oauth_granted_access", "shield-check", order=90, section="Partner"),
        ]
        portal.attention.append(keys_to_look_after)
        register_resolver(
            matches=is_key, stored_form=principals.stored_form_of_key, read=principals.credentials_of_keys
        )
        register_resolver(
            matches=is_access_token,
            stored_form=oauth_principals.stored_form_of_token,
            read=oauth_principals.credentials_of_tokens,
        )
        register_invalidation(credentials_changed)
        register_invalidation(oauth_principals.organization_changed)
        register_check(credential_holds)
