import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePeaks, pixelsPerSecond } from "../../rater/web/static/js/peaks.mjs";
import { SPEEDS, nextSpeed, seekTarget } from "../../rater/web/static/js/player.mjs";

test("a step stays inside the recording", () => {
  assert.equal(seekTarget(3, -5, 60), 0);
  assert.equal(seekTarget(58, 5, 60), 60);
  assert.equal(seekTarget(20, 30, 60), 50);
});

test("speeds go from 0.75 to 2 and back, step by step", () => {
  const up = [];
  for (let speed = 0.75; up.at(-1) !== 2; up.push((speed = nextSpeed(speed, 1))));
  assert.deepEqual([0.75, ...up], SPEEDS);
  assert.equal(nextSpeed(2, 1), 2);
  assert.equal(nextSpeed(0.75, -1), 0.75);
  assert.equal(nextSpeed(1.1, -1), 1);
  assert.equal(nextSpeed(1.1, 1), 1.25);
});

test("peaks are bytes, 255 the full level", () => {
  assert.deepEqual([...decodePeaks(new Uint8Array([0, 51, 255]))].map((p) => Number(p.toFixed(3))), [0, 0.2, 1]);
});

test("only a recording longer than twenty minutes is drawn wider than its box", () => {
  assert.equal(pixelsPerSecond(600, 1200), 0);
  assert.equal(pixelsPerSecond(600, 2580), 1);
});
