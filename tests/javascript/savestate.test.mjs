import assert from "node:assert/strict";
import { test } from "node:test";
import { bannerFor, lineFor } from "../../rater/web/static/js/savestate.mjs";
import { lineOf } from "../../rater/web/static/js/outbox.mjs";
import { perCent } from "../../rater/web/static/js/submit.mjs";

const names = (sentences) => sentences.map(([name]) => name);

test("no banner while all is well", () => {
  assert.deepEqual(bannerFor({ state: "saved" }), []);
  assert.deepEqual(bannerFor({ state: "saving", unsaved: 2 }), []);
});

test("offline names how many changes wait, and where", () => {
  assert.deepEqual(bannerFor({ state: "offline", unsaved: 1, trouble: "network" }), [["offline", {}], ["kept_one", { n: 1 }]]);
  assert.deepEqual(bannerFor({ state: "offline", unsaved: 3, exposed: 1, why: "full", trouble: "network" }), [
    ["offline", {}],
    ["kept_many", { n: 2 }],
    ["window_one", { n: 1 }],
    ["why_full", {}],
  ]);
});

test("a server that cannot save is not called offline", () => {
  assert.deepEqual(names(bannerFor({ state: "offline", unsaved: 2, trouble: "server" })), ["server_busy", "kept_many"]);
});

test("signed out is told apart from somebody else being signed in", () => {
  assert.deepEqual(names(bannerFor({ state: "signed_out", unsaved: 2 })), ["signed_out", "kept_many"]);
  assert.deepEqual(names(bannerFor({ state: "signed_out", unsaved: 2, someoneElse: true })), ["other_person", "kept_many"]);
});

test("the line says what is kept where", () => {
  const line = (state, unsaved, exposed) => lineFor({ state, unsaved, exposed, time: "14:02" })[0];
  assert.deepEqual(
    [line("saved", 0, 0), line("saving", 1, 1), line("offline", 3, 0), line("offline", 3, 2), line("offline", 0, 0), line("signed_out", 1, 0)],
    ["saved", "saving", "offline_short", "window_short", "saved", "unsaved"],
  );
});

test("what was refused is not called saved", () => {
  assert.deepEqual(lineFor({ state: "saved", unsaved: 0, exposed: 0, refused: 2, time: "14:02" }), ["refused_short", { n: 2 }]);
});

test("the outbox says what it does with a lot, and asks for the page where only the rater can choose", () => {
  assert.equal(lineOf({ sent: 0, unsaved: 0, clashes: 0, state: "saved" }), null);
  assert.deepEqual(lineOf({ sent: 3, unsaved: 0, clashes: 0, state: "saved" }), ["outbox_saved_many", { n: 3 }]);
  assert.deepEqual(lineOf({ sent: 1, unsaved: 2, clashes: 0, state: "saving" }), ["outbox_sending_many", { n: 2 }]);
  assert.deepEqual(lineOf({ sent: 1, unsaved: 1, clashes: 1, state: "saving" }), ["outbox_choose_one", { n: 1 }]);
  assert.deepEqual(lineOf({ sent: 0, unsaved: 2, clashes: 0, state: "signed_out" }), ["outbox_signed_out_many", { n: 2 }]);
});

test("a share is never rounded up to the whole", () => {
  assert.deepEqual([0, 0.29, 0.999, 1].map(perCent), [0, 29, 99, 100]);
});
