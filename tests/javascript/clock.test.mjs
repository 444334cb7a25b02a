import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHour, formatTime } from "../../rater/web/static/js/clock.mjs";

test("seconds are read as minutes, and as hours from the sixtieth minute on", () => {
  assert.equal(formatTime(751.9), "12:31");
  assert.equal(formatTime(3599.99), "59:59");
  assert.equal(formatTime(3600), "1:00:00");
  assert.equal(formatTime(3723), "1:02:03");
});

test("what is no time is shown as the start", () => {
  for (const none of [NaN, Infinity, -3, undefined]) assert.equal(formatTime(none), "0:00");
});

test("the hour keeps its zeros", () => {
  assert.equal(formatHour(new Date(2026, 0, 5, 9, 4)), "09:04");
});
