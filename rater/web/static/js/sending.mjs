/** Changes on their way over HTTP, under the name of the person this page was made for. */

const meta = (root, name) => root.querySelector(`meta[name="${name}"]`)?.content ?? "";

/** Seconds without an answer after which a request counts as lost. */
const PATIENCE_MS = 15_000;

/** Longest body that may outlive the page: browsers let 64 KiB of them be on their way at once. */
const OUTLIVES = 8_000;

/** Whose page this is: the public id of the person, or the address where the page tells no id. */
export function personOf(root) {
  return meta(root, "person-id") || meta(root, "person");
}

export class Sender {
  constructor(document) {
    this.document = document;
    this.person = personOf(document);
    this.token = meta(document, "csrf-token");
  }

  /** Send one change. A stale token is renewed once; somebody else's sign-in counts as signed out. */
  async send(change) {
    const answer = await this.#request(change);
    if (answer.status !== 400) return answer;
    if (!(await this.renew())) return { status: 401, data: {} };
    const second = await this.#request(change);
    return second.status === 400 ? { ...second, status: 422 } : second;
  }

  /** Take a new token from the start page; false when nobody or somebody else is signed in; rejects while the server has trouble. */
  async renew() {
    const answer = await fetch("/", { headers: { Accept: "text/html" } });
    if (answer.status >= 500) throw new Error(`the start page answers ${answer.status}`);
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const present = personOf(page);
    this.someoneElse = present !== "" && present !== this.person;
    if (present !== this.person) return false;
    this.token = meta(page, "csrf-token");
    return true;
  }

  async #request({ method, url, body }) {
    const text = JSON.stringify(body);
    const answer = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      body: text,
      keepalive: text.length < OUTLIVES,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
    return { status: answer.status, data: isJson ? await answer.json() : {} };
  }
}
