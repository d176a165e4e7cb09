// Tell the server the reader's time zone once, by a cookie, unless one was chosen already.
// The next page shows its times in that zone. Nothing to bind.

import { cookie } from "./kit.js";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
if (!cookie("zone") && /^[A-Za-z0-9_+\-/]{1,64}$/.test(zone)) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
