"""Run as a program: whether the platform's pages are loaded, and how many threads there are."""

import sys
import threading

if __name__ == "__main__":
    sys.stdout.write(f"{'config.urls' in sys.modules} {threading.active_count()}\n")
