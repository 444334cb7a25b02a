import assert from "node:assert/strict";
import { test } from "node:test";
import { attach } from "../../rater/web/static/js/unsaved.mjs";

function page(words) {
  const heard = { form: {}, window: {} };
  globalThis.window = { addEventListener: (name, act) => { heard.window[name] = act; } };
  const form = { fields: { csrf_token: "t", ...words }, addEventListener: (name, act) => { heard.form[name] = act; } };
  globalThis.FormData = class { constructor(of) { return Object.entries(of.fields); } };
  attach(form);
  const leaves = () => {
    let asked = false;
    heard.window.beforeunload({ preventDefault: () => { asked = true; } });
    return asked;
  };
  return { form, heard, leaves };
}

test("one who typed nothing leaves unasked, whatever the token is by now", () => {
  const { form, leaves } = page({ events: "a" });
  form.fields.csrf_token = "another";
  assert.equal(leaves(), false);
});

test("one who typed is asked, until the words are as they were", () => {
  const { form, leaves } = page({ events: "a" });
  form.fields.events = "b";
  assert.equal(leaves(), true);
  form.fields.events = "a";
  assert.equal(leaves(), false);
});

test("one who sends the form is not asked", () => {
  const { form, heard, leaves } = page({ events: "a" });
  form.fields.events = "b";
  heard.form.submit();
  assert.equal(leaves(), false);
});
