import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePeaks, labelStep, pixelsPerSecond } from "../../rater/web/static/js/peaks.mjs";
import { SPEEDS, firstSpeed, nextSpeed, resumeAt, seekTarget } from "../../rater/web/static/js/player.mjs";

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

test("the speed is the page's, else this computer's, else as spoken", () => {
  assert.equal(firstSpeed("1.5", "2"), 1.5);
  assert.equal(firstSpeed("", "2"), 2);
  assert.equal(firstSpeed(undefined, null), 1);
  assert.equal(firstSpeed("17", "fast"), 1);
});

test("listening goes on where it stopped, and from the start for one who had come to the end", () => {
  assert.equal(resumeAt(751.9, 2580), 751.9);
  for (const position of [0, NaN, -4, 2579.5, 99999]) assert.equal(resumeAt(position, 2580), 0);
});

test("labels of the timeline do not touch and are not sparse", () => {
  for (const duration of [30, 263, 1100, 2580, 4500, 36000]) {
    const shown = duration > 1200 ? 600 : duration;
    const labels = shown / labelStep(344, duration);
    assert.ok(labels <= 344 / 56 && (labels >= 1.9 || shown < 60), `${duration}: ${labels}`);
  }
});
