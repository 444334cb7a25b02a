import assert from "node:assert/strict";
import { test } from "node:test";
import { Recorder, merge, rounded, seconds, share, union, without } from "../../rater/web/static/js/heard.mjs";
import { percent } from "../../rater/web/static/js/hearing.mjs";
import { boxes } from "../../rater/web/static/js/tint.mjs";

/** Tells a recorder of play from one second to another, four times a second of wall clock. */
function play(recorder, from, to, { speed = 1, wall = 0 } = {}) {
  let now = wall;
  for (let at = from; at < to; at += 0.25 * speed, now += 250) recorder.tell({ at, speed, playing: true, wall: now });
  recorder.tell({ at: to, speed, playing: false, wall: now });
  return now;
}

const near = (got, wanted) => {
  assert.equal(got.length, wanted.length, JSON.stringify(got));
  got.forEach((row, k) => row.forEach((n, i) => assert.ok(Math.abs(n - wanted[k][i]) < 1e-6, JSON.stringify(got))));
};

test("what the clock ran through while playing is heard", () => {
  const recorder = new Recorder();
  play(recorder, 10, 20);
  near(recorder.stretches, [[10, 20, 1]]);
});

test("a seek is not heard, in either direction, announced or not", () => {
  for (const announced of [true, false]) {
    const recorder = new Recorder();
    const wall = play(recorder, 10, 20);
    if (announced) recorder.cut();
    play(recorder, 50, 55, { wall });
    if (announced) recorder.cut();
    play(recorder, 2, 4, { wall: wall + 9000 });
    near(recorder.stretches, [[2, 4, 1], [10, 20, 1], [50, 55, 1]]);
  }
});

test("a jump in the midst of playing is not heard even where nobody tells of the seek", () => {
  const recorder = new Recorder();
  recorder.tell({ at: 10, speed: 1, playing: true, wall: 0 });
  recorder.tell({ at: 11, speed: 1, playing: true, wall: 1000 });
  recorder.tell({ at: 40, speed: 1, playing: true, wall: 1250 });
  recorder.tell({ at: 41, speed: 1, playing: true, wall: 2250 });
  near(recorder.stretches, [[10, 11, 1], [40, 41, 1]]);
});

test("while paused nothing is heard, wherever the clock is moved", () => {
  const recorder = new Recorder();
  recorder.tell({ at: 10, speed: 1, playing: false, wall: 0 });
  recorder.tell({ at: 12, speed: 1, playing: false, wall: 2000 });
  assert.deepEqual(recorder.stretches, []);
});

test("a change of speed begins another stretch at the same second", () => {
  const recorder = new Recorder();
  recorder.tell({ at: 0, speed: 1, playing: true, wall: 0 });
  recorder.tell({ at: 4, speed: 2, playing: true, wall: 4000 });
  recorder.tell({ at: 8, speed: 2, playing: false, wall: 6000 });
  near(recorder.stretches, [[0, 4, 1], [4, 8, 2]]);
});

test("a slow tab that tells late still tells all", () => {
  const recorder = new Recorder();
  recorder.tell({ at: 0, speed: 1.5, playing: true, wall: 0 });
  recorder.tell({ at: 90, speed: 1.5, playing: true, wall: 60_000 });
  near(recorder.stretches, [[0, 90, 1.5]]);
});

test("merging joins what touches at equal speed, and twice is once, in any order", () => {
  const pieces = [[5, 8, 1], [0, 5.1, 1], [4, 6, 2], [8.2, 9, 1], [20, 20, 1]];
  const wanted = [[0, 9, 1], [4, 6, 2]];
  assert.deepEqual(merge(pieces), wanted);
  assert.deepEqual(merge(merge(pieces)), wanted);
  assert.deepEqual(merge([...pieces].reverse()), wanted);
  assert.deepEqual(merge([...pieces, ...pieces]), wanted);
  assert.deepEqual(pieces[1], [0, 5.1, 1], "what was given is left as it is");
});

test("a second heard twice counts once (control: a plain sum counts it twice)", () => {
  const twice = [[0, 50, 1], [0, 50, 2]];
  assert.equal(share(twice, 100), 0.5);
  assert.equal(seconds(twice), 100);
  assert.deepEqual(union(twice), [[0, 50]]);
});

test("the share is of what is not silence", () => {
  const silences = [[20, 60], [80, 100]];
  assert.equal(share([[0, 20, 1]], 100, silences), 0.5);
  assert.equal(share([[20, 60, 1]], 100, silences), 0);
  assert.equal(share([], 100, [[0, 100]]), 1);
  assert.equal(share([[0, 101, 1]], 100), 1);
  assert.equal(share([], 100), 0);
});

test("taking intervals away leaves the rest", () => {
  assert.deepEqual(without([[0, 10], [20, 30]], [[2, 4], [8, 22], [29, 40]]), [[0, 2], [4, 8], [22, 29]]);
  assert.deepEqual(without([[0, 10]], [[0, 10]]), []);
  assert.deepEqual(without([[0, 10]], []), [[0, 10]]);
});

test("stretches are sent to a tenth of a second and end with the recording", () => {
  assert.deepEqual(rounded([[0.04, 9.96, 1], [59.5, 60.07, 1.25]], 60), [[0, 10, 1], [59.5, 60, 1.25]]);
});

test("per cent are never told higher than they are", () => {
  assert.equal(percent(0.899), "89\u00a0%");
  assert.equal(percent(0.29), "29\u00a0%");
  assert.equal(percent(1), "100\u00a0%");
});

test("a tint is as wide as what was heard, and never too narrow to be seen", () => {
  assert.deepEqual(boxes([[10, 20, 1], [15, 30, 2]], 100, 500), [[50, 100]]);
  assert.deepEqual(boxes([[0, 0.5, 1]], 3600, 360), [[0, 1]]);
});
