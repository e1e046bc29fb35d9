"""smsweb-bench as its user starts it: real web servers, real ab, real files."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from harness import HARD_DESCRIPTORS, NUMBER, PROGRAMS, Gateway, find_tool, wait_until

BENCH = PROGRAMS / "smsweb-bench"


def bench(*arguments: str, folder: Path, seconds: float = 300,
          soft: int | None = None) -> subprocess.CompletedProcess[str]:
    limits = (soft or HARD_DESCRIPTORS, HARD_DESCRIPTORS)
    return subprocess.run(
        [str(BENCH), *arguments], cwd=folder, capture_output=True, text=True, timeout=seconds,
        check=False, stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(folder)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits))


class Page(HTMLParser):
    """What a report's page says, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = ""
        self.fetched: list[str] = []
        self.charts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.charts += tag == "svg"
        self.fetched += [f"{tag} {name}={value}" for name, value in attrs
                         if name in ("src", "href", "xlink:href") and value
                         and re.match(r"(https?:)?//", value)]
        if tag in ("script", "link", "iframe"):
            self.fetched.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


class BenchCase(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="smsweb-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.folder.chmod(0o711)  # the web server's user goes through it

    def bench(self, *arguments: str, exit_code: int = 0, **options: Any) -> str:
        done = bench(*arguments, folder=self.folder, **options)
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        self.assert_nothing_is_left()
        return done.stdout

    def assert_nothing_is_left(self) -> None:
        """No private folder, and no program that was started in one."""
        self.assertEqual(list(self.folder.glob("smsweb-bench-??????")), [])
        self.assertEqual(self.programs_in_the_folder(), [])

    def programs_in_the_folder(self) -> list[str]:
        found = []
        for process in Path("/proc").iterdir():
            if not process.name.isdecimal():
                continue
            try:
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if f"{self.folder}/smsweb-bench-" in command:
                found.append(command)
        return found


class Report(BenchCase):
    def test_small_report_is_whole(self) -> None:
        out = self.folder / "report"
        said = self.bench("report", "--size", "smoke", "--out", str(out), seconds=600)
        self.assertIn(str(out / "report.html"), said)
        results = json.loads((out / "results.json").read_text())
        self.check_results(results)
        page = Page((out / "report.html").read_text())
        self.assertEqual(page.fetched, [])
        self.assertGreater(page.charts, 3)
        markdown = (out / "report.md").read_text()
        for word in ("252", "nginx", "goodput", "Too many open files", "700 MHz"):
            self.assertIn(word, page.text)
            self.assertIn(word, markdown)
        for chart in re.findall(r"!\[[^]]*\]\(([^)]+)\)", markdown):
            self.assertTrue((out / chart).is_file(), chart)
        self.bench("report", "--from", str(out))

    def check_results(self, results: dict[str, Any]) -> None:
        ours, papers = results["cases"]
        self.assertEqual((ours["setup"], papers["setup"]), ("nginx-fastcgi", "paper"))
        for case in (ours, papers):
            self.assertEqual(case.get("skipped", ""), "")
            self.assertEqual(case["rows"][0]["runs"][0]["succeeded"], 10)
        self.assertEqual((ours["arrived"], ours["stranded"], ours["repeated"]), (10, 0, 0))
        for delivery in results["deliveries"]:
            self.assertEqual(delivery.get("skipped", ""), "")
            self.assertEqual(delivery["delivered"], 3)
        self.assertEqual(results["ceilings"][0]["highest"], 32)
        self.assertEqual(results["ceilings"][0]["lowest_failing"], 0)
        for trial in results["reproduction"]["trials"]:
            self.assertEqual(trial["completed"], trial["expected"], trial)


class Reproduce252(BenchCase):
    """With the descriptors of a macOS shell, ab holds 252 connections."""

    def trials(self, *arguments: str) -> dict[tuple[int, int, int], bool]:
        result = json.loads(self.bench("ceiling", "--reproduce-252", "--json", *arguments))
        return {(trial["client_descriptors"], trial["server_descriptors"], trial["concurrency"]):
                trial["completed"] for trial in result["trials"]}

    def test_client_limit_moves_it_and_the_servers_does_not(self) -> None:
        trials = self.trials()
        of_client = {(client, concurrency): completed
                     for (client, _, concurrency), completed in trials.items()}
        self.assertTrue(of_client[256, 252])
        self.assertFalse(of_client[256, 253])
        self.assertTrue(of_client[1024, 1020])
        self.assertFalse(of_client[1024, 1021])
        servers = {server for client, server, _ in trials if client == 256}
        self.assertGreater(len(servers), 1)
        for server in servers:
            self.assertTrue(trials[256, server, 252])
            self.assertFalse(trials[256, server, 253])

    def test_same_against_any_server(self) -> None:
        with Gateway() as gateway:
            gateway.start_endpoint()
            web = gateway.start_nginx()
            trials = self.trials("--url", f"{web.url}/healthz")
        self.assertTrue(trials[256, 0, 252])
        self.assertFalse(trials[256, 0, 253])


class Cases(BenchCase):
    def results(self) -> dict[str, Any]:
        return json.loads((self.folder / "smsweb-bench-results" / "results.json").read_text())

    def test_paper_table_3_loses_nothing(self) -> None:
        self.bench("run", "table-3", "--setup", "nginx-fastcgi", "--repeat", "1")
        case = self.results()["cases"][0]
        runs = [row["runs"][0] for row in case["rows"]]
        self.assertEqual([row["concurrency"] for row in case["rows"]], [1, 5, 50, 100, 250, 252])
        for run in runs:
            self.assertEqual((run["non_2xx"], run["failed"], run["lost"]), (0, 0, 0))
        asked = 1 + 10 + 100 + 100 + 250 + 252
        self.assertEqual(sum(run["queued"] for run in runs), asked)
        self.assertEqual((case["arrived"], case["stranded"], case["repeated"]), (asked, 0, 0))
        self.check_files(runs[-1])

    def check_files(self, run: dict[str, Any]) -> None:
        folder = self.folder / "smsweb-bench-results"
        self.assertIn("Complete requests:      252", (folder / run["output"]).read_text())
        with open(folder / run["samples"], newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertGreater(len(rows), 1)
        self.assertEqual(list(rows[0])[1:5], ["cpu_percent", "memory_percent",
                                              "rx_bytes_per_second", "tx_bytes_per_second"])
        self.assertIn("endpoint_cpu_percent", rows[0])

    def test_case_of_ones_own_on_a_server_that_runs_already(self) -> None:
        own = self.folder / "own"
        own.mkdir()
        (own / "apis.toml").write_text('[look]\npath = "/healthz"\n')
        (own / "scripts.toml").write_text('[some]\nrows = [{ requests = 40, concurrency = 8 }]\n')
        (own / "cases.toml").write_text(
            '[mine]\napi = "look"\nscript = "some"\nsetups = ["nginx-fastcgi"]\n')
        with Gateway() as gateway:
            gateway.start_endpoint()
            web = gateway.start_nginx()
            self.bench("run", "mine", "--cases", str(own), "--url", web.url)
        run = self.results()["cases"][0]["rows"][0]["runs"][0]
        self.assertEqual(run["statuses"], {"200": 40})

    def test_failing_requests_are_told_by_the_exit_code(self) -> None:
        with Gateway(settings={"endpoint": {"trusted_networks": []}}) as gateway:
            gateway.start_endpoint()
            web = gateway.start_nginx()
            self.bench("run", "smallest", "--url", web.url, exit_code=3)
        run = self.results()["cases"][0]["rows"][0]["runs"][0]
        self.assertEqual((run["succeeded"], run["non_2xx"]), (0, 10))

    def test_mistakes_are_told_and_nothing_is_started(self) -> None:
        for arguments, told in (
                (("run", "table-9"), 'no test case "table-9"'),
                (("run", "table-3", "--setup", "iis"), 'no set-up "iis"'),
                (("run", "table-3", "--rows", "7"), "rows 1 to 6"),
                (("run", "table-3", "--url", "https://x"), "give http://HOST:PORT"),
                (("load", "http://127.0.0.1:1/", "--rate", "5"), "--rate needs --time"),
                (("delivery", "--modem", "/dev/ttyUSB9"), "--modem needs --to"),
                (("plan", "--rate", "0"), "rate")):
            with self.subTest(arguments):
                done = bench(*arguments, folder=self.folder)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(told, done.stderr)
                self.assert_nothing_is_left()

    def test_folders_of_others_are_not_written_to(self) -> None:
        for name in ("thesis.txt", "data/customers.db"):
            with self.subTest(name):
                mine = self.folder / "full" / name
                mine.parent.mkdir(parents=True)
                mine.write_text("do not lose me")
                done = bench("run", "smallest", "--out", "full", folder=self.folder)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(mine.read_text(), "do not lose me")
                shutil.rmtree(self.folder / "full")

    def test_earlier_results_are_replaced_whole(self) -> None:
        for row in ("1", "2"):
            self.bench("run", "table-3", "--rows", row, "--repeat", "1", "--setup",
                       "nginx-fastcgi", "--out", "out")
        files = {path.name for path in (self.folder / "out" / "data").glob("*.csv")}
        self.assertEqual(files, {"table-3.nginx-fastcgi.row-2.1.csv"})

    def test_output_that_nobody_takes(self) -> None:
        command = [str(BENCH), "plan", "--rate", "2"]
        with open("/dev/full", "w") as full:
            self.assertEqual(subprocess.run(command, stdout=full, stderr=full, check=False,
                                            timeout=60).returncode, 1)
            done = subprocess.run(
                [str(BENCH), "run", "smallest", "--setup", "nginx-fastcgi"], stderr=full,
                cwd=self.folder, env={**os.environ, "TMPDIR": str(self.folder)},
                stdout=subprocess.DEVNULL, check=False, timeout=120)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.results()["cases"][0]["rows"][0]["runs"][0]["succeeded"], 10)


class Board(BenchCase):
    """Half a core and 1 GB, as slow as a Banana Pi, or slower."""

    @unittest.skipUnless(os.geteuid() == 0, "cgroups need root")
    def test_252_at_once_all_get_their_202(self) -> None:
        done = bench("run", "banana-pi", "--setup", "nginx-fastcgi", "--repeat", "1",
                     folder=self.folder)
        if "cgroup" in done.stderr and done.returncode == 1:
            self.skipTest(done.stderr)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        case = json.loads((self.folder / "smsweb-bench-results" / "results.json").read_text())
        run = case["cases"][0]["rows"][0]["runs"][0]
        self.assertEqual((run["succeeded"], run["lost"]), (252, 0))


class Ends(BenchCase):
    """However it ends, nothing of it is left."""

    def serve(self) -> tuple[subprocess.Popen[str], int]:
        process = subprocess.Popen(
            [str(BENCH), "serve", "nginx-fastcgi"], cwd=self.folder, text=True,
            stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(self.folder)},
            start_new_session=True)
        self.addCleanup(process.kill)
        assert process.stdout is not None
        self.addCleanup(process.stdout.close)
        line = process.stdout.readline()
        match = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        self.assertIsNotNone(match, line)
        return process, int(match[1])

    def test_served_set_up_answers_and_ends_with_ctrl_c(self) -> None:
        process, port = self.serve()
        curl = find_tool("curl")
        assert curl
        done = subprocess.run(
            [curl, "-s", "-o", "/dev/null", "-w", "%{http_code}",
             f"http://127.0.0.1:{port}/s.py?rcpt={NUMBER}&msg=pesan"],
            capture_output=True, text=True, check=True, timeout=30)
        self.assertEqual(done.stdout, "202")
        self.assertNotEqual(self.programs_in_the_folder(), [])
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(30), 128 + signal.SIGINT)
        self.assert_nothing_is_left()

    def test_programs_can_put_nothing_where_root_looks_for_it(self) -> None:
        process, _ = self.serve()
        private = next(self.folder.glob("smsweb-bench-*/smsweb-??????"))
        theirs = {"log", "state"}
        for path in private.rglob("*"):
            if path.is_symlink() or path.relative_to(private).parts[0] in theirs:
                continue
            self.assertEqual(path.stat().st_uid, os.geteuid(), path)
            self.assertEqual(path.stat().st_mode & 0o022, 0, path)
        self.assertEqual(private.stat().st_uid, os.geteuid())
        self.assertEqual(private.stat().st_mode & 0o027, 0)
        process.terminate()
        self.assertEqual(process.wait(30), 128 + signal.SIGTERM)

    def test_killed_supervisors_folder_is_removed_by_the_next(self) -> None:
        process, _ = self.serve()
        process.kill()
        process.wait(30)
        wait_until(lambda: not self.programs_in_the_folder(), 30, "everything gone")
        self.assertNotEqual(list(self.folder.glob("*/smsweb-bench.lock")), [])
        self.bench("run", "smallest", "--setup", "nginx-fastcgi")

    def test_killed_worker_leaves_nothing(self) -> None:
        process, _ = self.serve()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        self.assertEqual(process.wait(30), 128 + signal.SIGKILL)
        wait_until(lambda: not self.programs_in_the_folder(), 10, "everything gone")
        self.assert_nothing_is_left()


if __name__ == "__main__":
    unittest.main(verbosity=2)
