"""People and the partners they belong to."""

from partners.models.agreement import AgreementDocument, AgreementTemplate, PartnerAgreement
from partners.models.contact import PartnerContact
from partners.models.invitation import Invitation
from partners.models.mail import MailPreference, OutboundMail
from partners.models.member import PartnerMember
from partners.models.partner import Partner
from partners.models.sign_in import SecondStep, SignInAddress
from partners.models.user import User
from partners.models.verification import VerificationDocument, VerificationItem

__all__ = [
    "AgreementDocument",
    "AgreementTemplate",
    "Invitation",
    "MailPreference",
    "OutboundMail",
    "Partner",
    "PartnerAgreement",
    "PartnerContact",
    "PartnerMember",
    "SecondStep",
    "SignInAddress",
    "User",
    "VerificationDocument",
    "VerificationItem",
]
