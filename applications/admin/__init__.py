"""The admin of this app: the review desk, the applications, and the texts reviewers reuse."""

from applications.admin.applications import ApplicationAdmin
from applications.admin.desk import SubmissionAdmin
from applications.admin.texts import CannedReasonAdmin

__all__ = ["ApplicationAdmin", "CannedReasonAdmin", "SubmissionAdmin"]
