/** What is kept for one person opens for nobody else: real AES-GCM. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Seal, fromBase64Url } from "../../rater/web/static/js/sealing.mjs";

const key = Buffer.alloc(32, 7).toString("base64url");
const otherKey = Buffer.alloc(32, 8).toString("base64url");
const value = { body: { text: "Straße, 12:31" }, base: 3 };

test("a value opens for its person under its name", async () => {
  const seal = new Seal("anna", key);
  assert.deepEqual(await seal.open("op1", await seal.close("op1", value)), value);
});

test("nothing of it is to be read in what is kept, and no two are alike", async () => {
  const seal = new Seal("anna", key);
  const [first, second] = [await seal.close("op1", value), await seal.close("op1", value)];
  assert.equal(Buffer.from(first.sealed).includes("12:31"), false);
  assert.notDeepEqual(new Uint8Array(first.sealed), new Uint8Array(second.sealed));
});

for (const [what, seal, name] of [
  ["another key", new Seal("anna", otherKey), "op1"],
  ["another person", new Seal("ben", key), "op1"],
  ["another operation", new Seal("anna", key), "op2"],
]) {
  test(`it stays closed under ${what}`, async () => {
    const kept = await new Seal("anna", key).close("op1", value);
    await assert.rejects(seal.open(name, kept));
  });
}

test("a changed byte is seen", async () => {
  const seal = new Seal("anna", key);
  const kept = await seal.close("op1", value);
  new Uint8Array(kept.sealed)[0] ^= 1;
  await assert.rejects(seal.open("op1", kept));
});

test("base64url is read with both of its own signs", () => {
  assert.deepEqual([...fromBase64Url("-_8")], [251, 255]);
});
