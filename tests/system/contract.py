#!/usr/bin/env python3
"""Whether an answer keeps to the contract, docs/openapi.yaml.

    contract.check("GET", "/v1/messages/...", 200, headers, body)

raises a Breach that says what is wrong, and where. As a program it checks
files with an answer a line, as tests/api_fixture.h writes them:

    contract.py ANSWERS...

A method or a path that the contract does not have is checked, too: its info
says how those are answered.

Which answers are the program's, and which a web server's own: the program
always answers in JSON, and a problem of its always has a `detail`. What is no
JSON, or is a problem without one, is the web server's. It must be an error;
and where it is a problem, one that deploy/ configures (WebServerProblem).
"""

from __future__ import annotations

import email.message
import functools
import json
import re
import sys
import urllib.parse
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import yaml

SOURCE = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
TWILIO = "/v2/"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Breach(AssertionError):
    """An answer that the contract does not have."""


class _Loader(yaml.SafeLoader):
    """Dates stand as they are written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


@functools.cache
def document() -> dict[str, Any]:
    with open(SOURCE, encoding="utf-8") as file:
        return yaml.load(file, _Loader)


def resolve(node: Any) -> Any:
    """What a `$ref` without siblings stands for."""
    while isinstance(node, dict) and set(node) == {"$ref"}:
        pointer = node["$ref"]
        node = document()
        for name in pointer.removeprefix("#/").split("/"):
            node = node[name.replace("~1", "/").replace("~0", "~")]
    return node


@functools.cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    """The templates, with those first that leave the least open. What stands in
    one may be anything: that it is no id is an answer, too."""
    def order(template: str) -> tuple[int, int]:
        return template.count("{"), -len(template)
    def pattern(template: str) -> re.Pattern[str]:
        return re.compile("(.*)".join(map(re.escape, re.split(r"\{\w+\}", template))), re.S)
    return [(pattern(template), template) for template in sorted(document()["paths"], key=order)]


def template_of(path: str) -> str | None:
    """The template that a decoded path has in the contract."""
    return next((template for pattern, template in _paths() if pattern.fullmatch(path)), None)


def operations(template: str) -> dict[str, Any]:
    item = document()["paths"][template]
    return {name.upper(): item[name] for name in METHODS if name in item}


class _Responses:
    """What may be answered to a request, by status."""

    def __init__(self, method: str, path: str) -> None:
        template = template_of(path)
        shared = document()["components"]["responses"]
        twilio = "Twilio" if path.startswith(TWILIO) else ""
        self._allowed: set[str] | None = None
        # Access is looked at before what is asked for.
        before = {"400": shared[twilio + "Invalid" if twilio else "BodyCutShort"],
                  "401": shared[twilio + "Unauthorized"], "403": shared[twilio + "Forbidden"],
                  "413": shared[twilio + "TooLarge"], "500": shared[twilio + "Internal"],
                  "501": shared["TwilioOff" if twilio else "VerificationsOff"],
                  "503": shared[twilio + "Unavailable"]}
        if template is None:
            self.where = f"{method} {path}, which the contract does not have"
            self._statuses = {**before, "404": shared[twilio + "NotFound"]}
            return
        known = operations(template)
        may_head = "GET" in known and not known["GET"].get("x-no-head")
        asked = "GET" if method == "HEAD" and may_head else method
        self.where = f"{method} {template}"
        if asked in known:
            self._statuses = dict(known[asked]["responses"])
            return
        # An id that is none may be said before the method is.
        others = [operation["responses"]["404"] for operation in known.values()
                  if "404" in operation["responses"]]
        self.where += ", a method that the contract does not have"
        self._allowed = set(known)
        self._statuses = {**before, "405": shared[twilio + "MethodNotAllowed"]}
        if others:
            self._statuses["404"] = others[0]

    def of(self, status: int) -> Any:
        found = self._statuses.get(str(status))
        if found is None:
            raise Breach(f"{self.where}: no answer has the status {status}")
        return resolve(found)

    def check_allow(self, allow: str) -> None:
        if self._allowed is not None and set(allow.split(", ")) != self._allowed:
            raise Breach(f"{self.where}: Allow is {allow!r}, and the contract has {self._allowed}")


@functools.cache
def _validator(text: str) -> jsonschema.Draft202012Validator:
    # References are looked up in the document, beside which the schema stands.
    return jsonschema.Draft202012Validator(
        json.loads(text), resolver=jsonschema.RefResolver("", document()))


def _hold(value: Any, schema: Any, where: str) -> None:
    error = jsonschema.exceptions.best_match(
        _validator(json.dumps(schema)).iter_errors(value))
    if error is not None:
        place = "/".join(map(str, error.absolute_path)) or "the whole"
        raise Breach(f"{where}: {place}: {error.message[:500]}")


def _check_headers(headers: email.message.Message, response: Any, where: str) -> None:
    for name, reference in response.get("headers", {}).items():
        header = resolve(reference)
        values = headers.get_all(name)
        value = None if values is None else ", ".join(values)
        if value is not None:
            _hold(value, header["schema"], f"{where}: header {name}")
        elif header.get("required") or header.get("x-program-always"):
            raise Breach(f"{where}: there is no header {name}")


def _parse(body: bytes, where: str) -> Any:
    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
        if twice:
            raise ValueError(f"{twice} stand twice in one object")
        return dict(pairs)
    try:
        return json.loads(body.decode("utf-8"), parse_constant=refuse, object_pairs_hook=once)
    except ValueError as error:
        raise Breach(f"{where}: no JSON ({error}): {body[:200]!r}") from None


def _check_web_server(status: int, value: Any, where: str) -> None:
    if status < 400:
        raise Breach(f"{where}: neither JSON nor an error")
    if value is not None:
        _hold(value, {"$ref": "#/components/schemas/WebServerProblem"}, where)
        if value["status"] != status:
            raise Breach(f"{where}: the problem says {value['status']}")


def check(method: str, path: str, status: int, headers: email.message.Message,
          body: bytes) -> None:
    """`path`: decoded, and without a query. `body`: whole, and empty for HEAD."""
    responses = _Responses(method, path)
    where = f"{responses.where}: {status}"
    media = (headers["Content-Type"] or "").partition(";")[0].strip()
    if media not in (JSON_TYPE, PROBLEM_TYPE):
        _check_web_server(status, None, f"{where} {media!r}")
        return
    value = None if method == "HEAD" else _parse(body, where)
    if media == PROBLEM_TYPE and isinstance(value, dict) and "detail" not in value:
        _check_web_server(status, value, where)
        return
    response = responses.of(status)
    _check_headers(headers, response, where)
    if "Allow" in headers:
        responses.check_allow(headers["Allow"])
    content = response["content"].get(media)
    if content is None:
        raise Breach(f"{where}: it is not answered with {media}")
    if method != "HEAD":
        _hold(value, content["schema"], where)


def check_target(method: str, target: str, status: int, headers: email.message.Message,
                 body: bytes) -> None:
    """As check(), of a request as it was sent."""
    path = urllib.parse.unquote(target.partition("?")[0], errors="surrogateescape")
    # As web servers do before they pass it on.
    path = re.sub(r"/{2,}", "/", path)
    check(method, path, status, headers, body)


def _lines(name: str) -> list[str]:
    try:
        return Path(name).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _check_line(line: str) -> tuple[str, int]:
    """Its path, as the contract has it, and its status."""
    answer = json.loads(line)
    headers = email.message.Message()
    for name, value in answer["headers"]:
        headers[name] = value
    check(answer["method"], answer["path"], answer["status"], headers, answer["body"].encode())
    return template_of(answer["path"]) or "other paths", answer["status"]


def main(names: list[str]) -> int:
    breaches: Counter[str] = Counter()
    answers: Counter[tuple[str, int]] = Counter()
    for name in names:
        lines = _lines(name)
        if not lines:
            breaches[f"{name} has no answers"] += 1
        for line in lines:
            try:
                answers[_check_line(line)] += 1
            except Breach as breach:
                breaches[str(breach)] += 1
    for (template, status), count in sorted(answers.items()):
        print(f"{count:6} {status} {template}")
    for what, count in breaches.items():
        print(f"BREACH ({count} times): {what}")
    print(f"{sum(answers.values())} answers keep to the contract, {sum(breaches.values())} do not")
    return 0 if names and not breaches else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
