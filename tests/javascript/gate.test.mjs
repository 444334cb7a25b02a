import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate, percents, stateAt } from "../../rater/web/static/js/gate.mjs";

const PERCENT = "\u00a0%";

/** The little of a page that a gate touches: items with radios and a mark, and its line. */
function page({ closed = "yes", wanted = "0.9", share = "0" } = {}) {
  const radios = Array.from({ length: 3 }, () => ({ disabled: false }));
  const mark = { disabled: false };
  const root = new EventTarget();
  root.classList = { held: new Set(), toggle: (name, on) => root.classList.held[on ? "add" : "delete"](name) };
  root.querySelectorAll = (wish) => (wish === ".item input[type=radio]" ? radios : [...radios, mark]);
  const line = { dataset: { closed, wanted, share }, firstElementChild: { textContent: "" }, hidden: false };
  const announced = [];
  const say = (name, gaps = {}) => [name, gaps.wanted, gaps.share].filter(Boolean).join(" ");
  const gate = new Gate(root, line, say, (text) => announced.push(text));
  const tell = (part) => root.dispatchEvent(new CustomEvent("share", { detail: part }));
  return { gate, radios, mark, root, line, announced, tell };
}

test("percentages are alike only once the share is reached", () => {
  assert.deepEqual(percents(0.9, 0.8999), { wanted: `90${PERCENT}`, share: `89${PERCENT}` });
  assert.deepEqual(percents(0.9, 0.9), { wanted: `90${PERCENT}`, share: `90${PERCENT}` });
  assert.deepEqual(percents(0.57, 0.29), { wanted: `57${PERCENT}`, share: `29${PERCENT}` });
  assert.deepEqual(percents(0.855, 1), { wanted: `86${PERCENT}`, share: `100${PERCENT}` });
});

test("the state follows the share", () => {
  assert.equal(stateAt({ closed: true, wanted: 0.9 }, 0.8999), "closed");
  assert.equal(stateAt({ closed: true, wanted: 0.9 }, 0.9), "opened");
  assert.equal(stateAt({ closed: false, wanted: 0.9 }, 0.5), "advised");
  assert.equal(stateAt({ closed: false, wanted: 0.9 }, 0.95), "heard");
});

test("points wait, marks do not, and all open once at the share", () => {
  const { radios, mark, line, announced, root, tell } = page({ share: "0.2" });
  assert.equal(line.firstElementChild.textContent, `gate_closed 90${PERCENT} 20${PERCENT}`);
  assert.ok(radios.every((radio) => radio.disabled) && root.classList.held.has("is-gated"));
  assert.equal(mark.disabled, false);
  tell(0.8999);
  assert.ok(radios.every((radio) => radio.disabled));
  assert.equal(line.firstElementChild.textContent, `gate_closed 90${PERCENT} 89${PERCENT}`);
  tell(0.9);
  assert.ok(radios.every((radio) => !radio.disabled) && !root.classList.held.has("is-gated"));
  tell(0.95);
  tell(0.1);
  assert.ok(radios.every((radio) => !radio.disabled), "what is open stays open");
  assert.deepEqual(announced, ["gate_opened"]);
});

test("an advice closes nothing and goes when it is heeded", () => {
  const { radios, line, announced, tell } = page({ closed: "no", share: "0.5" });
  assert.ok(radios.every((radio) => !radio.disabled));
  assert.equal(line.firstElementChild.textContent, `gate_advised 90${PERCENT} 50${PERCENT}`);
  tell(0.92);
  assert.equal(line.hidden, true);
  assert.deepEqual(announced, []);
});

test("a share that is no number changes nothing", () => {
  const { radios, tell } = page();
  tell(undefined);
  tell("1");
  assert.ok(radios.every((radio) => radio.disabled));
});
