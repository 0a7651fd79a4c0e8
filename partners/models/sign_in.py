"""What people prove themselves with. The tables are django-allauth's; their history is ours."""

from __future__ import annotations

import pghistory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

# First, so that the user model is there when allauth's foreign keys look for it.
from partners.models.user import User  # noqa: F401  (imported for the order)


@pghistory.track()
class SignInAddress(EmailAddress):
    """An e-mail address of a person: verified or not, and whether mail goes there."""

    class Meta:
        proxy = True
        verbose_name = "e-mail address"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("user", "type", "data")),
    pghistory.DeleteEvent(),
    exclude=["data", "last_used_at"],
)
class SecondStep(Authenticator):
    """An authenticator app, a passkey or the recovery codes of a person. Their secrets are in no history."""

    class Meta:
        proxy = True
        verbose_name = "second step"
