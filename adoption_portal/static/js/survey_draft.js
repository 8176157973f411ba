// What was chosen is kept until it is sent: a reload, the way back, a line that fails or a sign-in
// that has run out lose nothing, and no server holds half an answer. But browsers are shared, and
// where people leave or sign out none of this runs. So it lies in this tab alone, gone with it, and
// locked: the page brings a key that is its person's and its survey's, and whoever sits down next
// finds noise. Another page of the portal that runs this file throws it away. A browser without
// locks (not over https) keeps nothing.
(() => {
  "use strict";
  const BOX = "survey";
  let store = null, turn = 0;
  try { store = crypto.subtle ? sessionStorage : null; } catch { /* switched off: nothing is kept */ }

  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytes = (text) => Uint8Array.from(text.match(/../g), (two) => parseInt(two, 16));
  const lock = (key) => crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"]);

  globalThis.surveyDraft = {
    isKept: store !== null,
    clear() { turn += 1; store?.removeItem(BOX); },
    async keep(key, values) {
      const mine = ++turn;
      if (!store) return;
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const text = new TextEncoder().encode(JSON.stringify(values));
      const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await lock(key), text);
      if (mine === turn) store.setItem(BOX, `${hex(iv)} ${hex(box)}`);
    },
    async read(key) {
      try {
        const [iv, box] = store.getItem(BOX).split(" ").map(bytes);
        const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await lock(key), box);
        return JSON.parse(new TextDecoder().decode(text));
      } catch { return {}; /* nothing there, or another's */ }
    },
  };
})();
