"""The catalogue of e-mails, and how one is rendered: subject, text and HTML from one template.

An app registers its kinds in AppConfig.ready; `templates/mail/<name>.txt` holds the sentences. The HTML is the same
paragraphs in `templates/mail/message.html`, so the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Template
from django.template.loader import get_template, render_to_string

# What a person may switch off, in words; an empty label marks mail that always goes out.
CATEGORIES: dict[str, str] = {
    "account": "",
    "verification": "Verification: decisions, and documents that run out",
    "agreements": "Agreements: to sign, and about to end",
    "applications": "Applications: comments and decisions of a review",
    "webhooks": "Webhooks and integrations: endpoints that fail or were switched off",
    "keys": "Keys: about to expire, or due for rotation",
    "billing": "Billing: invoices and payouts",
    "marketplace": "Marketplace: reviews of your listings",
}


@dataclass(frozen=True)
class MailKind:
    """One e-mail that people wait for. `sample` is the context its preview is made with."""

    name: str
    category: str
    subject: str  # a template, in one line
    action: str = ""  # the label of the button; its address is `action_url` of the context
    sample: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_optional(self) -> bool:
        """Whether a person may switch it off."""
        return bool(CATEGORIES[self.category])


@dataclass(frozen=True)
class RenderedMail:
    """Ready to be sent or shown."""

    subject: str
    text: str
    html: str


kinds: dict[str, MailKind] = {}


def register_mail(*new: MailKind) -> None:
    """Add kinds to the catalogue."""
    for kind in new:
        if kind.category not in CATEGORIES:
            raise ValueError(f"{kind.name}: there is no category {kind.category!r}")
        kinds[kind.name] = kind


def absolute_url(path: str) -> str:
    """`path` as people reach it from their mailbox."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def render_mail(name: str, context: Mapping[str, Any]) -> RenderedMail:
    """Render the kind `name`. Values are text: they are escaped in the HTML and left alone in the text."""
    kind = kinds[name]
    values = {
        "platform": urlsplit(settings.PUBLIC_URL).hostname,
        "preferences_url": absolute_url("/notifications"),
        **context,
    }
    subject = " ".join(Template(kind.subject).render(Context(values, autoescape=False)).split())
    body = render_to_string(f"mail/{name}.txt", values)
    paragraphs = [part.strip() for part in body.split("\n\n") if part.strip()]
    frame = {**values, "subject": subject, "paragraphs": paragraphs, "kind": kind}
    return RenderedMail(
        subject=subject,
        text=get_template("mail/message.txt").render(frame),
        html=get_template("mail/message.html").render(frame),
    )


def deliver(mail: RenderedMail, *, recipient: str, reference: str) -> None:
    """Hand the mail to the server of EMAIL_URL; raises what smtplib raises. `reference` names a repeated attempt."""
    domain = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {
        # The same on every attempt, so that a mailbox can drop the second copy.
        "Message-ID": f"<{reference}@{domain}>" if reference else make_msgid(domain=domain),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[recipient], headers=headers)
    message.attach_alternative(mail.html, "text/html")
    message.send()
