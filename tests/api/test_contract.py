"""The description is true: what it allows is answered as it says, and what it does not is refused as it says."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup

from fanshare.api.limits import Limiter
from fanshare.core.code_plans import CodePlan
from fanshare.core.discounts import Discount
from fanshare.flows import joining_codes
from fanshare.flows.code_plans import set_plan
from tests.api.support.desk import Client, Served
from tests.api.support.desk import served as serving
from tests.api.test_gate import EXPENSE as OF_X
from tests.api.test_gate import LINK, PRODUCT
from tests.jobs.house import House
from tests.support.effort import effort
from tests.web.test_creator_page import photo

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 8
EXPENSE = {**OF_X, "creator": "cleo"}


def described(served: Served) -> Any:
    """The schema as it is served, over the running application."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served.wsgi, headers={"host": "share.example"})


def furnished(house: House, api: Client) -> None:
    """Something of everything, so that lists are not empty."""
    with house.open():
        click = house.bea.click()
    api.post("/orders", house.bea.order("1", clicks=(click,)))
    house.work()
    api.post("/codes", {"creator": "cleo", "text": "CLEO10", "label": LINK["label"]})
    api.post("/webhooks", {"url": "https://shop.example/hook", "types": ["ruling.made"]})
    api.post("/rulings", {"kind": "denied", "order": api.every("/orders")[0]["id"], "reason": "No."})
    api.put("/products/1", PRODUCT)
    api.post("/claims", {"party": "cleo", "number": "1001"})
    for _ in range(2):
        api.post("/expenses", EXPENSE)
    api.post("/claims", {"party": "cleo", "receipt_file": b64encode(photo("PNG")).decode()})
    worth = {"micros": "10000000", "currency": house.bea.tenant.currency}
    api.put("/credit-codes", {"codes": [{"code": f"GIFT-{n}", "value": worth} for n in range(3)]})
    plan = CodePlan("hello", Discount(house.bea.tenant.currency, percent_bps=1500))
    set_plan(house.bea.programme, house.bea.shop.id, plan, house.now)
    joining_codes.set_rule(house.bea.programme, "hello", house.now, creators=True, fans=True, named=True)
    assert api.get("/programme")["joining_code"]["plan"] == "hello"
    assert api.get("/credit-codes")["levels"][0]["left"] == 3


@pytest.fixture
def patient(house: House) -> Iterator[Served]:
    """The API without a limit, which a longer run would reach and then see nothing but 429."""
    with serving(house, limiter=Limiter(most=1 << 62)) as found:
        yield found


@pytest.mark.soak_sized
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not allowed"])
def test_every_operation_answers_as_it_is_described(patient: Served, house: House, mode: GenerationMode) -> None:
    api = patient.client()
    furnished(house, api)
    schema = described(patient)
    headers = {"authorization": f"Bearer {api.key}", "host": "share.example"}
    tried, refused = 0, Counter[str]()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(max_examples=effort(EXAMPLES), suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Any) -> None:
            nonlocal tried
            tried += 1
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)
            if answer.status_code >= 400:
                code = answer.json()["code"]
                assert code
                refused[code] += 1

        asked()
    assert tried > effort(EXAMPLES) * 20
    assert not refused["too_many_requests"], "what is asked is answered, and not put off"
    assert house.bea.sound()


def test_the_contract_is_able_to_fail(served: Served, api: Client) -> None:
    """A description that promises another type is found out."""
    schema = described(served)
    raw = schema.raw_schema
    raw["components"]["schemas"]["ProgrammeOut"]["properties"]["currency"] = {"type": "integer"}
    operation = schemathesis.openapi.from_dict(raw)["/api/v1/programme"]["GET"]
    operation.schema.app = served.wsgi
    case = operation.Case()
    answer = case.call(headers={"authorization": f"Bearer {api.key}", "host": "share.example"}, app=served.wsgi)
    with pytest.raises(FailureGroup) as caught:
        case.validate_response(answer, checks=CHECKS)
    assert "integer" in str(caught.value.exceptions)


def test_everything_is_described(served: Served) -> None:
    document = served.http.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            assert {"401", "403", "429"} <= operation["responses"].keys(), (method, path)
            assert operation["security"], (method, path)
