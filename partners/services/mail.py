"""Queueing and sending mail: a row in the transaction of what it tells about, sent after the commit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from common.mail import CATEGORIES, deliver, kinds, render_mail
from common.principal import Role
from common.queue import send_on_commit
from partners.models import MailPreference, OutboundMail, Partner, User

logger = structlog.get_logger(__name__)

# Who looks after what an integration runs on.
CARETAKERS = (Role.OWNER, Role.DEVELOPER)
MAX_ATTEMPTS = 8
CLAIM = timedelta(minutes=5)
Status = OutboundMail.Status


def queue_mail(*, kind: str, to: User | str, **context: Any) -> OutboundMail | None:
    """Queue one e-mail in the current transaction; None when the person switched its category off.

    The context is kept as JSON: pass text and numbers, dates already written out.
    """
    entry = kinds[kind]
    if isinstance(to, User):
        if not to.is_active or (entry.is_optional and not wants(to, entry.category)):
            return None
        to = to.email
    mail = OutboundMail.objects.create(kind=kind, recipient=to, context=context, due_at=timezone.now())
    send_on_commit("send_mail", str(mail.id), queue="mail")
    return mail


def mail_members(*, partner: Partner, roles: Iterable[str], kind: str, **context: Any) -> None:
    """Queue an e-mail to every member of `partner` with one of `roles`."""
    members = partner.members.filter(role__in=list(roles), user__is_active=True).select_related("user")
    for member in members.order_by("id"):
        queue_mail(kind=kind, to=member.user, partner=partner.partner_name, **context)


def mail_staff(*, kind: str, **context: Any) -> None:
    """Queue an e-mail to everyone on the platform's staff."""
    for user in User.objects.filter(is_staff=True, is_active=True).order_by("id"):
        queue_mail(kind=kind, to=user, **context)


def wants(user: User, category: str) -> bool:
    """Whether a person left the category on."""
    return not user.mail_preferences.filter(category=category, enabled=False).exists()


def preferences_of(user: User) -> dict[str, bool]:
    """Every category a person may switch, and whether it is on."""
    off = set(user.mail_preferences.filter(enabled=False).values_list("category", flat=True))
    return {category: category not in off for category, label in CATEGORIES.items() if label}


@transaction.atomic
def set_preferences(*, user: User, enabled: Iterable[str]) -> None:
    """Keep exactly the `enabled` categories on."""
    wanted = set(enabled)
    for category in preferences_of(user):
        MailPreference.objects.update_or_create(user=user, category=category, defaults={"enabled": category in wanted})


def send_queued_mail(*, mail_id: uuid.UUID) -> bool:
    """Send one queued e-mail, unless another process has it or it is done; whether it went out.

    The row is claimed before the server is called and settled after, so no transaction is open meanwhile. A process
    that dies in between leaves a claim that runs out: at worst the mail goes out twice, under one Message-ID.
    """
    now = timezone.now()
    claimed = OutboundMail.objects.filter(
        pk=mail_id, status__in=[Status.PENDING, Status.SENDING], due_at__lte=now
    ).update(status=Status.SENDING, attempts=F("attempts") + 1, due_at=now + CLAIM)
    if not claimed:
        return False
    mail = OutboundMail.objects.get(pk=mail_id)
    try:
        deliver(render_mail(mail.kind, mail.context), recipient=mail.recipient, reference=mail.id.hex)
    except (SMTPException, OSError) as error:
        postpone(mail, error)
        return False
    mail.status, mail.sent_at, mail.last_error, mail.context = Status.SENT, timezone.now(), "", {}
    mail.save(update_fields=["status", "sent_at", "last_error", "context", "updated_at"])
    return True


def postpone(mail: OutboundMail, error: Exception) -> None:
    """Try again in 2, 4, 8 ... minutes; give up after MAX_ATTEMPTS or when the address is refused for good."""
    refused = isinstance(error, SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _reason in error.recipients.values()
    )
    gives_up = refused or mail.attempts >= MAX_ATTEMPTS
    mail.status = Status.FAILED if gives_up else Status.PENDING
    mail.due_at = timezone.now() + timedelta(minutes=2**mail.attempts)
    mail.last_error = str(error)[:500]
    mail.save(update_fields=["status", "due_at", "last_error", "updated_at"])
    logger.warning("mail_not_sent", mail=str(mail.id), kind=mail.kind, gives_up=gives_up, error=mail.last_error)


def due_mail(*, limit: int = 500) -> list[uuid.UUID]:
    """Ids of mail whose time has come: not sent yet, or claimed by a process that died."""
    due = OutboundMail.objects.filter(status__in=[Status.PENDING, Status.SENDING], due_at__lte=timezone.now())
    return list(due.order_by("due_at").values_list("id", flat=True)[:limit])
