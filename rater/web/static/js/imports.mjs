/** The recordings of an import: dropped or chosen, sent in pieces, shown row by row. Without it a plain form sends them. */
import { chosen, dropped } from "./dropped.mjs";
import { edgesOf } from "./edges.mjs";
import { Sender } from "./sending.mjs";
import { Uploading, timeLeft, totals } from "./uploading.mjs";
import { speaker } from "./words.mjs";

const PATIENCE_MS = 60_000;

/** Announcements and pieces over HTTP, under the name of the person this page was made for. */
class Transport {
  constructor(importId) {
    this.importId = importId;
    this.sender = new Sender(document);
  }

  announce({ path, size }, edges) {
    const body = JSON.stringify({ path, size, edges });
    return this.#ask("POST", `/imports/${this.importId}/uploads`, body, "application/json");
  }

  piece(id, offset, blob) {
    return this.#ask("PUT", `/uploads/${id}?offset=${offset}`, blob, "application/octet-stream");
  }

  remove(id) {
    return this.#ask("DELETE", `/uploads/${id}`, undefined, "application/octet-stream");
  }

  async #ask(method, url, body, type) {
    const answer = await this.#once(method, url, body, type);
    if (answer.status !== 400) return answer;
    if (!(await this.sender.renew())) return { status: 401, data: { other: this.sender.someoneElse } };
    return this.#once(method, url, body, type);
  }

  async #once(method, url, body, type) {
    const headers = { "Content-Type": type, Accept: "application/json", "X-CSRFToken": this.sender.token };
    const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
    return { status: answer.status, data: isJson ? await answer.json() : {} };
  }
}

class Panel {
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.say = speaker(JSON.parse(this.part("words").textContent));
    this.transport = new Transport(root.dataset.import);
    this.uploading = new Uploading(this.transport, { edgesOf, chunk: Number(root.dataset.chunk) });
    this.uploading.addEventListener("change", ({ detail }) => this.#show(detail));
    this.rows = new Map([...this.part("rows").rows].map((row) => [row.dataset.path, row]));
    this.began = null;
  }

  take(files) {
    if (!files.length) return;
    this.began ??= performance.now();
    this.part("panel").hidden = this.part("table").hidden = false;
    if (this.part("none")) this.part("none").hidden = true;
    this.uploading.add(files);
    for (const entry of this.uploading.entries) this.#row(entry);
  }

  #row(entry) {
    let row = this.rows.get(entry.path.normalize("NFC"));
    if (row?.entry !== entry) {
      const fresh = this.#newRow(entry);
      if (row) row.replaceWith(fresh);
      else this.part("rows").append(fresh);
      this.rows.set(entry.path.normalize("NFC"), (row = fresh));
      this.#draw(entry, row);
    }
    return row;
  }

  #newRow(entry) {
    const row = document.createElement("tr");
    const name = Object.assign(document.createElement("th"), { scope: "row", textContent: entry.path });
    const size = Object.assign(document.createElement("td"), { className: "num nowrap", textContent: this.#size(entry.size) });
    const state = Object.assign(document.createElement("td"), { className: "file-state" });
    const last = Object.assign(document.createElement("td"), { className: "num" });
    const button = Object.assign(document.createElement("button"), { type: "button", className: "linklike small" });
    const whose = Object.assign(document.createElement("span"), { className: "sr-only", textContent: ` ${entry.path}` });
    button.append(this.say("remove"), whose);
    button.addEventListener("click", () => this.#remove(entry, row));
    last.append(button);
    row.append(name, size, state, last);
    return Object.assign(row, { entry });
  }

  async #remove(entry, row) {
    this.uploading.remove(entry);
    if (entry.id) await this.transport.remove(entry.id).catch(() => null);
    this.rows.delete(entry.path.normalize("NFC"));
    row.remove();
  }

  #size(bytes) {
    const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
    if (bytes < 1e6) return this.say("kilobytes", { n: number.format(Math.ceil(bytes / 1000)) });
    return this.say("megabytes", { n: number.format(bytes / 1e6) });
  }

  #draw(entry, row = this.rows.get(entry.path.normalize("NFC"))) {
    const cell = row?.querySelector(".file-state");
    if (!cell) return;
    const share = entry.size ? Math.floor((100 * entry.received) / entry.size) : 0;
    if (entry.state === "sending") cell.replaceChildren(bar(share), this.say("sending", { n: share }));
    else cell.replaceChildren(badge(this.#stateWord(entry), kindOf(entry)), ...this.#why(entry));
  }

  #stateWord({ state }) {
    if (state === "waiting" && this.uploading.halt) return this.say("paused_file");
    return this.say(state);
  }

  #why({ why }) {
    if (!why) return [];
    return [" ", Object.assign(document.createElement("span"), { className: "small", textContent: this.say(why) })];
  }

  #show(entry) {
    if (entry) this.#draw(entry);
    else for (const each of this.uploading.entries) this.#draw(each);
    const { received, size, refused } = totals(this.uploading.entries);
    this.part("all-bar").setAttribute("width", size ? ((100 * received) / size).toFixed(1) : 0);
    this.part("all-share").textContent = this.say("share", { done: this.#size(received), all: this.#size(size) });
    const n = this.part("rows").rows.length;
    this.part("count").textContent = this.say(n === 1 ? "count_one" : "count_many", { n });
    this.#tell(this.part("state"), this.#sentence({ received, size, refused }));
    const over = !this.uploading.open.length;
    this.part("pause").hidden = over;
    this.part("pause").textContent = this.say(this.uploading.halt ? "resume" : "pause");
    this.root.dataset.sending = over ? "no" : "yes";
  }

  #tell(line, sentence) {
    if (line.textContent !== sentence) line.textContent = sentence;
  }

  #sentence({ received, size, refused }) {
    const { halt, offline, open, sent } = this.uploading;
    if (!open.length) return refused ? this.say("all_but", { n: refused }) : this.say("all_here");
    if (halt) return this.say(halt);
    if (offline) return this.say("offline");
    const left = timeLeft(size - received, sent, (performance.now() - this.began) / 1000);
    return left ? this.say(...left) : this.say("sending_all");
  }
}

function kindOf({ state }) {
  return { arrived: "done", refused: "lost" }[state] ?? "waiting";
}

function badge(text, kind) {
  return Object.assign(document.createElement("span"), { className: `badge badge-${kind}`, textContent: text });
}

function bar(share) {
  const box = document.createElement("span");
  box.innerHTML =
    '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="100" height="8"/><rect class="filled" height="8"/></svg>';
  box.querySelector(".filled").setAttribute("width", share);
  return box.firstChild;
}

export function attach(root) {
  const panel = new Panel(root);
  const form = panel.part("drop");
  panel.part("drop-words").hidden = panel.part("folder-field").hidden = false;
  panel.part("plain-send").hidden = true;
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const name of ["files", "folder"]) {
    const input = panel.part(name);
    const take = () => {
      panel.take(chosen(input.files));
      input.value = "";
    };
    input.addEventListener("change", take);
    take(); // what was chosen before this module came
  }
  const over = (event, is) => {
    event.preventDefault();
    form.classList.toggle("is-over", is);
  };
  form.addEventListener("dragover", (event) => over(event, true));
  form.addEventListener("dragleave", (event) => over(event, false));
  form.addEventListener("drop", async (event) => {
    over(event, false);
    panel.take(await dropped(event.dataTransfer));
  });
  panel.part("pause").addEventListener("click", () => (panel.uploading.halt ? panel.uploading.resume() : panel.uploading.pause()));
  addEventListener("online", () => panel.uploading.wake());
  addEventListener("beforeunload", (event) => panel.uploading.open.length && event.preventDefault());
}
