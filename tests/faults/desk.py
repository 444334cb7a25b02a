"""A rater at a desk where everything fails: pages die, sign-ins end, the network goes, the server is killed."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable

from playwright.sync_api import Browser, Error, Page, Route

from tests.faults.edits import Edit, act
from tests.faults.proxy import Proxy
from tests.faults.served import Served
from tests.journeys.site import KEYS_SEEN, sign_in

PATIENCE_S = 60
QUIET = """() => {
  const line = document.querySelector('[data-part="save-state"]');
  return line.hidden || line.dataset.state === "saved";
}"""

MAY_LEAVE = "() => dispatchEvent(new Event('beforeunload', { cancelable: true }))"
HEEDS = 10
CHOOSE_MINE = """() => {
  const mine = document.querySelector('[data-part="conflict-dialog"][open] button[value="mine"]');
  mine?.click();
  return Boolean(mine);
}"""


class Desk:
    """One person's browser with at most one page of a rating open; `woes` counts what happened to it."""

    def __init__(self, browser: Browser, served: Served, proxy: Proxy, name: str = "anna") -> None:
        self.served, self.proxy, self.name = served, proxy, name
        self.context = browser.new_context(base_url=proxy.address, viewport={"width": 1280, "height": 900})
        self.context.add_init_script(f"if (location.origin !== 'null') {KEYS_SEEN}")
        self.woes: Counter[str] = Counter()
        self.script_errors: list[str] = []
        self.page = self._new_page()
        sign_in(self.page, name)

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.script_errors.append(str(error)))
        return page

    def swap_module(self, name: str, change: Callable[[str], str]) -> None:
        """Serve one of the page's modules changed: a control."""

        def changed(route: Route) -> None:
            source = route.fetch().text()
            assert change(source) != source, f"{name} is no longer what the control changes"
            route.fulfill(content_type="text/javascript", body=change(source))

        self.context.route(re.compile(rf"/{re.escape(name)}(\?|$)"), changed)

    def open(self, public_id: str) -> None:
        """Bring the rating up, signing in where that is asked for, however often it takes."""
        self.rating = public_id
        self.again(lambda: self.page.goto(f"/ratings/{public_id}"))

    def again(self, bring: Callable[[], object]) -> None:
        """Repeat what brings the page until the page has its modules."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                bring()
                if "/sign-in" in self.page.url:
                    sign_in(self.page, self.name)
                if self.rating not in self.page.url:
                    self._go()
                if self.page.locator("[data-module=rating]").count():
                    self.page.locator("[data-module=rating][data-ready]").wait_for(timeout=10_000)
                    return
            except Error:
                self.find_network()
            time.sleep(0.2)
            bring = self._go
        raise AssertionError("the rating never came up")

    def _go(self) -> None:
        self.page.goto(f"/ratings/{self.rating}")

    def make(self, edit: Edit) -> bool | str:
        """One edit, as the rater's hand does it; asked which of two values counts, it is the one given here."""
        self.woes["asked to choose"] += self.page.evaluate(CHOOSE_MINE)
        return act(self.page, edit)

    def _heed(self) -> None:
        """Stay for a moment if the page asks for it: what it has not kept yet would be lost with it."""
        for _ in range(HEEDS):
            if self.page.evaluate(MAY_LEAVE):
                return
            self.woes["asked to stay"] += 1
            self.page.wait_for_timeout(50)
        self.woes["left although asked to stay"] += 1

    def reload(self) -> None:
        """The rater loads the page again."""
        self.woes["reloads"] += 1
        self._heed()
        self.again(self.page.reload)

    def close_and_open(self) -> None:
        """The page is closed, and another one opened."""
        self.woes["closed pages"] += 1
        self._heed()
        self.page.close()
        self.page = self._new_page()
        self.open(self.rating)

    def lose_network(self) -> None:
        """The network is gone until `find_network`."""
        self.woes["offline"] += 1
        self.context.set_offline(True)

    def find_network(self) -> None:
        """The network is back."""
        self.context.set_offline(False)

    def expire(self) -> None:
        """The sign-in ends."""
        self.woes["expired sign-ins"] += 1
        self.served.sign_everybody_out()

    def sign_in_beside(self) -> None:
        """Sign in again in another tab, then come back to this one."""
        self.find_network()
        self.served.wait()
        other = self._new_page()
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                other.goto("/")
                if "/sign-in" in other.url:
                    sign_in(other, self.name)
                break
            except Error:
                time.sleep(0.3)
        other.close()
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")

    def kill_server(self) -> None:
        """SIGKILL, and a new start on the same port, for which nobody waits."""
        self.woes["killed servers"] += 1
        self.served.kill()
        self.served.start(wait=False)

    def settle(self, seconds: float = PATIENCE_S) -> None:
        """End all faults and wait, as a rater would, until the page says that everything is saved."""
        self.find_network()
        self.proxy.calm()
        self.served.wait()
        until = time.monotonic() + seconds
        while not (self.page.evaluate(QUIET) and self._still_quiet()):
            assert time.monotonic() < until, f"never saved: {self.page.locator('.rating-page').inner_text()[:400]}"
            if self.page.locator("[data-part=banners] a[target=_blank]").count():
                self.sign_in_beside()
            self.make(Edit("try now"))
            self.page.wait_for_timeout(100)

    def _still_quiet(self) -> bool:
        self.page.wait_for_timeout(300)
        return bool(self.page.evaluate(QUIET))

    def leave(self) -> None:
        """Close the browser."""
        self.context.close()
