import assert from "node:assert/strict";
import { test } from "node:test";
import { bring } from "../../rater/web/static/js/bring.mjs";

/** Fails as a browser does whose network is away, so many times; then gives the module. */
function comesAfter(failures, fault = () => new TypeError("Failed to fetch dynamically imported module")) {
  const asked = { times: 0 };
  const load = async () => {
    asked.times += 1;
    if (asked.times <= failures) throw fault();
    return { attach: "here" };
  };
  return [load, asked];
}

test("a module that does not arrive is asked for again", async () => {
  const [load, asked] = comesAfter(2);
  assert.deepEqual(await bring(load, [1, 1]), { attach: "here" });
  assert.equal(asked.times, 3);
});

test("without another pause it is given up, and nothing is thrown", async () => {
  const [load, asked] = comesAfter(2);
  assert.equal(await bring(load, [1]), null);
  assert.equal(asked.times, 2);
});

test("a module that is wrong is told of at once", async () => {
  const [load, asked] = comesAfter(1, () => new SyntaxError("Unexpected token"));
  await assert.rejects(bring(load, [1, 1]), SyntaxError);
  assert.equal(asked.times, 1);
});
