"""Dated versions of the API: what each one changed, and how clients of an earlier one are still served."""
