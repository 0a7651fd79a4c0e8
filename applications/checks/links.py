"""Whether pages a partner names can be read, through the guarded client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from applications.checks.catalogue import Finding, Severity, failed, passed, skipped
from common.http import Response, fetch

TIMEOUT_SECONDS = 5.0
# Names that nobody can have (RFC 6761). Asking for them would cost whatever a slow resolver takes to say so.
RESERVED = (".example", ".invalid")
LINKS = {"SEC010": "privacy_policy_url", "SEC012": "support_url"}


def check_links(urls: dict[str, str]) -> list[Finding]:
    """A finding per link check; `urls` maps content fields to addresses. The pages are asked for at the same time."""
    asked = {check_id: urls.get(name, "") for check_id, name in LINKS.items()}
    with ThreadPoolExecutor(max_workers=len(LINKS)) as pool:
        answers = {check_id: pool.submit(read_page, url) for check_id, url in asked.items() if url}
        return [
            judge_answer(check_id, answers[check_id].result()) if check_id in answers else skipped(check_id, "No link.")
            for check_id in LINKS
        ]


def read_page(url: str) -> Response:
    """Ask for the page as a browser would."""
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    if host.lower().endswith(RESERVED):
        return Response(error="dns_failed")
    return fetch(url, headers=["Accept: text/html"], timeout=TIMEOUT_SECONDS)


def judge_answer(check_id: str, answer: Response) -> Finding:
    """A refused address or a wrong answer is the partner's to mend; no answer at all may be our network's doing."""
    if answer.error in {"refused_url", "blocked_address"}:
        return failed(check_id, answer.detail)
    if answer.error:
        detail = f"There was no answer ({answer.error.replace('_', ' ')})."
        return failed(check_id, detail, severity=Severity.WARNING)
    if not answer.ok:
        # A redirect leads somewhere, and 401, 403 and 429 are how sites greet a client that is no browser.
        unsure = answer.status < 400 or answer.status in {401, 403, 429}
        severity = Severity.WARNING if unsure else Severity.ERROR
        return failed(check_id, f"The address answered {answer.status}.", severity=severity)
    return passed(check_id, f"Answered in {answer.duration_ms:.0f} ms.")
