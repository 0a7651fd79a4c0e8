"""People and the partners they belong to."""

from partners.models.contact import PartnerContact
from partners.models.member import PartnerMember
from partners.models.partner import Partner
from partners.models.user import User

__all__ = ["Partner", "PartnerContact", "PartnerMember", "User"]
