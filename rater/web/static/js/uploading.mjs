/** Files on their way to the server, piece by piece, two at a time; what was cut off goes on where it stopped. */

const RETRY_MS = [1000, 2000, 4000, 8000];
const PARALLEL = 2;
const MOST_STALLS = 5;

/** One file: what is known of it, and how far it has come. */
export class Entry {
  constructor(path, file) {
    Object.assign(this, { path, file, size: file.size, received: 0, state: "waiting", why: "", id: null });
  }

  get isOver() {
    return this.state === "arrived" || this.state === "refused" || this.state === "removed";
  }
}

/**
 * Sends entries through `transport` ({announce(entry, edges), piece(id, offset, blob)}, answering {status, data} and
 * rejecting without a connection). Tells each change by the event "change"; `halt` says why nothing is sent.
 */
export class Uploading extends EventTarget {
  constructor(transport, { edgesOf, chunk, wait = (ms) => new Promise((go) => setTimeout(go, ms)) }) {
    super();
    Object.assign(this, { transport, edgesOf, chunk, wait, entries: [], halt: "", offline: false, sent: 0 });
    this.working = this.tries = 0;
    this.wake = () => {};
  }

  /** Add files; one of the same path takes the place of the other, unless that is on its way. */
  add(files) {
    for (const { path, file } of files) {
      const known = this.entries.find((each) => each.path === path && each.state !== "removed");
      if (known && !known.isOver) continue;
      this.entries = this.entries.filter((each) => each !== known);
      this.entries.push(new Entry(path, file));
    }
    this.#go();
  }

  pause(why = "paused") {
    this.halt = why;
    this.#tell();
  }

  resume() {
    this.halt = "";
    this.wake();
    this.#go();
  }

  /** Take an entry out; what is on its way for it comes to nothing. */
  remove(entry) {
    entry.state = "removed";
    this.#tell(entry);
  }

  get open() {
    return this.entries.filter((each) => !each.isOver);
  }

  #go() {
    while (!this.halt && this.working < PARALLEL) {
      const next = this.entries.find((each) => each.state === "waiting");
      if (!next) break;
      this.working += 1;
      next.state = "reading";
      this.#work(next).finally(() => {
        this.working -= 1;
        this.#go();
      });
    }
    this.#tell();
  }

  async #work(entry) {
    let edges;
    try {
      edges = await this.edgesOf(entry.file);
    } catch {
      return this.#refuse(entry, "not_readable");
    }
    for (let stalls = 0; !entry.isOver; ) {
      if (this.halt) return this.#setBack(entry);
      const before = entry.received;
      const answer = await this.#asked(entry, edges);
      if (answer) this.#take(entry, answer);
      stalls = entry.received > before || !answer ? 0 : stalls + 1;
      if (stalls > MOST_STALLS) this.#refuse(entry, answer?.data?.message ?? "");
    }
  }

  /** The answer to the next thing to be asked; null where there was none, after a while. */
  async #asked(entry, edges) {
    try {
      const piece = () => entry.file.slice(entry.received, entry.received + this.chunk);
      const answer = entry.id
        ? await this.transport.piece(entry.id, entry.received, piece())
        : await this.transport.announce(entry, edges);
      if (answer.status >= 500) throw new Error(`the server answers ${answer.status}`);
      this.tries = 0;
      this.offline = false;
      return answer;
    } catch {
      this.offline = true;
      this.#tell(entry);
      const woken = new Promise((go) => (this.wake = go));
      await Promise.race([this.wait(RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]), woken]);
      return null;
    }
  }

  #take(entry, { status, data }) {
    if (entry.state === "removed") return;
    if (status === 200) this.#moved(entry, data);
    else if (status === 409 && data.current) entry.received = data.current.received;
    else if (status === 401) this.pause(data.other ? "other_person" : "signed_out");
    else if (status === 404 && entry.id) Object.assign(entry, { id: null, received: 0 });
    else this.#refuse(entry, data.message ?? "");
    this.#tell(entry);
  }

  #moved(entry, { id, received, complete }) {
    if (entry.id) this.sent += Math.max(0, received - entry.received);
    Object.assign(entry, { id: id ?? entry.id, received, state: complete ? "arrived" : "sending" });
  }

  #setBack(entry) {
    entry.state = "waiting";
    this.#tell(entry);
  }

  #refuse(entry, why) {
    Object.assign(entry, { state: "refused", why });
    this.#tell(entry);
  }

  #tell(entry = null) {
    this.dispatchEvent(new CustomEvent("change", { detail: entry }));
  }
}

/** Totals over entries: bytes here, bytes in all, files here, files refused. */
export function totals(entries) {
  const kept = entries.filter((each) => each.state !== "removed");
  const wanted = kept.filter((each) => each.state !== "refused");
  return {
    received: wanted.reduce((sum, each) => sum + each.received, 0),
    size: wanted.reduce((sum, each) => sum + each.size, 0),
    arrived: kept.filter((each) => each.state === "arrived").length,
    refused: kept.length - wanted.length,
    count: kept.length,
  };
}

/** A sentence's name and gaps for the time that is left, or null while it cannot be told. */
export function timeLeft(bytesLeft, bytesSent, seconds) {
  if (seconds < 3 || !bytesSent) return null;
  const left = (bytesLeft * seconds) / bytesSent;
  return left < 90 ? ["left_seconds", { n: Math.ceil(left / 5) * 5 }] : ["left_minutes", { n: Math.ceil(left / 60) }];
}
