"""`manage.py reencrypt`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.fields import DecryptionError
from common.reencryption import encrypted_fields, reencrypt


class Command(BaseCommand):
    help = "Encrypt anew, with the first of FIELD_ENCRYPTION_KEYS, what an older key wrote; then that can be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for field in encrypted_fields():
            try:
                self.stdout.write(f"{field.associated}: {reencrypt(field)} encrypted anew.")
            except DecryptionError as error:
                failed = True
                self.stderr.write(str(error))
        if failed:
            raise CommandError("Some values are left: keep every key until they are mended.")
