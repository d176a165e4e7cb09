// What this browser has typed and the server has not acknowledged, kept across a crash of the browser.
// Entries of other tabs are read too: a tab that was killed is made good by the next one.

const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-");
const LINGER = 60_000; // ms: what others typed is kept a little, since ours may build on it

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Memory {
  /** Open the memory of one document and one account; null where the browser keeps nothing (private windows). */
  static async open(name) {
    try {
      const opening = indexedDB.open(`concord-room-${name}`, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("changes", { autoIncrement: true });
      return new Memory(await asked(opening));
    } catch {
      return null;
    }
  }

  constructor(database) {
    this.database = database;
    this.found = [];
  }

  store(mode) {
    return this.database.transaction("changes", mode).objectStore("changes");
  }

  /** Every change left here, oldest first. */
  async read() {
    const store = this.store("readonly");
    const [keys, values] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())]);
    this.found = keys;
    return values.map((each) => each.data);
  }

  add(data, own) {
    try {
      this.store("readwrite").add({ data, own, tab: TAB, at: Date.now() });
    } catch { /* a full disk must not stop the writing */ }
  }

  /** All that was sent is stored on the server: forget what was found at the start, and our own. */
  forget() {
    try {
      const store = this.store("readwrite");
      for (const key of this.found) store.delete(key);
      this.found = [];
      const before = Date.now() - LINGER;
      store.openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) return;
        const { tab, own, at } = cursor.value;
        if (tab === TAB && (own || at < before)) cursor.delete();
        cursor.continue();
      };
    } catch { /* it will be forgotten the next time */ }
  }

  clear() {
    try { this.store("readwrite").clear(); } catch { /* nothing was kept */ }
  }
}
