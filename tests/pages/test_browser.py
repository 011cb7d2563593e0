"""The pages in a real browser, on a real listener and a real database."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from acs.commands import Refusal
from acs.facts import CommandAnswered, CommandConfirmed, CommandVerified
from tests.api.harness import Api
from tests.pages.conftest import Live, card_url, ill_router
from tests.programs import program

PATIENCE = 20.0  # s: a browser on a busy machine


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    for each in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--lang=en"):
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(program("chromedriver")))
    driver.set_page_load_timeout(PATIENCE)
    yield driver
    driver.quit()


class Browser:
    """One person at one browser."""

    def __init__(self, driver: Any, live: Live) -> None:
        self.driver = driver
        self.live = live

    def go(self, path: str) -> None:
        self.driver.get(self.live.url + path)

    def one(self, css: str) -> Any:
        return WebDriverWait(self.driver, PATIENCE).until(
            lambda driver: driver.find_element(By.CSS_SELECTOR, css)
        )

    def there_is(self, css: str) -> bool:
        return bool(self.driver.find_elements(By.CSS_SELECTOR, css))

    @property
    def text(self) -> str:
        return str(self.one("main").text)

    def until_text(self, part: str) -> None:
        WebDriverWait(self.driver, PATIENCE, ignored_exceptions=[Exception]).until(
            lambda _: part in self.text
        )

    def press(self, css: str) -> None:
        """Press a button, and see the page that follows."""
        old = self.one("html")
        self.one(css).click()
        WebDriverWait(self.driver, PATIENCE).until(lambda _: self._is_gone(old))

    @staticmethod
    def _is_gone(element: Any) -> bool:
        try:
            element.is_enabled()
        except Exception as error:  # noqa: BLE001 - the driver's name for it varies
            return "stale" in str(error) or "not found" in str(error)
        return False

    def log_in(self, token: str) -> None:
        self.go("/login")
        self.one("#token").send_keys(token)
        self.press("main button")

    def complaints(self) -> list[str]:
        """What the browser holds against our pages: blocked scripts, styles, missing files."""
        told = [entry["message"] for entry in self.driver.get_log("browser")]
        return [each for each in told if "Refused" in each or "violates" in each or "rror" in each]


@pytest.fixture
def live(api: Api) -> Iterator[Live]:
    with Live(api) as served:
        yield served


@pytest.fixture
def act_token(api: Api) -> str:
    return api.token("act", name="desk")


@pytest.fixture
def router_id(api: Api) -> str:
    return ill_router(api)


@pytest.fixture
def browser(chromium: Any, act_token: str, router_id: str, live: Live) -> Browser:
    """Made when all that the test needs is stored: then the loop is another thread's."""
    chromium.get("about:blank")
    found = Browser(chromium, live)
    found.go("/login")
    chromium.delete_all_cookies()
    chromium.get_log("browser")
    return found


def test_from_log_in_to_a_reboot_that_helped(
    browser: Browser, live: Live, act_token: str, router_id: str
) -> None:
    browser.log_in(act_token)
    browser.one("#q").send_keys("S-4711", Keys.ENTER)
    browser.until_text("A remote reboot is likely to help")
    assert browser.there_is("svg .curve")
    assert browser.there_is("svg .boot")
    browser.one("#reason").send_keys("ticket 7")
    browser.one("#reboot form button").click()  # without consent the browser does not send it
    assert not browser.there_is("#order")
    browser.one("input[name=consent]").click()
    browser.press("#reboot form button")
    browser.until_text("Waits for the router")

    store, now = live.api.store, live.api.now
    sent = live.do(lambda: store.claim(router_id, now + 1, lambda _c, _f: ()))
    command_id = sent.command_id
    live.commit(
        CommandAnswered(router_id=router_id, at=now + 2, command_id=command_id, final=False)
    )
    browser.until_text("This takes about two minutes.")
    live.commit(
        CommandConfirmed(router_id=router_id, at=now + 90, command_id=command_id),
    )
    browser.until_text("The router is back. Whether it helped")
    live.commit(
        CommandVerified(
            router_id=router_id, at=now + 900, command_id=command_id, outcome="helped", result={}
        )
    )
    browser.until_text("The reboot helped.")
    assert not browser.there_is("[data-open]")
    assert browser.complaints() == []


def test_a_refusal_is_read_on_the_card(
    browser: Browser, live: Live, act_token: str, router_id: str
) -> None:
    live.api.refusals = (Refusal("voice", "A voice call is active (InCall).", live.api.now + 900),)
    browser.log_in(act_token)
    browser.go(card_url(router_id))
    browser.one("input[name=consent]").click()
    browser.press("#reboot form button")
    notice = browser.one("#refused").text
    assert "Voice call: A voice call is active (InCall)." in notice
    assert "Try again after" in notice


def test_a_wrong_token_is_told_so(browser: Browser) -> None:
    browser.log_in("acs_" + "x" * 43)
    assert "unknown or has expired" in browser.one("#wrong").text


def test_a_forged_form_is_refused(browser: Browser, act_token: str, router_id: str) -> None:
    browser.log_in(act_token)
    browser.go(card_url(router_id))
    browser.driver.execute_script(
        "document.querySelector('#reboot form [name=form]').value = '0'.repeat(64)"
    )
    browser.one("input[name=consent]").click()
    browser.press("#reboot form button")
    assert "out of date" in browser.text
    browser.go(card_url(router_id))
    assert not browser.there_is("#order")


def test_a_session_that_has_expired_asks_again_and_goes_on(
    browser: Browser, live: Live, act_token: str, router_id: str
) -> None:
    browser.log_in(act_token)
    live.api.now += 36_001
    browser.go("/fleet")
    assert browser.driver.current_url.endswith("/login?next=%2Ffleet")
    browser.one("#token").send_keys(act_token)
    browser.press("main button")
    assert browser.driver.current_url.endswith("/fleet")


def test_the_script_cannot_read_the_session(browser: Browser, act_token: str) -> None:
    browser.log_in(act_token)
    assert browser.driver.get_cookie("acs_session")["httpOnly"] is True
    assert "acs_session" not in browser.driver.execute_script("return document.cookie")


def test_both_languages(browser: Browser, act_token: str, router_id: str) -> None:
    browser.log_in(act_token)
    browser.go(card_url(router_id))
    browser.one(".languages a[lang=ru]").click()
    browser.until_text("Скорее всего, поможет удалённая перезагрузка")
    browser.go("/fleet")
    browser.until_text("Заключения по моделям")
    browser.one(".languages a[lang=en]").click()
    browser.until_text("Verdicts by model")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_screen(
    browser: Browser, act_token: str, router_id: str, width: int, language: str
) -> None:
    narrow = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    try:
        browser.go(f"/login?lang={language}")
        wide = "return document.documentElement.scrollWidth"
        assert browser.driver.execute_script(wide) <= width
        browser.log_in(act_token)
        for path in ("/", "/?q=nothing", "/fleet", card_url(router_id), "/nothing-here"):
            browser.go(path)
            assert browser.driver.execute_script(wide) <= width, path
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_keyboard_suffices(browser: Browser, act_token: str) -> None:
    browser.log_in(act_token)
    browser.go("/fleet")
    active = browser.driver.switch_to
    browser.one("body").send_keys(Keys.TAB)
    assert active.active_element.get_attribute("class") == "skip"
    active.active_element.send_keys(Keys.ENTER)
    assert browser.driver.current_url.endswith("#main")
    browser.go("/")
    assert active.active_element.get_attribute("id") == "q"
    assert active.active_element.get_attribute("accesskey") == "s"
    for field in browser.driver.find_elements(
        By.CSS_SELECTOR, "input:not([type=hidden]):not([type=checkbox])"
    ):
        label = f"label[for={field.get_attribute('id')}]"
        assert browser.there_is(label)
