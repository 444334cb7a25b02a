import assert from "node:assert/strict";
import { test } from "node:test";
import { BOOSTS, gainFor } from "../../rater/web/static/js/boost.mjs";
import { nextOf } from "../../rater/web/static/js/ladder.mjs";
import { isOver, pressed } from "../../rater/web/static/js/loop.mjs";
import { sentenceFor } from "../../rater/web/static/js/recovery.mjs";
import { silenceAt, skipTarget } from "../../rater/web/static/js/silence.mjs";

const silences = [[0, 2], [10, 11.2], [20, 30], [58, 60]];

test("the silence that holds a second is found, its end excluded", () => {
  for (const [at, wanted] of [[0, 0], [1.99, 0], [2, null], [10.5, 1], [19.99, null], [20, 2], [29.9, 2], [30, null], [59, 3], [60, null]])
    assert.equal(silenceAt(silences, at), wanted === null ? null : silences[wanted], String(at));
  assert.equal(silenceAt([], 5), null);
});

test("a long silence is left shortly before its end, a short one is heard", () => {
  assert.equal(skipTarget(silences, 20.3), 29.8);
  assert.equal(skipTarget(silences, 10.2), null);
  assert.equal(skipTarget(silences, 15), null);
});

test("no jump leads backwards or nowhere", () => {
  for (let at = 0; at < 61; at += 0.05) {
    const target = skipTarget(silences, at);
    assert.ok(target === null || target > at + 0.19, `${at} -> ${target}`);
  }
});

test("a loop is begun, ended and let go by one key", () => {
  const begun = pressed(null, 12);
  assert.deepEqual(begun, { start: 12 });
  assert.deepEqual(pressed(begun, 20), { start: 12, stop: 20 });
  assert.deepEqual(pressed(begun, 4), { start: 4, stop: 12 });
  assert.equal(pressed(begun, 12.3), null);
  assert.equal(pressed({ start: 12, stop: 20 }, 15), null);
});

test("only a loop with an end runs out", () => {
  assert.equal(isOver({ start: 12, stop: 20 }, 20), true);
  assert.equal(isOver({ start: 12, stop: 20 }, 19.5), false);
  assert.equal(isOver({ start: 12 }, 500), false);
  assert.equal(isOver(null, 500), false);
});

test("full volume leaves the sound alone, above it a quiet recording is raised further", () => {
  assert.equal(gainFor(1, 4), 1);
  assert.equal(gainFor(2), 2);
  assert.equal(gainFor(2, 1.5), 3);
  assert.equal(gainFor(1.5, 0.2), 1.5);
  assert.equal(gainFor(3, 100), 10);
  assert.equal(BOOSTS[0], 1);
  assert.equal(BOOSTS.at(-1), 3);
});

test("steps go to the ends and stay there", () => {
  assert.equal(nextOf([1, 2, 3], 2, 1), 3);
  assert.equal(nextOf([1, 2, 3], 3, 1), 3);
  assert.equal(nextOf([1, 2, 3], 1, -1), 1);
  assert.equal(nextOf([1, 2, 3], 2.5, -1), 2);
});

test("what is said of a recording that does not come depends on why", () => {
  assert.equal(sentenceFor(404), "audio_gone");
  assert.equal(sentenceFor(410), "audio_gone");
  assert.equal(sentenceFor(401), "audio_signed_out");
  assert.equal(sentenceFor(200, true), "audio_signed_out");
  for (const status of [0, 500, 503, 416]) assert.equal(sentenceFor(status), "audio_fault");
});
