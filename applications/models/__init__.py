"""Partner applications and their review."""

from applications.models.application import ApplicationStatus, PartnerApplication
from applications.models.check_run import ApplicationCheckRun
from applications.models.review import ApplicationReview, ApplicationStatusChange, CannedReason, ReviewComment
from applications.models.route_use import ApplicationRouteUse
from applications.models.version import ApplicationVersion

__all__ = [
    "ApplicationCheckRun",
    "ApplicationReview",
    "ApplicationRouteUse",
    "ApplicationStatus",
    "ApplicationStatusChange",
    "ApplicationVersion",
    "CannedReason",
    "PartnerApplication",
    "ReviewComment",
]
