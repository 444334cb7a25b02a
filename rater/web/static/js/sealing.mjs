/** Values sealed for one person: AES-GCM, bound to the person and to the name they are kept under. */

const bytesOf = (text) => new TextEncoder().encode(text);

/** Base64url text as bytes. */
export function fromBase64Url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

export class Seal {
  /** `keyText`: 32 bytes in base64url, the person's own. */
  constructor(person, keyText, subtle = crypto.subtle) {
    Object.assign(this, { person, subtle });
    this.key = subtle.importKey("raw", fromBase64Url(keyText), "AES-GCM", false, ["encrypt", "decrypt"]);
    this.key.catch(() => {});
  }

  /** {iv, sealed} of any plain value, which opens under the same person and name alone. */
  async close(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await this.subtle.encrypt(this.#how(iv, name), await this.key, bytesOf(JSON.stringify(value)));
    return { iv, sealed };
  }

  /** The value again; rejects where key, person, name or bytes differ. */
  async open(name, { iv, sealed }) {
    const bytes = await this.subtle.decrypt(this.#how(iv, name), await this.key, sealed);
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  #how(iv, name) {
    return { name: "AES-GCM", iv, additionalData: bytesOf(JSON.stringify([this.person, name])) };
  }
}
