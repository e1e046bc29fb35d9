"""Every configuration in deploy/, started for real: what a client sees through
it, and that each accepted message is at the simulated phone exactly once."""

from __future__ import annotations

import os
import stat
import sys
import unittest
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from harness import (HARD_DESCRIPTORS, NUMBER, NUMBER_E164, Gateway, Web, run_ab, wait_until)

LOAD = f"/s.py?rcpt={NUMBER}&msg=pesan"


class WebServerCases:
    """The cases, the same for each server; not a test by itself."""

    name: ClassVar[str]
    gateway: ClassVar[Gateway]
    web: ClassVar[Web]
    accepted: ClassVar[int]
    concurrency: ClassVar[tuple[tuple[int, int], ...]] = ((2000, 252),)

    @classmethod
    def start_web(cls, gateway: Gateway) -> Web:
        raise NotImplementedError

    @classmethod
    def setUpClass(cls) -> None:
        # Only one address is trusted: REMOTE_ADDR must be the client's own.
        cls.gateway = Gateway(modems=4, settings={
            "endpoint": {"trusted_networks": ["127.0.0.1/32"]}, "log": {"level": "warning"}})
        cls.accepted = 0
        try:
            cls.gateway.start_sim()
            cls.spooler = cls.gateway.start_spooler()
            cls.web = cls.start_web(cls.gateway)
        except BaseException:
            cls.gateway.close()
            raise

    @classmethod
    def tearDownClass(cls) -> None:
        cls.gateway.close()

    # --- One request ---------------------------------------------------------------

    def accept(self, answer, text: str) -> dict:
        """A 202, and the very text at the phone."""
        self.assertEqual(answer.status, 202, answer.body)
        type(self).accepted += 1
        body = answer.json()
        self.assertEqual(body["state"], "queued")
        self.assertEqual(answer.headers["Location"], f"/v1/messages/{body['id']}")
        wait_until(lambda: any(m["text"] == text for m in self.gateway.messages()), 15,
                   f"{text!r} at the phone")
        at_phone = [m for m in self.gateway.messages() if m["text"] == text]
        self.assertEqual(len(at_phone), 1)
        self.assertEqual(at_phone[0]["recipient"], NUMBER_E164)
        return body

    def test_get_of_s_py_queues_a_message(self) -> None:
        text = "Kode Anda 1234, jangan dibagikan & simpan + 50%"
        self.accept(self.web.get("/s.py", rcpt=NUMBER, msg=text), text)

    def test_posted_form_queues_a_message(self) -> None:
        text = "Ein Formular mit äöü & €"
        self.accept(self.web.post_form("/s.py", rcpt=NUMBER, msg=text), text)

    def test_posted_json_queues_a_message(self) -> None:
        text = "JSON with \"quotes\", a\nnew line and 👋"
        self.accept(self.web.post_json("/v1/messages", {"to": NUMBER_E164, "text": text}), text)

    def test_chunked_body_without_length_queues_a_message(self) -> None:
        text = "in three pieces"
        pieces = [b'{"to": "+6289610707901", ', b'"text": "in three', b' pieces"}']
        answer = self.web.request("POST", "/v1/messages", iter(pieces),
                                  {"Content-Type": "application/json"})
        self.accept(answer, text)

    def test_message_can_be_looked_up_by_its_id(self) -> None:
        text = "look me up"
        body = self.accept(self.web.get("/s.py", rcpt=NUMBER, msg=text), text)

        def sent() -> bool:
            answer = self.web.get(f"/v1/messages/{body['id']}")
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json()["id"], body["id"])
            return answer.json()["state"] == "sent"
        wait_until(sent, 15, "state `sent`")

    def test_healthz_answers(self) -> None:
        self.assertEqual(self.web.get("/healthz").status, 200)

    def test_unknown_path_is_a_problem_of_smsweb(self) -> None:
        self.assert_problem(self.web.get("/no/such/path"), 404)

    def test_encoded_slash_reaches_smsweb(self) -> None:
        self.assert_problem(self.web.get("/v1/messages/a%2Fb"), 404)

    # --- Requests that are made again, lists, files, cancelling -----------------------

    def test_idempotency_key_reaches_smsweb(self) -> None:
        text = "once, though asked twice"
        headers = {"Idempotency-Key": '"order-7"'}
        message = {"to": NUMBER, "text": text}
        first = self.web.post_json("/v1/messages", message, headers)
        second = self.web.post_json("/v1/messages", message, headers)
        self.assertEqual(second.status, 202, second.body)
        self.assertEqual(second.body, first.body)
        self.assertEqual(second.headers["Idempotency-Replayed"], "true")
        self.accept(first, text)
        other = self.web.post_json("/v1/messages", {"to": NUMBER, "text": "other"}, headers)
        self.assert_problem(other, 422)

    def test_ten_thousand_recipients_are_one_batch(self) -> None:
        numbers = [f"+62896{i:08}" for i in range(10_000, 19_999)] + ["12"]
        answer = self.web.post_json("/v1/messages", {
            "to": numbers, "text": "to all", "not_before": self.in_an_hour()})
        self.assertEqual(answer.status, 202, answer.body[:500])
        body = answer.json()
        self.assertEqual((body["accepted"], body["rejected"]), (9_999, 1))
        self.assertEqual(body["errors"][0]["to"], "12")
        batch = self.web.get(answer.headers["Location"]).json()
        self.assertEqual(batch["states"], {"queued": 9_999})

    def test_large_file_is_imported_once(self) -> None:
        lines = [f'+62897{i:08},"a text, of some length, for customer {i}"\r\n'
                 for i in range(40_000)]
        file = ("to,text\r\n" + "".join(lines) + "12,x\r\n").encode()
        self.assertGreater(len(file), 2 << 20)
        target = f"/v1/messages:import?class=bulk&not_before={self.in_an_hour()}"
        headers = {"Content-Type": "text/csv", "Idempotency-Key": "monday"}
        answer = self.web.request("POST", target, file, headers, seconds=300)
        self.assertEqual(answer.status, 202, answer.body[:500])
        body = answer.json()
        self.assertEqual((body["accepted"], body["rejected"], body["lines"]),
                         (40_000, 1, 40_002))
        self.assertEqual(body["errors"][0]["line"], 40_002)
        again = self.web.request("POST", target, file, headers, seconds=300)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(again.json()["batch"], body["batch"])
        batch = self.web.get(answer.headers["Location"]).json()
        self.assertEqual(batch["states"], {"queued": 40_000})

    def test_chunked_file_is_imported(self) -> None:
        pieces = [b'{"to": "+6289', b'610707901", "text": "chunked"}\n{"to": "12"', b"}\n"]
        answer = self.web.request(
            "POST", f"/v1/messages:import?text=x&not_before={self.in_an_hour()}", iter(pieces),
            {"Content-Type": "application/x-ndjson"})
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual((answer.json()["accepted"], answer.json()["rejected"]), (1, 1))

    def test_file_over_the_bound_is_refused(self) -> None:
        answer = self.web.request("POST", "/v1/messages:import", b"x" * (64 * 1024 * 1024 + 1),
                                  {"Content-Type": "text/csv"}, seconds=120)
        self.assert_problem(answer, 413)

    def test_message_is_cancelled(self) -> None:
        answer = self.web.post_json("/v1/messages", {
            "to": NUMBER, "text": "never", "not_before": self.in_an_hour()})
        where = answer.headers["Location"]
        cancelled = self.web.request("DELETE", where)
        self.assertEqual(cancelled.status, 200, cancelled.body)
        self.assertEqual(cancelled.json()["state"], "cancelled")
        listed = self.web.get("/v1/messages", state="cancelled", to=NUMBER).json()
        self.assertIn(cancelled.json()["id"], [item["id"] for item in listed["items"]])

    @staticmethod
    def in_an_hour() -> str:
        return (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def test_body_over_the_bound_of_smsweb_is_refused(self) -> None:
        answer = self.web.post_json("/v1/messages", {"to": NUMBER, "text": "x" * 1_500_000})
        self.assert_problem(answer, 413)

    def test_body_over_the_bound_of_the_web_server_is_refused(self) -> None:
        answer = self.web.post_json("/v1/messages", {"to": NUMBER, "text": "x" * 3_000_000})
        self.assert_problem(answer, 413)

    def test_stranger_is_refused_by_his_own_address(self) -> None:
        answer = self.web.request("GET", LOAD, source="127.0.0.2")
        self.assertIn(answer.status, (401, 403), answer.body)
        self.assertEqual(answer.content_type, "application/problem+json")

    def assert_problem(self, answer, status: int) -> None:
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.content_type, "application/problem+json")
        problem = answer.json()
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["code"])

    # --- Many at once --------------------------------------------------------------

    def test_zz_many_at_once_are_all_accepted_and_arrive_once(self) -> None:
        """Runs last: it ends the spooler, to be sure that nothing more comes."""
        for requests, concurrency in self.concurrency:
            with self.subTest(concurrency=concurrency):
                needed = 2 * concurrency + 200
                if needed > HARD_DESCRIPTORS:
                    self.skipTest(f"{concurrency} at once need {needed} descriptors; "
                                  f"the hard limit is {HARD_DESCRIPTORS}")
                load = run_ab(self.web.url + LOAD, requests, concurrency)
                type(self).accepted += load.complete - load.failed - load.non_2xx
                print(f"{self.name}: ab -n {requests} -c {concurrency}: {load.failed} failed, "
                      f"{load.non_2xx} not 2xx, {load.per_second:.0f} requests/s",
                      file=sys.stderr, flush=True)
                detail = load.report + self.gateway.log_of("smsweb-cgi")[-2000:]
                self.assertEqual((load.complete, load.failed, load.non_2xx), (requests, 0, 0),
                                 detail)
        self.gateway.wait_for_messages(self.accepted, seconds=180)
        self.assertEqual(self.gateway.stop(self.spooler), 0)
        drained = self.gateway.run("smswebd", "--once", seconds=60)
        self.assertEqual(drained.returncode, 0, drained.stderr)
        self.assertEqual(len(self.gateway.messages()), self.accepted)


class NginxKeptConnections(WebServerCases, unittest.TestCase):
    name = "nginx, kept connections"
    concurrency = ((2000, 252), (20000, 5000))

    @classmethod
    def start_web(cls, gateway: Gateway) -> Web:
        gateway.start_endpoint()
        return gateway.start_nginx("smsweb.conf")


class NginxUnkeptConnections(WebServerCases, unittest.TestCase):
    name = "nginx, a connection a request"
    concurrency = ((2000, 252), (20000, 5000))

    @classmethod
    def start_web(cls, gateway: Gateway) -> Web:
        gateway.start_endpoint()
        return gateway.start_nginx("smsweb-unkept.conf")


class ApacheProxyFcgi(WebServerCases, unittest.TestCase):
    name = "Apache, mod_proxy_fcgi"
    concurrency = ((2000, 252), (20000, 5000))

    @classmethod
    def start_web(cls, gateway: Gateway) -> Web:
        gateway.start_endpoint()
        return gateway.start_apache("proxy_fcgi")


class ApacheFcgid(WebServerCases, unittest.TestCase):
    name = "Apache, mod_fcgid"

    @classmethod
    def start_web(cls, gateway: Gateway) -> Web:
        if not stat.S_IMODE(os.stat("/dev/shm").st_mode) & stat.S_IWOTH:
            raise unittest.SkipTest("mod_fcgid needs a /dev/shm that all may write to")
        return gateway.start_apache("fcgid")


class ApacheCgid(WebServerCases, unittest.TestCase):
    name = "Apache, mod_cgid"

    @classmethod
    def start_web(cls, gateway: Gateway) -> Web:
        return gateway.start_apache("cgid")


class ApacheCgi(WebServerCases, unittest.TestCase):
    name = "Apache, mod_cgi"

    @classmethod
    def start_web(cls, gateway: Gateway) -> Web:
        return gateway.start_apache("cgi")


if __name__ == "__main__":
    unittest.main(verbosity=2)
