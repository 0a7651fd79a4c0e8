"""The back office of partners: everything is read here, and changed by the services alone."""

from partners.admin import agreements, audit, mail, partners, people, verification

__all__ = ["agreements", "audit", "mail", "partners", "people", "verification"]
