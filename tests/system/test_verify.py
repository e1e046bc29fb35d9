"""User verification as its users meet it: real web servers, real clients, and
what is left on the disk."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from collections import Counter
from pathlib import Path
from typing import Any

from harness import CHECKOUT, NUMBER_E164, Gateway, Web, find_tool, wait_until



AT_ONCE = 4000


class VerifyGateway(Gateway):
    """With verifications, and a file of keys as `smsweb secret init` makes it."""

    def __init__(self, settings: dict[str, dict[str, Any]] | None = None,
                 trusted: bool = True) -> None:
        given: dict[str, dict[str, Any]] = {"verify": {"app": "Shop", "resend_after": 0}}
        if not trusted:
            given["endpoint"] = {"trusted_networks": []}
        for table, keys in (settings or {}).items():
            given.setdefault(table, {}).update(keys)
        self._given = given
        super().__init__(settings=given)
        self._given["verify"]["secret_file"] = str(self.folder / "verify.keys")
        self.write_config(self._given)
        self.make_secret()

    def make_secret(self) -> None:
        self.run("smsweb", "secret", "init")
        self.give_away(self.folder / "verify.keys")

    def add_key(self, name: str, *options: str) -> str:
        done = self.run("smsweb", "key", "add", name, *options)
        self.give_away(self.folder)
        return done.stdout.strip()

    def start_all(self) -> Web:
        self.start_sim()
        self.start_spooler()
        self.start_endpoint()
        return self.start_nginx()

    def code_for(self, number: str, length: int = 6) -> str:
        def newest() -> str | None:
            for message in reversed(self.messages()):
                if message["recipient"] == number:
                    found = re.match(rf"\d{{{length}}}\b", message["text"])
                    assert found, message["text"]
                    return found.group()
            return None
        return wait_until(newest, 30, f"a code at {number}") or ""


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def post_all(port: int, path: str, bodies: list[dict[str, str]], at_once: int) -> list[tuple[int, Any]]:
    """Posts all of them over so many connections, each of which is open before
    the first request goes; the answers in order."""
    answers: list[tuple[int, Any]] = [(0, None)] * len(bodies)
    places = iter(range(len(bodies)))
    connections = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port)
                                         for _ in range(at_once)))

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for place in places:
            body = json.dumps(bodies[place]).encode()
            writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(re.search(r"(?i)content-length: (\d+)", head).group(1))  # type: ignore[union-attr]
            answers[place] = (int(head.split()[1]), json.loads(await reader.readexactly(length)))
        writer.close()
    await asyncio.gather(*(work(*connection) for connection in connections))
    return answers


class Verification(unittest.TestCase):
    def test_a_code_that_was_typed_in_approves_and_the_status_tells_how_the_sms_fared(self) -> None:
        with VerifyGateway() as gateway:
            web = gateway.start_all()
            started = web.post_json("/v1/verifications", {"to": NUMBER_E164, "origin": "example.com"})
            self.assertEqual(started.status, 201, started.body)
            verification = started.json()
            code = gateway.code_for(NUMBER_E164)
            self.assertEqual(gateway.messages()[0]["text"],
                             f"{code} is your Shop code. It is valid for 10 min.\n@example.com #{code}")
            path = f"/v1/verifications/{verification['id']}"
            wait_until(lambda: web.get(path).json()["message_state"] in ("sent", "delivered"), 15, "sent")
            wrong = f"{(int(code) + 1) % 1000000:06}"
            self.assertEqual(web.post_json(f"{path}/checks", {"code": wrong}).json(),
                             {"id": verification["id"], "status": "pending", "attempts_left": 4})
            self.assertEqual(web.post_json(f"{path}/checks", {"code": code}).json()["status"], "approved")
            self.assertEqual(web.post_json(f"{path}/checks", {"code": code}).status, 409)

    def check_at_once(self, gateway: VerifyGateway, web: Web, right: bool) -> int:
        """10,000 distinct codes, as many of them under way at any time as nginx and
        a test with 20,000 descriptors can hold, the right one among the first that
        leave, or nowhere; how often it was approved."""
        gateway._messages.clear()
        started = web.post_json("/v1/verifications", {"to": NUMBER_E164}).json()
        code = gateway.code_for(NUMBER_E164)
        codes = [f"{n:06}" for n in range(10_001) if f"{n:06}" != code][:10_000 - right]
        if right:
            codes.insert(0, code)
        answers = asyncio.run(post_all(web.port, f"/v1/verifications/{started['id']}/checks",
                                       [{"code": c} for c in codes], AT_ONCE))
        seen = Counter((status, answer.get("status")) for status, answer in answers)
        left = web.get(f"/v1/verifications/{started['id']}").json()
        tries = 5 - left["attempts_left"]
        self.assertEqual(sum(seen.values()), len(codes))
        # Each try that was let in had an answer of its own.
        counted = [answer["attempts_left"] for status, answer in answers
                   if (status, answer.get("status")) in ((200, "pending"), (200, "approved"))]
        approved = seen[(200, "approved")]
        self.assertLessEqual(approved, int(right), seen)
        if approved:
            self.assertEqual(left["status"], "approved")
            self.assertEqual(sorted(counted, reverse=True), list(range(4, 4 - tries, -1)))
            self.assertEqual(seen[(409, 409)], len(codes) - tries, seen)
        else:
            self.assertEqual((left["status"], tries), ("max_attempts", 5))
            self.assertEqual(sorted(counted, reverse=True), [4, 3, 2, 1])
            self.assertEqual(seen[(200, "max_attempts")], len(codes) - 4, seen)
        return approved

    def test_ten_thousand_checks_at_once_are_five_tries_and_approve_once_at_the_most(self) -> None:
        with VerifyGateway({"endpoint": {"max_waiting": 20_000}}) as gateway:
            web = gateway.start_all()
            self.assertEqual(self.check_at_once(gateway, web, False), 0)
            for _ in range(20):  # it leaves first, and arrives among the first five, or not
                if self.check_at_once(gateway, web, True) == 1:
                    return
            self.fail("the right code never came in time: nothing was tested")

    def test_an_api_key_passes_each_web_server(self) -> None:
        with VerifyGateway(trusted=False) as gateway:
            gateway.start_sim()
            gateway.start_spooler()
            gateway.start_endpoint()
            key = gateway.add_key("shop", "--scope", "verify")
            body = {"to": NUMBER_E164}
            for way in ("nginx", "proxy_fcgi", "fcgid", "cgid", "cgi"):
                with self.subTest(way):
                    web = gateway.start_nginx() if way == "nginx" else gateway.start_apache(way)
                    self.assertEqual(web.post_json("/v1/verifications", body).status, 401)
                    answer = web.post_json("/v1/verifications", body, bearer(key))
                    self.assertIn(answer.status, (200, 201), answer.body)
                    gateway.code_for(NUMBER_E164)
                    gateway._messages.clear()
                    if way != "nginx":
                        gateway.stop(web.process)

    def test_a_revoked_key_is_of_no_use_from_the_next_request_on(self) -> None:
        with VerifyGateway(trusted=False) as gateway:
            gateway.start_endpoint()
            web = gateway.start_nginx()
            key = gateway.add_key("shop", "--scope", "send,read")
            self.assertEqual(web.request("GET", "/v1/messages", headers=bearer(key)).status, 200)
            gateway.run("smsweb", "key", "revoke", "shop")
            self.assertEqual(web.request("GET", "/v1/messages", headers=bearer(key)).status, 401)

    def test_a_header_that_anybody_can_send_makes_nobody_trusted(self) -> None:
        with VerifyGateway(trusted=False, settings={"endpoint": {"trusted_networks": ["10.0.0.0/8"]}}) as gateway:
            gateway.start_endpoint()
            web = gateway.start_nginx()
            for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "Remote-Addr", "REMOTE_ADDR"):
                value = "for=10.0.0.1" if name == "Forwarded" else "10.0.0.1"
                self.assertEqual(web.request("GET", "/v1/messages", headers={name: value}).status, 401, name)

    def test_a_rotated_secret_reaches_the_running_programs(self) -> None:
        with VerifyGateway() as gateway:
            web = gateway.start_all()
            first = web.post_json("/v1/verifications", {"to": NUMBER_E164}).json()
            code = gateway.code_for(NUMBER_E164)
            gateway.run("smsweb", "secret", "rotate")
            gateway.give_away(gateway.folder / "verify.keys")
            second = web.post_json("/v1/verifications", {"to": "+6281234567890"}).json()
            gateway.run("smsweb", "secret", "check")
            other = gateway.code_for("+6281234567890")
            for verification, right in ((first, code), (second, other)):
                answer = web.post_json(f"/v1/verifications/{verification['id']}/checks", {"code": right})
                self.assertEqual(answer.json()["status"], "approved")

    def test_a_try_that_was_answered_stays_counted_whatever_dies(self) -> None:
        with VerifyGateway({"verify": {"max_checks": 10}}) as gateway:
            gateway.start_sim()
            gateway.start_spooler()
            endpoint = gateway.start_endpoint()
            web = gateway.start_nginx()
            approved_unheard = 0
            for place in range(6):
                number = f"+62812345678{place:02}"
                path = f"/v1/verifications/{web.post_json('/v1/verifications', {'to': number}).json()['id']}"
                code = gateway.code_for(number)
                for left in (9, 8):
                    answer = web.post_json(f"{path}/checks", {"code": f"{(int(code) + 1) % 1000000:06}"})
                    self.assertEqual(answer.json()["attempts_left"], left)
                body = json.dumps({"code": code}).encode()
                with socket.create_connection(("127.0.0.1", web.port)) as client:
                    client.sendall(f"POST {path}/checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                   f"application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                    time.sleep(secrets.randbelow(8) / 1000)  # anywhere in its work
                    gateway.kill(endpoint)
                endpoint = gateway.start_endpoint()
                now = web.get(path).json()
                if now["status"] == "approved":
                    approved_unheard += 1
                    self.assertEqual(now["attempts_left"], 7)
                    self.assertEqual(web.post_json(f"{path}/checks", {"code": code}).status, 409)
                else:
                    self.assertEqual((now["status"], now["attempts_left"]), ("pending", 8))
                    self.assertEqual(web.post_json(f"{path}/checks", {"code": code}).json()["status"], "approved")
            print(f"approved and not heard of: {approved_unheard} of 6")

    def test_nothing_of_a_code_a_key_or_a_text_is_left_anywhere(self) -> None:
        """A full run, then a scan of all files, logs and backups, and of what the
        processes show of their arguments and environment."""
        with VerifyGateway(trusted=False, settings={"log": {"level": "debug"},
                                                    "verify": {"app": "Zanzibar"}}) as gateway:
            web = gateway.start_all()
            key = gateway.add_key("shop", "--scope", "verify,send,read")
            wanted = [key, key.removeprefix("smsweb_")]
            backup = gateway.folder / "backup.db"
            for place in range(30):
                number = f"+62812345678{place:02}"
                started = web.post_json("/v1/verifications", {"to": number, "code_length": 10}, bearer(key))
                self.assertEqual(started.status, 201, started.body)
                if place == 15:  # while one may be in the queue
                    gateway.run("smsweb", "db", "backup", str(backup))
                code = gateway.code_for(number, 10)
                wanted.append(code)
                path = f"/v1/verifications/{started.json()['id']}"
                if place % 3 == 0:
                    web.post_json(f"{path}/checks", {"code": code}, bearer(key))
                elif place % 3 == 1:
                    for _ in range(5):
                        web.post_json(f"{path}/checks", {"code": "0000000000"}, bearer(key))
                    wanted.append("0000000000")
            other = key[:10] + ("B" if key[10] == "A" else "A") + key[11:]
            wrong = web.post_json("/v1/verifications", {"to": number}, bearer(other))
            self.assertEqual(wrong.status, 401)
            wanted += [secret for secret in (gateway.folder / "verify.keys").read_text().split()]
            texts = [*wanted, "is your Zanzibar code"]
            for process in gateway._processes:
                for what in ("cmdline", "environ"):
                    content = Path(f"/proc/{process.pid}/{what}").read_bytes()
                    for secret in texts:
                        self.assertNotIn(secret.encode(), content, f"{process.name} {what}")
            gateway.run("smsweb", "db", "backup", str(gateway.folder / "second.db"))
            looked_at = []
            allowed = {gateway.phone.name, "verify.keys"}  # a phone shows what it got
            for path in gateway.folder.rglob("*"):
                if not path.is_file() or path.name in allowed or path.is_relative_to(gateway.programs):
                    continue
                content = path.read_bytes()
                looked_at.append(path.name)
                for secret in texts:
                    if secret.encode() in content:
                        self.fail(f"{path} has {secret[:3]}...")
            for name in ("queue.db", "queue.db-wal", "backup.db", "second.db", "smswebd.log", "smsweb-cgi.log"):
                self.assertIn(name, looked_at)


class TwilioClient(unittest.TestCase):
    """The package from npm, as it is."""

    SCRIPT = r"""
const twilio = require("twilio");
const [base, key, number] = process.argv.slice(2);
const lines = require("readline").createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const client = twilio("AC" + "0".repeat(32), require("fs").readFileSync(key, "utf8").trim());
client.verify.baseUrl = base;
const service = client.verify.v2.services("VA" + "0".repeat(32));
const failure = async (promise) => {
  try { await promise; return null; } catch (error) {
    return { status: error.status, code: error.code, moreInfo: error.moreInfo }; }
};
(async () => {
  const out = {};
  const started = await service.verifications.create({ to: number, channel: "sms", locale: "de" });
  out.started = { sid: started.sid, status: started.status, to: started.to, channel: started.channel,
                  valid: started.valid, created: started.dateCreated instanceof Date };
  console.log(JSON.stringify({ event: "started" }));
  const code = (await lines.next()).value;
  const wrong = await service.verificationChecks.create({ to: number, code: code === "000000" ? "1" : "000000" });
  out.wrong = { status: wrong.status, valid: wrong.valid };
  out.fetched = (await service.verifications(started.sid).fetch()).status;
  const right = await service.verificationChecks.create({ verificationSid: started.sid, code });
  out.right = { status: right.status, valid: right.valid, sid: right.sid };
  out.again = await failure(service.verificationChecks.create({ to: number, code }));
  out.country = await failure(service.verifications.create({ to: "+4915112345678", channel: "sms" }));
  out.number = await failure(service.verifications.create({ to: "nonsense", channel: "sms" }));
  out.channel = await failure(service.verifications.create({ to: number, channel: "call" }));
  const second = await service.verifications.create({ to: number, channel: "sms" });
  const canceled = await service.verifications(second.sid).update({ status: "canceled" });
  out.canceled = canceled.status;
  out.unknown = await failure(service.verifications("VE" + "0".repeat(32)).fetch());
  const third = await service.verifications.create({ to: "+6281234567890", channel: "sms" });
  for (let i = 0; i < 5; ++i)
    await service.verificationChecks.create({ verificationSid: third.sid, code: "0" });
  out.attempts = await failure(service.verificationChecks.create({ verificationSid: third.sid, code: "0" }));
  out.spent = (await service.verifications(third.sid).fetch()).status;
  for (let i = 0; i < 5; ++i)
    out.sends = await failure(service.verifications.create({ to: "+6281234567891", channel: "sms" }));
  const stranger = twilio("AC" + "0".repeat(32), "nonsense");
  stranger.verify.baseUrl = base;
  out.stranger = await failure(stranger.verify.v2.services("VA1").verifications("VE1").fetch());
  console.log(JSON.stringify({ event: "done", ...out }));
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
"""
    VERSION = "6.2.0"

    def install(self, folder: Path) -> None:
        if find_tool("node") is None or find_tool("npm") is None:
            self.skipTest("node and npm are not here")
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
                               "--prefix", str(folder), f"twilio@{self.VERSION}"],
                              capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            self.skipTest(f"npm gave no twilio: {done.stderr[-300:]}")

    def test_the_client_of_twilio_works_with_another_base_address(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="smsweb-twilio-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.install(folder)
        (folder / "client.js").write_text(self.SCRIPT, encoding="utf-8")
        with VerifyGateway(trusted=False, settings={"verify": {"max_sends": 2}}) as gateway:
            web = gateway.start_all()
            key_file = folder / "key"
            key_file.write_text(gateway.add_key("shop", "--scope", "verify"), encoding="utf-8")
            node = find_tool("node")
            assert node is not None
            with subprocess.Popen([node, str(folder / "client.js"), web.url, str(key_file), NUMBER_E164],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
                assert client.stdin and client.stdout
                self.assertEqual(json.loads(client.stdout.readline())["event"], "started")
                client.stdin.write(gateway.code_for(NUMBER_E164) + "\n")
                client.stdin.flush()
                out = json.loads(client.stdout.readline())
                self.assertEqual(client.wait(60), 0)
        docs = "https://www.twilio.com/docs/errors/"

        def error(status: int, code: int) -> dict[str, Any]:
            return {"status": status, "code": code, "moreInfo": f"{docs}{code}"}
        self.assertEqual(out["started"] | {"sid": ""},
                         {"sid": "", "status": "pending", "to": NUMBER_E164, "channel": "sms",
                          "valid": False, "created": True})
        self.assertRegex(out["started"]["sid"], "^VE[0-9a-f]{32}$")
        self.assertEqual(out["wrong"], {"status": "pending", "valid": False})
        self.assertEqual(out["fetched"], "pending")
        self.assertEqual(out["right"], {"status": "approved", "valid": True, "sid": out["started"]["sid"]})
        self.assertEqual(out["again"], error(404, 20404))
        self.assertEqual(out["country"], error(403, 60605))
        self.assertEqual(out["number"], error(400, 60200))
        self.assertEqual(out["channel"], error(400, 60200))
        self.assertEqual(out["canceled"], "canceled")
        self.assertEqual(out["unknown"], error(404, 20404))
        self.assertEqual(out["attempts"], error(429, 60202))
        self.assertEqual(out["spent"], "max_attempts_reached")
        self.assertEqual(out["sends"], error(429, 60203))
        self.assertEqual(out["stranger"], error(401, 20003))


class Readme(unittest.TestCase):
    """The examples of the README, as written but for the address."""

    def blocks(self, language: str) -> list[str]:
        text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
        return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)

    def run_example(self, command: list[str], source: str, suffix: str) -> None:
        tool = find_tool(command[0])
        if tool is None:
            self.skipTest(f"{command[0]} is not here")
        with VerifyGateway(trusted=False) as gateway:
            web = gateway.start_all()
            key_file = gateway.folder / "shop.key"
            key_file.write_text(gateway.add_key("shop", "--scope", "verify"), encoding="utf-8")
            script = gateway.folder / f"example{suffix}"
            script.write_text(source.replace("http://127.0.0.1:8080", web.url), encoding="utf-8")
            with subprocess.Popen([tool, *command[1:], str(script)], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "SMSWEB_KEY_FILE": str(key_file)}) as example:
                out, _ = example.communicate(gateway.code_for(NUMBER_E164) + "\n", timeout=60)
            self.assertTrue(out.strip().endswith("yes"), out)

    def test_php(self) -> None:
        self.run_example(["php"], self.blocks("php")[0], ".php")

    def test_python(self) -> None:
        self.run_example(["python3"], self.blocks("python")[0], ".py")

    def test_node(self) -> None:
        self.run_example(["node"], self.blocks("js")[0], ".mjs")

    def test_curl(self) -> None:
        script = next(block for block in self.blocks("sh") if "/v1/verifications" in block)
        with VerifyGateway(trusted=False) as gateway:
            web = gateway.start_all()
            (gateway.folder / "run").mkdir()
            (gateway.folder / "run" / "smsweb.toml").symlink_to(gateway.config)
            (gateway.folder / "build").mkdir()
            (gateway.folder / "build" / "bin").symlink_to(gateway.programs)
            script = script.replace("http://127.0.0.1:8080", web.url)
            begin, check = script.split("curl ", 1)[0], script.rsplit("curl ", 1)[1]
            start = script.removeprefix(begin).removesuffix("curl " + check)

            def shell(text: str) -> str:
                done = subprocess.run(["bash", "-euc", text], cwd=gateway.folder, capture_output=True,
                                      text=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                return done.stdout
            shell(begin)
            gateway.give_away(gateway.folder)
            started = json.loads(shell(start))
            self.assertEqual(started["status"], "pending")
            code = gateway.code_for(NUMBER_E164)
            checked = json.loads(shell("curl " + check.replace("ID/", started["id"] + "/")
                                       .replace("123456", code)))
            self.assertEqual(checked["status"], "approved")


if __name__ == "__main__":
    unittest.main()
