"""The newcomer's first command, as a process, and its pages in a real browser."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pyotp
import pytest
from playwright.sync_api import Page, sync_playwright

from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.embedded import EmbeddedPostgres

COMMAND = Path(sys.executable).with_name("talentflux")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


class RunningDemo:
    """A demo that stays."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {"TALENTFLUX_DATA_FOLDER": str(folder), "TALENTFLUX_PORT": "0", "COLUMNS": "120"}
        self.process = subprocess.Popen(
            [COMMAND, "demo"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        watchdog = threading.Timer(100, self.process.kill)
        watchdog.start()
        lines = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C ends it" in line:
                break
        watchdog.cancel()
        self.output = "".join(lines)
        found = re.search(r"Start page\s+(http://\S+)/", self.output)
        assert found, self.output
        self.address = found[1]
        login = re.search(r"E-mail address\s+(\S+)\s+Password \(.*\)\s+(\S+)", self.output)
        assert login, self.output
        self.email, self.password = login.groups()

    def client(self) -> httpx.Client:
        """Return a client that is logged in as the owner."""
        login = {"email": self.email, "password": self.password}
        token = httpx.post(f"{self.address}/api/v1/auth/login", json=login).json()["access_token"]
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {token}"})

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture(scope="module")
def demo(folder) -> Iterator[RunningDemo]:
    running = RunningDemo(folder)
    yield running
    running.end()


@pytest.mark.timeout(240)
class TestDemo:
    def test_prints_the_shortlist_with_its_evidence(self, demo) -> None:
        assert "Shortlist: Senior Backend Engineer (Python)" in demo.output
        assert re.search(r"│\s+1 │\s+\d+ │ Mara Lindqvist", demo.output)
        assert "“" in demo.output
        assert "no language model took part" in " ".join(demo.output.split())

    def test_every_page_it_names_answers(self, demo) -> None:
        with demo.client() as client:
            for address in re.findall(r"http://\S+", demo.output):
                assert client.get(address).status_code == 200, address

    def test_nothing_is_shown_to_who_is_not_logged_in(self, demo) -> None:
        assert httpx.get(f"{demo.address}/api/v1/candidates").status_code == 401
        start = httpx.get(f"{demo.address}/requisitions/x/shortlist?top=5")
        assert (start.status_code, start.headers["location"]) == (
            303,
            "/login?next=%2Frequisitions%2Fx%2Fshortlist%3Ftop%3D5",
        )

    def test_the_password_is_kept_for_this_user_only(self, demo, folder) -> None:
        file = folder / "demo-login.json"
        assert json.loads(file.read_text()) == {"email": demo.email, "password": demo.password}
        assert file.stat().st_mode & 0o077 == 0

    def test_all_examples_are_there_once(self, demo) -> None:
        with demo.client() as client:
            resumes = client.get("/api/v1/resumes?limit=200").json()["items"]
        expected = sorted(path.name for path in (Path(__file__).parents[2] / "examples/resumes").iterdir())
        assert sorted(resume["file_name"] for resume in resumes) == expected
        assert {resume["status"] for resume in resumes} == {"parsed"}

    @pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="needs Chromium; CI must have it")
    def test_pages_work_in_a_browser_without_an_error_or_a_foreign_request(self, demo) -> None:
        problems: list[str] = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on(
                "request",
                lambda request: (
                    None if request.url.startswith((demo.address, "data:")) else problems.append(request.url)
                ),
            )
            page.goto(demo.address)
            assert page.url.startswith(f"{demo.address}/login")
            page.get_by_label("E-mail address").fill(demo.email)
            page.get_by_label("Password").fill(demo.password)
            page.get_by_role("button", name="Log in").click()
            page.get_by_role("row", name="Senior Backend Engineer").get_by_role("link", name="open").click()
            assert page.locator("article h2").first.inner_text().endswith("Mara Lindqvist")
            assert page.locator("article pre mark").count() > 10
            page.goto(f"{demo.address}/guides")
            page.get_by_role("link", name="Screening a pile of resumes").click()
            assert page.locator("h1").inner_text() == "Screening a pile of resumes"
            page.goto(f"{demo.address}/docs")
            page.locator("#operations-tag-resumes").click()
            page.get_by_text("Upload resumes").first.wait_for()
            page.goto(f"{demo.address}/account")
            page.get_by_text(demo.email).wait_for()
            assert page.get_by_role("row", name="owner").count() == 1
            page.get_by_role("button", name="Log out", exact=True).click()
            page.wait_for_url("**/login")
            page.goto(demo.address)
            assert page.url.startswith(f"{demo.address}/login")
            browser.close()
        assert not problems

    @pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="needs Chromium; CI must have it")
    def test_a_newcomer_registers_confirms_and_logs_in_with_a_browser(self, demo) -> None:
        password = "quiet anchor 27 maple"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            page.goto(f"{demo.address}/register")
            page.get_by_label("Your name").fill("Nadia Berg")
            page.get_by_label("E-mail address").fill("nadia@example.org")
            page.get_by_label("Password").fill(password)
            page.get_by_label("Organization").fill("Berg & Co")
            page.get_by_role("button", name="Open the account").click()
            page.get_by_text("a link there confirms your address").wait_for()
            for _ in range(100):
                page.goto(f"{demo.address}/outbox")
                if page.locator("a[href*='/verify-email#']").count():
                    break
            page.goto(f"{demo.address}/verify-email#" + _after_hash(page, "verify-email"))
            page.get_by_label("Password").fill(password)
            page.get_by_role("button", name="Confirm").click()
            page.wait_for_url("**/login")
            page.goto(f"{demo.address}/login?next=//elsewhere.example/")
            page.get_by_label("E-mail address").fill("nadia@example.org")
            page.get_by_label("Password").fill(password)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"{demo.address}/")
            assert page.get_by_text("There is none yet").count() == 1, "another organization's requisitions are shown"
            page.evaluate("localStorage.clear()")
            page.goto(f"{demo.address}/account")
            page.get_by_role("row", name="Berg & Co").wait_for()
            page.get_by_role("button", name="Log out everywhere").click()
            page.wait_for_url("**/login")
            browser.close()

    @pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="needs Chromium; CI must have it")
    def test_a_person_sets_up_a_second_factor_and_logs_in_with_it_in_a_browser(self, demo, folder) -> None:
        password = "granite teapot wanders 12"
        problems: list[str] = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.goto(f"{demo.address}/login?next=/account")
            _log_in(page, demo.email, demo.password)
            page.wait_for_url("**/account")
            totp, used, codes = _set_up_factor(page, folder, demo.password)
            _change_password(page, demo.password, password)
            page.get_by_role("button", name="Log out", exact=True).click()
            page.wait_for_url("**/login")
            page.goto(f"{demo.address}/login?next=/account")
            _log_in(page, demo.email, password)
            page.get_by_label("Code of your second factor").fill(used)
            page.get_by_role("button", name="Log in").click()
            page.get_by_text("The code is wrong or was used").wait_for()
            page.get_by_label("Code of your second factor").fill(totp.at(time.time() + 30))
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url("**/account")
            page.get_by_text("10 recovery codes are left").wait_for()
            _forget_proofs(folder)
            page.get_by_role("button", name="Remove the second factor").click()
            dialog = page.get_by_role("dialog", name="Is it you?")
            dialog.get_by_label("Password").fill(password)
            dialog.get_by_label("Code").fill(codes[0])
            dialog.get_by_role("button", name="Go on").click()
            page.get_by_role("button", name="Set up an authenticator app").wait_for()
            _change_password(page, password, demo.password)
            browser.close()
        assert not problems

    def test_running_it_again_adds_nothing_and_ends_cleanly(self, demo, folder) -> None:
        assert demo.end() == 0
        again = RunningDemo(folder)
        with again.client() as client:
            resumes = client.get("/api/v1/resumes?limit=200").json()["items"]
            requisitions = client.get("/api/v1/requisitions?limit=200").json()["items"]
        assert again.end() == 0
        assert (len(resumes), len(requisitions)) == (41, 6)
        assert not remaining(folder)


def _log_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def _set_up_factor(page: Page, folder: Path, password: str) -> tuple[pyotp.TOTP, str, list[str]]:
    """Turn the second factor on, on the page of the account; return it, the code that did it, and recovery codes."""
    page.get_by_role("button", name="Set up an authenticator app").wait_for()
    _forget_proofs(folder)
    page.get_by_role("button", name="Set up an authenticator app").click()
    dialog = page.get_by_role("dialog", name="Is it you?")
    dialog.get_by_label("Password").fill("no, it is not me 77")
    dialog.get_by_role("button", name="Go on").click()
    dialog.get_by_text("password is wrong").wait_for()
    assert not page.get_by_alt_text("QR code").is_visible()
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Go on").click()
    page.get_by_alt_text("QR code").wait_for()
    assert page.get_by_alt_text("QR code").evaluate("image => image.decode().then(() => image.naturalWidth)") > 99
    totp = pyotp.TOTP(page.locator("[data-secret]").inner_text().replace(" ", ""))
    page.get_by_label("Code that the app shows").fill(totp.at(0))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_text("The code is wrong").wait_for()
    page.get_by_label("Code that the app shows").fill(used := totp.now())
    page.get_by_role("button", name="Turn it on").click()
    page.locator("[data-codes] code").first.wait_for()
    former = page.locator("[data-codes] code").all_inner_texts()
    assert len(former) == 10
    page.get_by_role("button", name="New recovery codes").click()
    page.locator("[data-codes] code").filter(has_text=former[0]).wait_for(state="detached")
    codes = page.locator("[data-codes] code").all_inner_texts()
    assert not set(codes) & set(former)
    page.get_by_role("button", name="I have kept them").click()
    return totp, used, codes


def _change_password(page: Page, present: str, new: str) -> None:
    page.get_by_label("Present password").fill(present)
    page.get_by_label("New password").fill(new)
    page.get_by_role("button", name="Change the password").click()
    page.get_by_text("Your password is changed").wait_for()


def _forget_proofs(folder: Path) -> None:
    """Let it be an hour ago that anybody proved who they are."""
    with EmbeddedPostgres(folder / "postgres") as running, psycopg.connect(running.url(ADMIN_ROLE)) as admin:
        admin.execute("update user_session set proven_at = now() - interval '1 hour'")


def _after_hash(page: Page, name: str) -> str:
    link = page.locator(f"a[href*='/{name}#']").first.get_attribute("href")
    assert link is not None
    return link.partition("#")[2]


def remaining(folder: Path) -> list[str]:
    """Return the command lines of processes that still name the data folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found
