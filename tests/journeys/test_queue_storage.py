"""The browser's storage refuses, is full or damaged: the rater is told, and nothing is lost while the window lives."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.kept import kept, open_again, open_rating, rate
from tests.journeys.site import Seat, Site, wait_until_saved

pytestmark = pytest.mark.browser
BANNERS = "[data-part=banners]"
REFUSED = "indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }"
FULL = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }"
INSECURE = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"
SILENT = "indexedDB.open = () => new EventTarget()"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (REFUSED, "does not allow Rater to keep them longer"),
        (FULL, "has no room left"),
        (INSECURE, "does not begin with https"),
        (SILENT, "does not allow Rater to keep them longer"),
    ],
    ids=["refused", "full", "insecure", "silent"],
)
def test_storage_that_fails_is_told_and_all_arrives(seat: Seat, site: Site, broken: str, reason: str) -> None:
    page, address = seat("anna"), site.alone[-1]
    address = f"{site.address}/ratings/{address}"
    page.context.add_init_script(broken)
    open_rating(page, address)
    page.context.set_offline(True)
    rate(page, "ghes1", 3)
    rate(page, "ghes2", 1)
    banner = page.locator(BANNERS)
    expect(banner).to_contain_text("Offline. 2 changes are kept in this window only")
    expect(banner).to_contain_text(reason)
    assert leaving_asks(page)
    page.context.set_offline(False)
    expect(banner).to_be_empty()
    wait_until_saved(page)
    assert not leaving_asks(page)
    assert kept(site, address).points == {"ghes1": "3", "ghes2": "1"}


def leaving_asks(page: Page) -> bool:
    """Whether the page would ask before it is left."""
    return bool(page.evaluate("!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"))


def test_leaving_asks_nothing_while_the_store_keeps_everything(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    page.context.set_offline(True)
    rate(page, "ghes1", 3)
    expect(page.locator(BANNERS)).to_contain_text("1 change is kept on this computer")
    assert not leaving_asks(page)


def test_nothing_is_readable_in_the_store_and_a_damaged_record_is_told(seat: Seat, site: Site) -> None:
    page, address = seat("anna"), site.next_alone()
    open_rating(page, address)
    page.context.set_offline(True)
    rate(page, "ghes1", 3)
    rate(page, "ghes2", 1)
    expect(page.locator(BANNERS)).to_contain_text("2 changes are kept on this computer")
    records = page.evaluate(
        """() => new Promise((done) => {
          indexedDB.open("rater").onsuccess = ({ target: { result } }) => {
            const store = result.transaction("changes", "readwrite").objectStore("changes");
            store.getAll().onsuccess = ({ target: { result: rows } }) => {
              new Uint8Array(rows[0].sealed)[0] ^= 1;
              store.put(rows[0]).onsuccess = () => done(rows.map((row) => ({
                ...row, sealed: new TextDecoder("latin1").decode(row.sealed), iv: row.iv.length })));
            };
          };
        })"""
    )
    assert {*records[0]} == {"sequence", "person", "rating", "window", "chain", "op", "iv", "sealed"}
    assert not [row for row in records if "ghes" in str(row) or "anna" in str(row)]
    page.route("**/items/**", lambda route: route.abort())
    page.context.set_offline(False)
    page = open_again(page, address)
    expect(page.locator(BANNERS)).to_contain_text("1 change kept on this computer can no longer be opened")
    page.get_by_role("button", name="Remove them").click()
    expect(page.locator(BANNERS)).to_be_empty()
    wait_until_saved(page)
    assert kept(site, address).points == {"ghes2": "1"}
