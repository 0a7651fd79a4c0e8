"""A form field for JSON that people type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput

from common import strict_json
from common.strict_json import MalformedJSONError, TooDeepError, UnstorableError


class StrictJSONField(forms.JSONField):
    """JSON by the rules of the API, where Django's own would let the database refuse it."""

    def to_python(self, value: Any) -> Any:
        """The value, or a refusal that says where it stands."""
        if self.disabled or not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        try:
            return strict_json.loads(value)
        except MalformedJSONError as error:
            raise forms.ValidationError(f"This is not valid JSON: {error}.", code="malformed_json") from None
        except TooDeepError as error:
            raise forms.ValidationError(f"This is {error}.", code="too_deep") from None
        except UnstorableError as error:
            refusals = [
                forms.ValidationError(f"{path}: {message}" if path else message, code=code)
                for path, (code, message) in error.faults.items()
            ]
            raise forms.ValidationError(refusals) from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, as it was typed."""
        return initial if self.disabled else InvalidJSONInput(data or "")


class JSONObjectField(StrictJSONField):
    """A JSON object; nothing typed is an empty one."""

    def to_python(self, value: Any) -> Any:
        """The object."""
        document = super().to_python(value)
        if document is None:
            return {}
        if not isinstance(document, dict):
            raise forms.ValidationError("Expected a JSON object.", code="invalid")
        return document

    def prepare_value(self, value: Any) -> Any:
        """An empty object as nothing typed."""
        return super().prepare_value(value) if value else ""
