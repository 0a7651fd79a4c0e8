"""`Idempotency-Key` on a POST that creates and on one that acts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from integrations.models import Integration
from tests.conftest import make_key

Api = Callable[..., APIClient]
PATH = "/api/integrations"


def body(application: PartnerApplication, **fields: Any) -> dict[str, Any]:
    return {"appId": str(application.pk), "integrationName": "Acme CRM", **fields}


@pytest.mark.django_db
def test_the_same_key_and_body_get_the_first_answer(api: Api, application: PartnerApplication, acme_key: str) -> None:
    client = api(acme_key)
    first = client.post(PATH, body(application), headers={"Idempotency-Key": "k1"})
    again = client.post(PATH, dict(reversed(body(application).items())), headers={"Idempotency-Key": "k1"})

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert again["Content-Type"] == "application/json"
    assert not first.has_header("Idempotency-Replayed")
    assert first["X-Request-Id"] != again["X-Request-Id"]
    assert Integration.objects.count() == 1


@pytest.mark.django_db
def test_another_body_is_a_422(api: Api, application: PartnerApplication, acme_key: str) -> None:
    client = api(acme_key)
    client.post(PATH, body(application), headers={"Idempotency-Key": "k1"})
    other = client.post(PATH, body(application, integrationName="Other"), headers={"Idempotency-Key": "k1"})

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Integration.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_request_frees_its_key(api: Api, application: PartnerApplication, acme_key: str) -> None:
    client = api(acme_key)
    refused = client.post(PATH, body(application, integrationType="fax"), headers={"Idempotency-Key": "k1"})
    mended = client.post(PATH, body(application), headers={"Idempotency-Key": "k1"})

    assert (refused.status_code, mended.status_code) == (400, 201)


@pytest.mark.django_db
def test_callers_and_routes_do_not_share_keys(api: Api, application: PartnerApplication, acme_key: str) -> None:
    other_key = make_key(application)
    headers = {"Idempotency-Key": "k1"}
    first = api(acme_key).post(PATH, body(application), headers=headers)
    second = api(other_key).post(PATH, body(application), headers=headers)
    path = f"{PATH}/{first.json()['data']['id']}"
    off = api(acme_key).post(f"{path}/deactivate", headers=headers)
    again = api(acme_key).post(f"{path}/deactivate", headers=headers)
    unkeyed = api(acme_key).post(f"{path}/deactivate")

    assert [first.status_code, second.status_code, off.status_code, again.status_code] == [201, 201, 200, 200]
    assert again["Idempotency-Replayed"] == "true"
    assert unkeyed.status_code == 409
    assert Integration.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
def test_a_bad_key_is_refused(api: Api, application: PartnerApplication, acme_key: str, key: str) -> None:
    response = api(acme_key).post(PATH, body(application), headers={"Idempotency-Key": key})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not Integration.objects.exists()


@pytest.mark.django_db
def test_stored_answers_are_ciphertext(api: Api, application: PartnerApplication, acme_key: str) -> None:
    api(acme_key).post(PATH, body(application), headers={"Idempotency-Key": "k1"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM authn_idempotencyrecord")
        assert "Acme CRM" not in cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one(api: Api, application: PartnerApplication, acme_key: str) -> None:
    barrier = threading.Barrier(6)
    answers: list[Any] = []

    def send() -> None:
        barrier.wait()
        try:
            answers.append(api(acme_key).post(PATH, body(application), headers={"Idempotency-Key": "race"}))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    statuses = sorted(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_flight"}
    assert Integration.objects.count() == 1
