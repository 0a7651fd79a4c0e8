"""Mail: rendered, queued with its transaction, sent once over real SMTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from common.mail import CATEGORIES, MailKind, kinds, register_mail, render_mail
from common.principal import SYSTEM, Principal
from partners.models import OutboundMail, Partner, User
from partners.services.agreements import create_agreement
from partners.services.mail import (
    MAX_ATTEMPTS,
    due_mail,
    preferences_of,
    queue_mail,
    send_queued_mail,
    set_preferences,
)
from partners.services.partners import suspend_partner
from tests.partners.mailbox import Mailbox, body


@pytest.mark.parametrize("name", sorted(kinds))
def test_every_kind_renders_its_sample(name: str) -> None:
    kind = kinds[name]
    mail = render_mail(name, kind.sample)
    assert mail.subject.strip() == mail.subject != ""
    assert "\n" not in mail.subject
    for text in (mail.text, mail.html):
        assert "{{" not in text
        assert "{%" not in text
    assert mail.html.startswith("<!DOCTYPE html>")
    if kind.action:
        assert kind.action in mail.text
        assert f'href="{kind.sample["action_url"]}"' in mail.html


def test_values_are_escaped_in_html_alone() -> None:
    context = {"partner": "<b>A&B</b>", "reason": "Line one\nline two", "action_url": "https://partners.example/"}
    mail = render_mail("partner_suspended", context)
    assert mail.subject == "<b>A&B</b> was suspended"
    assert "<b>A&B</b> was suspended" in mail.text
    assert "<b>A&B</b>" not in mail.html
    assert "&lt;b&gt;A&amp;B&lt;/b&gt;" in mail.html
    assert "Line one<br>line two" in mail.html


def test_a_subject_is_one_line() -> None:
    mail = render_mail("partner_suspended", {"partner": "Acme\r\nBcc: eve@evil.test", "reason": "x"})
    assert mail.subject == "Acme Bcc: eve@evil.test was suspended"


def test_over_smtp(mailbox: Mailbox, acme: Partner, alice: User, bob: User) -> None:
    suspend_partner(partner=acme, reason="Chargebacks", actor=SYSTEM)
    assert len(due_mail()) == 2
    assert [send_queued_mail(mail_id=mail_id) for mail_id in due_mail()] == [True, True]
    assert mailbox.recipients == ["alice@acme.test", "bob@acme.test"]
    message = mailbox.messages[0]
    assert message["Subject"] == "Acme Insurance Tech was suspended"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Reason: Chargebacks" in body(message, "plain")
    assert "Reason: Chargebacks" in body(message, "html")
    assert "https://partners.example/" in body(message, "plain")
    mail = OutboundMail.objects.order_by("id").first()
    assert mail is not None
    assert message["Message-ID"] == f"<{mail.id.hex}@partners.example>"
    assert (mail.status, mail.attempts, mail.context) == ("sent", 1, {})
    assert mail.sent_at is not None
    assert due_mail() == []
    assert send_queued_mail(mail_id=mail.id) is False
    assert len(mailbox.messages) == 2


def test_a_server_that_is_away(mailbox: Mailbox, alice: User) -> None:
    mailbox.refusal = "451 Try later"
    mail = queue_mail(kind="partner_resumed", to=alice, partner="Acme")
    assert mail is not None
    assert send_queued_mail(mail_id=mail.id) is False
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("pending", 1)
    assert "Try later" in mail.last_error
    assert due_mail() == []
    assert timedelta(minutes=1) < mail.due_at - timezone.now() <= timedelta(minutes=2)
    mailbox.refusal = ""
    OutboundMail.objects.update(due_at=timezone.now())
    assert [send_queued_mail(mail_id=mail_id) for mail_id in due_mail()] == [True]
    mail.refresh_from_db()
    assert (mail.status, mail.attempts, mail.last_error) == ("sent", 2, "")


def test_an_address_refused_for_good(mailbox: Mailbox, alice: User) -> None:
    mailbox.refusal = "550 No such user"
    mail = queue_mail(kind="partner_resumed", to=alice, partner="Acme")
    assert mail is not None
    send_queued_mail(mail_id=mail.id)
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("failed", 1)


def test_it_gives_up(mailbox: Mailbox, alice: User) -> None:
    mailbox.refusal = "451 Try later"
    mail = queue_mail(kind="partner_resumed", to=alice, partner="Acme")
    assert mail is not None
    OutboundMail.objects.update(attempts=MAX_ATTEMPTS - 1)
    send_queued_mail(mail_id=mail.id)
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("failed", MAX_ATTEMPTS)


def test_a_claim_of_a_dead_process_runs_out(mailbox: Mailbox, alice: User) -> None:
    mail = queue_mail(kind="partner_resumed", to=alice, partner="Acme")
    assert mail is not None
    OutboundMail.objects.update(status="sending", due_at=timezone.now() + timedelta(minutes=5))
    assert send_queued_mail(mail_id=mail.id) is False
    OutboundMail.objects.update(due_at=timezone.now())
    assert due_mail() == [mail.id]
    assert send_queued_mail(mail_id=mail.id) is True


def test_preferences(acme: Partner, alice: User, owner: Principal) -> None:
    assert set(preferences_of(alice)) == set(CATEGORIES) - {"account"}
    assert all(preferences_of(alice).values())
    set_preferences(user=alice, enabled=["billing", "account", "nonsense"])
    assert [name for name, enabled in preferences_of(alice).items() if enabled] == ["billing"]
    create_agreement(partner=acme, agreement_type="msa", actor=owner)
    assert OutboundMail.objects.count() == 0
    suspend_partner(partner=acme, reason="x", actor=SYSTEM)
    assert list(OutboundMail.objects.values_list("kind", flat=True)) == ["partner_suspended"]


def test_nothing_to_people_who_left(acme: Partner, alice: User) -> None:
    User.objects.update(is_active=False)
    suspend_partner(partner=acme, reason="x", actor=SYSTEM)
    assert OutboundMail.objects.count() == 0


def test_a_kind_needs_a_known_category() -> None:
    with pytest.raises(ValueError, match="no category"):
        register_mail(MailKind("x", "gossip", "x"))
