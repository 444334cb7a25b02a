import assert from "node:assert/strict";
import { test } from "node:test";
import { bannerFor } from "../../rater/web/static/js/savestate.mjs";

test("no banner while all is well", () => {
  assert.equal(bannerFor("saved", 0), null);
  assert.equal(bannerFor("saving", 2), null);
});

test("offline names how many changes wait", () => {
  assert.deepEqual(bannerFor("offline", 1), ["offline_one", { n: 1 }]);
  assert.deepEqual(bannerFor("offline", 3), ["offline_many", { n: 3 }]);
});

test("signed out is told apart from somebody else being signed in", () => {
  assert.deepEqual(bannerFor("signed_out", 2), ["signed_out", { n: 2 }]);
  assert.deepEqual(bannerFor("signed_out", 2, true), ["other_person", {}]);
});
