"""The contract, docs/openapi.yaml: it is what is served, its examples keep to
its schemas, and the program answers each of them as it says."""

from __future__ import annotations

import base64
import datetime
import email.message
import json
import os
import re
import unittest
import urllib.parse
from collections.abc import Iterator
from typing import Any

import contract
from harness import Answer, Gateway, Web, wait_until

# In an order that works; each is "METHOD template: name", and is sent once.
ORDER = """\
GET /healthz: default
GET /s.py: paper no_number
POST /s.py: form
POST /v1/messages: one otp many later once unknown_field wrong_number nobody no_object
GET /v1/messages: to_one unknown_state
GET /v1/messages/{id}: one later nobodys
DELETE /v1/messages/{id}: later one nobodys
POST /v1/messages:import: table broken heading_alone lines
GET /v1/batches/{id}: list imported nobodys
GET /v1/inbox: from_one
GET /v1/inbox/{id}: received nobodys
POST /v1/verifications: begin too_early for_a_page abroad short_life two_endings
POST /v1/verifications/{id}/checks: wrong no_code right again nobodys
GET /v1/verifications/{id}: begin nobodys
DELETE /v1/verifications/{id}: for_a_page begin nobodys
POST /v1/verifications/checks: by_number by_unknown_number
POST /v2/Services/{ServiceSid}/Verifications: begin by_call
POST /v2/Services/{ServiceSid}/VerificationCheck: wrong unknown no_number
GET /v2/Services/{ServiceSid}/Verifications/{Sid}: begin by_number nobodys
POST /v2/Services/{ServiceSid}/Verifications/{Sid}: cancel
"""

# How far a message is, which an example can't know.
PASSING = {"state", "states", "message_state", "attempts", "part_states", "modem"}
MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|V[EL][0-9a-f]{32}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
EXAMPLE_CODE = "482910"
EXAMPLE_FUTURE = "2026-12-24T02:00:00Z"


class Example:
    """A request of the contract, and the answer of the same name."""

    def __init__(self, method: str, template: str, name: str) -> None:
        self.name = f"{method} {template}: {name}"
        self.method = method
        item = contract.document()["paths"][template]
        operation = item[method.lower()]
        self.headers: dict[str, str] = {}
        self.path = template
        self.query: dict[str, str] = {}
        self.body: Any = None
        self.media = ""
        self.is_asked = False
        for reference in [*item.get("parameters", []), *operation.get("parameters", [])]:
            parameter = contract.resolve(reference)
            if name in parameter.get("examples", {}):
                self._add(parameter, str(parameter["examples"][name]["value"]))
                self.is_asked = True
        if "{" in self.path:
            self.is_asked = False  # another path's
        if name == "default":
            self.is_asked = True
        content = operation.get("requestBody", {}).get("content", {})
        if content:
            self.is_asked = False
        for media, body in content.items():
            if name in body.get("examples", {}):
                self.media, self.body = media, body["examples"][name]["value"]
                self.is_asked = True
        self.answers = [(int(status), media, body["examples"][name]["value"])
                        for status, reference in operation["responses"].items()
                        for media, body in contract.resolve(reference)["content"].items()
                        if name in body.get("examples", {})]

    def _add(self, parameter: dict[str, Any], value: str) -> None:
        match parameter["in"]:
            case "path":
                self.path = self.path.replace("{%s}" % parameter["name"], value)
            case "query":
                self.query[parameter["name"]] = value
            case "header":
                self.headers[parameter["name"]] = value

    def encoded(self) -> bytes | None:
        match self.media:
            case "":
                return None
            case "application/json":
                return json.dumps(self.body).encode()
            case "application/x-www-form-urlencoded":
                return urllib.parse.urlencode(self.body).encode()
            case _:
                return self.body.encode()


def all_examples() -> Iterator[Example]:
    """All that have a request and an answer; and those that lack one of them."""
    for template, item in contract.document()["paths"].items():
        for method, operation in contract.operations(template).items():
            names: dict[str, None] = {}
            for body in operation.get("requestBody", {}).get("content", {}).values():
                names |= dict.fromkeys(body.get("examples", {}))
            for reference in operation["responses"].values():
                for body in contract.resolve(reference)["content"].values():
                    names |= dict.fromkeys(body.get("examples", {}))
            for name in names:
                yield Example(method, template, name)


def ordered() -> list[Example]:
    examples = []
    for line in ORDER.splitlines():
        operation, _, names = line.rpartition(": ")
        method, _, template = operation.partition(" ")
        examples += [Example(method, template, name) for name in names.split()]
    return examples


class Document(unittest.TestCase):
    def test_each_example_is_sent(self) -> None:
        every = [example for example in all_examples() if example.is_asked]
        self.assertEqual({example.name for example in every},
                         {example.name for example in ordered()})
        for example in every:
            with self.subTest(example.name):
                self.assertEqual(len(example.answers), 1)

    def test_each_parameters_example_is_of_some_use(self) -> None:
        sent = {example.name.rpartition(": ")[2] for example in ordered()}
        for template, item in contract.document()["paths"].items():
            for operation in [item, *contract.operations(template).values()]:
                for reference in operation.get("parameters", []):
                    names = contract.resolve(reference).get("examples", {})
                    self.assertLessEqual(set(names), sent, template)

    def test_examples_keep_to_their_schemas(self) -> None:
        for example in all_examples():
            for status, media, value in example.answers:
                if not example.is_asked:
                    continue
                headers = email.message.Message()
                headers["Content-Type"] = media
                for name in ("Location", "WWW-Authenticate", "Retry-After"):
                    headers[name] = {"Location": location_of(value), "Retry-After": "1"}.get(
                        name, 'Bearer realm="smsweb"')
                with self.subTest(example.name):
                    contract.check(example.method, example.path, status, headers,
                                   json.dumps(value).encode())

    def test_all_codes_are_somewhere(self) -> None:
        """And no answer has one that the list of all of them has not."""
        listed = set(contract.document()["components"]["schemas"]["ProblemCode"]["enum"])
        self.assertEqual(listed, set(codes_in(contract.document())))

    def test_a_breach_is_seen(self) -> None:
        good = {"status": "ok"}
        problem = {"type": "about:blank", "title": "Not Found", "status": 404,
                   "code": "message_not_found", "detail": "x"}
        path = "/v1/messages/x"
        for what, method, path, status, media, body, more in [
                ("a member too many", "GET", "/healthz", 200, "json", good | {"x": 1}, {}),
                ("another value", "GET", "/healthz", 200, "json", {"status": "bad"}, {}),
                ("another status", "GET", "/healthz", 202, "json", good, {}),
                ("another type", "GET", "/healthz", 200, "problem+json", good, {}),
                ("no JSON", "GET", "/healthz", 200, "json", None, {}),
                ("no error of a web server", "GET", "/healthz", 200, "plain", good, {}),
                ("a code of others", "GET", path, 404, "problem+json",
                 problem | {"code": "batch_not_found"}, {}),
                ("a status that is a word", "GET", path, 404, "problem+json",
                 problem | {"status": "approved"}, {}),
                ("no Retry-After", "GET", path, 503, "problem+json",
                 problem | {"status": 503, "title": "Service Unavailable",
                            "code": "store_unavailable"}, {}),
                ("no Allow", "PUT", path, 405, "problem+json",
                 problem | {"status": 405, "title": "Method Not Allowed",
                            "code": "method_not_allowed"}, {}),
                ("half of Allow", "PUT", path, 405, "problem+json",
                 problem | {"status": 405, "title": "Method Not Allowed",
                            "code": "method_not_allowed"}, {"Allow": "GET"}),
                ("a method that there is not", "PUT", path, 200, "json", good, {}),
                ("a path that there is not", "GET", "/v1/other", 200, "json", good, {}),
        ]:
            headers = email.message.Message()
            headers["Content-Type"] = f"application/{media}"
            for name, value in more.items():
                headers[name] = value
            text = b"{" if body is None else json.dumps(body).encode()
            with self.subTest(what), self.assertRaises(contract.Breach):
                contract.check(method, path, status, headers, text)


def location_of(value: Any) -> str:
    if isinstance(value, dict) and "batch" in value:
        return f"/v1/batches/{value['batch']}"
    folder = "verifications" if isinstance(value, dict) and "sends_left" in value else "messages"
    return f"/v1/{folder}/00000000-0000-7000-8000-000000000000"


def codes_in(node: Any) -> Iterator[str]:
    """Of all problems: what `code` may be beside a Problem."""
    if isinstance(node, dict):
        if node.get("$ref") == "#/components/schemas/Problem":
            code = node["properties"]["code"]
            yield from code.get("enum", [code.get("const")])
        for value in node.values():
            yield from codes_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from codes_in(value)


class Answers(unittest.TestCase):
    gateway: Gateway
    web: Web

    def setUp(self) -> None:
        self.gateway = Gateway()
        self.addCleanup(self.gateway.close)
        self.gateway.write_config(with_verifications(self.gateway))
        self.gateway.start_sim()
        self.gateway.start_spooler()
        self.gateway.start_endpoint()
        self.web = self.gateway.start_nginx()
        tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
        # What examples say, and what it is here.
        self.real = {EXAMPLE_FUTURE: tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ")}

    def test_the_contract_is_served(self) -> None:
        answer = self.web.get("/v1/openapi.json")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json(), contract.document())

    def test_each_example_is_answered_as_it_says(self) -> None:
        # A modem can send only once it has made itself known.
        wait_until(lambda: self.web.post_json("/v1/verifications", {"to": "+628999999999"}).status
                   == 201, 30, "a modem that sends codes")
        self.gateway.wait_for_messages(1)
        for example in ordered():
            with self.subTest(example.name):
                self.prepare(example.name)
                answer = self.send(example)
                self.compare(example, answer)

    def prepare(self, name: str) -> None:
        """What must have happened first."""
        if name == "GET /v1/messages: to_one":
            self.wait_for_state("01a20781-cf0d-7404-8b6c-1bf58fa14dd1", "delivered")
            self.wait_for_state("01a20781-cf10-7a20-a2c7-71f58fa14dd4", "sent")
        if name == "GET /v1/inbox: from_one":
            self.gateway.tell('inbound from +6281234567890 text "thank you"')
            wait_until(lambda: self.web.get("/v1/inbox").json()["items"], 20, "the inbox")
        if name == "POST /v1/verifications/{id}/checks: wrong":
            self.real[EXAMPLE_CODE] = wait_until(self.code_at_phone, 20, "the code at the phone")

    def wait_for_state(self, example_id: str, state: str) -> None:
        wait_until(lambda: self.web.get(f"/v1/messages/{self.real[example_id]}").json()["state"]
                   == state, 20, f"a message that is {state}")

    def code_at_phone(self) -> str | None:
        for message in self.gateway.messages():
            found = re.match(r"(\d{6}) adalah kode", message["text"])
            if found and message["recipient"] == "+6289610707901":
                return found[1]
        return None

    def stand_in(self, value: Any) -> Any:
        """What an example says, as it is here."""
        text = json.dumps(value)
        for example, real in self.real.items():
            text = text.replace(example, real)
        return json.loads(text)

    def send(self, example: Example) -> Answer:
        example.path = self.stand_in(example.path)
        example.body = self.stand_in(example.body)
        target = urllib.parse.quote(example.path, safe="/:")
        if example.query:
            target += "?" + urllib.parse.urlencode(self.stand_in(example.query))
        headers = dict(example.headers)
        if example.media:
            headers["Content-Type"] = example.media
        return self.web.request(example.method, target, example.encoded(), headers)

    def compare(self, example: Example, answer: Answer) -> None:
        [(status, media, value)] = example.answers
        self.assertEqual(answer.status, status, answer.body[:1000])
        self.assertEqual(answer.content_type, media)
        self.compare_values(value, answer.json(), "")

    def compare_values(self, example: Any, real: Any, where: str) -> None:
        """Ids are learnt, times may be any."""
        if isinstance(example, dict):
            self.assertIsInstance(real, dict, where)
            self.assertEqual(set(example) - PASSING, set(real) - PASSING, where)
            for name in sorted(set(example) & set(real) - PASSING):
                self.compare_values(example[name], real[name], f"{where}/{name}")
        elif isinstance(example, list):
            self.assertIsInstance(real, list, where)
            self.assertEqual(len(example), len(real), where)
            for place, pair in enumerate(zip(example, real)):
                self.compare_values(*pair, f"{where}/{place}")
        elif isinstance(example, str) and MADE_UP.fullmatch(example):
            self.assertRegex(real, MADE_UP, where)
            self.assertEqual(self.real.setdefault(example, real), real, where)
        elif isinstance(example, str) and TIME.fullmatch(example):
            self.assertRegex(real, TIME, where)
        else:
            self.assertEqual(self.stand_in(example), real, where)

    def test_a_repeat_says_that_it_is_one(self) -> None:
        example = Example("POST", "/v1/messages", "once")
        first, again = self.send(example), self.send(example)
        self.assertNotIn("Idempotency-Replayed", first.headers)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(first.body, again.body)


def with_verifications(gateway: Gateway) -> dict[str, dict[str, Any]]:
    """Settings, for nearly as many codes as one likes."""
    secret = gateway.folder / "secret"
    secret.write_text(base64.b64encode(os.urandom(32)).decode() + "\n", encoding="ascii")
    secret.chmod(0o600)
    if gateway.user is not None:
        os.chown(secret, gateway.user.pw_uid, gateway.user.pw_gid)
    return {"verify": {"secret_file": str(secret), "app": "Example"},
            "[guard.limit]": {"per": "number", "most": 1000, "within": 60}}


if __name__ == "__main__":
    unittest.main()
