"""Refusals of the domain. Services raise them; the API, the portal and the admin each render them their way."""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """A request the business rules refuse. `code` is stable and snake_case, `message` is for people."""

    status = 400

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class InvalidError(DomainError):
    """Input that breaks a rule; `field` is the snake_case path of the offending value."""

    def __init__(self, message: str, *, field: str, code: str = "invalid") -> None:
        super().__init__(code, message, field=field)


class UnknownObjectError(InvalidError):
    """An id in a body that names nothing, or nothing of the caller's: which of the two is not told."""

    CODE, MESSAGE = "not_found", "There is no such object, or it is not yours."

    def __init__(self, *, field: str) -> None:
        super().__init__(self.MESSAGE, field=field, code=self.CODE)


class InvalidFieldsError(DomainError):
    """Several inputs that break rules at once: snake_case path -> message."""

    def __init__(self, errors: Mapping[str, str], *, code: str = "invalid") -> None:
        super().__init__(code, " ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = dict(errors)


class ForbiddenError(DomainError):
    """The caller is known but may not do this."""

    status = 403


class ConflictError(DomainError):
    """The object is in a state that does not allow this."""

    status = 409


class ReusedKeyError(DomainError):
    """An idempotency key in a body that was used with another body."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__("idempotency_key_reused", message, field="idempotency_key")


class TransitionError(ConflictError):
    """An illegal state transition; the code names it, e.g. `draft_to_published`."""

    def __init__(self, *, noun: str, current: str, target: str) -> None:
        super().__init__(
            f"{current}_to_{target}",
            f"{noun} is {current.replace('_', ' ')} and cannot become {target.replace('_', ' ')}.",
        )


class LimitError(ConflictError):
    """A quota of the partner's tier is used up."""


class ThrottledError(DomainError):
    """Too much in too short a time; `retry_after` is how many seconds to wait."""

    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__("throttled", message)
        self.retry_after = retry_after
