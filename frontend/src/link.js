// The connection of an editor to its room: y-protocols in binary frames, our own words as JSON in text frames
// (assessments/drafting/rooms/consumer.py). It counts what it sent; the server says how much of that is stored.
import * as Y from "yjs";
import { createDecoder, readVarUint, readVarUint8Array } from "lib0/decoding";
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from "lib0/encoding";

const SYNC = 0;
const [STEP1, STEP2, UPDATE] = [0, 1, 2];
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5000;
const BEAT = 8000;
const SILENCE = 20_000;
const CHECK = 30_000;
const AGAIN = 4409;
const SLOW = 4408;

function message(step, data) {
  const encoder = createEncoder();
  writeVarUint(encoder, SYNC);
  writeVarUint(encoder, step);
  writeVarUint8Array(encoder, data);
  return toUint8Array(encoder);
}

export class Link extends EventTarget {
  constructor(url, doc) {
    super();
    this.url = url;
    this.doc = doc;
    this.unsent = false; // something was typed that no acknowledged message holds
    this.synced = false;
    this.everSynced = false;
    this.ended = false;
    this.mayWrite = false;
    this.memory = null;
    this.pause = FIRST_PAUSE;
    this.refusals = 0;
    doc.on("update", (update, origin) => this.changed(update, origin));
    window.addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
    setInterval(() => this.beat(), BEAT);
    setInterval(() => this.check(), CHECK);
  }

  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  /** "connecting", "kept", "sending", "offline" or "ended". */
  get state() {
    if (this.ended) return "ended";
    if (!this.synced) return this.everSynced || this.failed ? "offline" : "connecting";
    return this.kept < this.sent ? "sending" : "kept";
  }

  connect() {
    if (this.ended || this.socket) return;
    const socket = (this.socket = new WebSocket(this.url));
    socket.binaryType = "arraybuffer";
    this.sent = this.kept = 0;
    this.heardAt = Date.now();
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.heardAt = Date.now();
      if (typeof event.data === "string") this.hear(JSON.parse(event.data));
      else this.take(new Uint8Array(event.data));
    };
    socket.onclose = (event) => { if (socket === this.socket) this.lost(event.code); };
  }

  now() {
    if (this.socket || this.ended) return this.beat();
    clearTimeout(this.timer);
    this.pause = FIRST_PAUSE;
    return this.connect();
  }

  lost(code) {
    this.socket?.close();
    this.socket = null;
    this.synced = false;
    this.failed = true;
    if (code === AGAIN) this.refusals += 1;
    if ((code >= 4400 && code < 4500 && code !== AGAIN && code !== SLOW) || this.refusals > 5) this.ended = true;
    this.tell("state");
    if (this.ended) return this.tell("ended", { code });
    clearTimeout(this.timer);
    // Spread, so that all editors do not come back in the same moment after a restart.
    this.timer = setTimeout(() => this.connect(), this.pause * (0.5 + Math.random() / 2));
    this.pause = Math.min(this.pause * 1.6, LONGEST_PAUSE);
    return undefined;
  }

  beat() {
    if (!this.socket) return;
    // A laptop that slept does not hear that its connection has gone.
    if (Date.now() - this.heardAt > SILENCE) this.lost(0);
    else if (this.socket.readyState === WebSocket.OPEN) this.socket.send('{"kind":"ping"}');
  }

  async hear(said) {
    if (said.kind === "hello") {
      this.mayWrite = said.may;
      const socket = this.socket;
      this.tell("hello", said);
      await this.prepare?.(said);
      if (socket !== this.socket) return;
      socket.send(message(STEP1, Y.encodeStateVector(this.doc)));
    } else if (said.kind === "kept") {
      this.kept = said.n;
      if (this.kept >= this.sent) {
        this.unsent = false;
        this.refusals = 0;
        this.memory?.forget();
      }
      this.tell("state");
    } else if (said.kind !== "pong") {
      if (said.kind === "rights") this.mayWrite = said.may;
      this.tell(said.kind, said);
    }
  }

  take(frame) {
    const decoder = createDecoder(frame);
    if (readVarUint(decoder) !== SYNC) return;
    const step = readVarUint(decoder);
    const data = readVarUint8Array(decoder);
    if (step === STEP1) {
      const lacking = Y.encodeStateAsUpdate(this.doc, data);
      if (this.mayWrite) this.send(STEP2, lacking);
      this.synced = this.everSynced = true;
      this.pause = FIRST_PAUSE;
      this.tell("synced");
      this.tell("state");
    } else {
      Y.applyUpdate(this.doc, data, this);
    }
  }

  changed(update, origin) {
    const own = origin !== this && origin !== this.memory;
    if (origin !== this.memory) this.memory?.add(update, own);
    if (!own) return;
    this.unsent = true;
    if (this.synced && this.mayWrite) this.send(UPDATE, update);
    this.tell("state");
  }

  send(step, update) {
    this.sent += 1;
    this.socket.send(message(step, update));
  }

  say(what) {
    if (this.synced && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(what));
  }

  /** Now and then, say which text is read here; where it differs from the server's, something is badly wrong. */
  async check() {
    if (!this.synced || this.unsent || !crypto.subtle) return;
    const vector = btoa(String.fromCharCode(...Y.encodeStateVector(this.doc)));
    const text = new TextEncoder().encode(this.doc.getText("t").toString());
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
    this.say({ kind: "check", vector, hash: [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") });
  }
}
