"""The security validation: a table of checks with stable ids, pure rules, and link checks. No Django models here."""
