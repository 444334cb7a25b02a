import assert from "node:assert/strict";
import { test } from "node:test";
import { carryOver, changesPlan } from "../../rater/web/static/js/allocation.mjs";

test("settings draw the preview again, the reason and the token do not", () => {
  for (const name of ["share", "seed", "rater", "cap-R1", "bar-rater", "bar-on", "bar-value", "more"]) {
    assert.equal(changesPlan(name), true, name);
  }
  for (const name of ["why", "digest", "csrf_token", "step", "", undefined]) assert.equal(changesPlan(name), false);
});

test("a reason that is being typed stays when the preview is drawn again", () => {
  const part = (value) => {
    const field = value === null ? null : { value };
    return { field, querySelector: () => field };
  };
  const fetched = part("");
  carryOver(part("R4 has left"), fetched);
  assert.equal(fetched.field.value, "R4 has left");
  carryOver(part(null), fetched);
  assert.equal(fetched.field.value, "R4 has left");
  carryOver(part("x"), part(null));
});
