// The page of one's own account: organizations, second factor, password, log-ins.
"use strict";

const FACTOR = "/api/v1/users/me/second-factor";
const account = document.querySelector("[data-account]");
const part = (name) => account.querySelector(`[data-${name}]`);

function cell(row, content) {
  const place = row.insertCell();
  if (content instanceof Node) place.append(content);
  else place.textContent = content;
}

function deviceName(text) {
  const browser = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]];
  const named = [browser, system].map((list) => (list.find(([mark]) => text.includes(mark)) || [])[1]);
  return text.startsWith("Mozilla/") && named[0] ? named.filter(Boolean).join(" on ") : text;
}

// Ask for a proof of identity; resolves to whether it was given.
function askProof() {
  const dialog = document.querySelector("[data-proof]");
  const form = dialog.querySelector("form");
  form.reset();
  form.querySelector(".refusal").hidden = true;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "proven"), { once: true });
  });
}

async function prove(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  const answer = await ask("POST", "/api/v1/auth/proof", Object.fromEntries(given));
  if (!answer.ok) return refuse(form, answer.data);
  form.closest("dialog").close("proven");
}

// Call the API; where it wants to know once more who asks, find out and call it again.
async function askProven(method, path) {
  const answer = await ask(method, path);
  if (answer.data.code !== "step_up_required") return answer;
  return (await askProof()) ? ask(method, path) : null;
}

// Do what a button says; `work` gets the answer where the API did it.
function onClick(name, method, path, work) {
  const button = part(name);
  button.addEventListener("click", async () => {
    const refusal = part("factor").querySelector(":scope > .refusal");
    refusal.hidden = true;
    button.setAttribute("aria-busy", "true");
    const answer = await askProven(method, path).catch(() => ({ data: { detail: "The server does not answer." } }));
    button.removeAttribute("aria-busy");
    if (answer && answer.ok) await work(answer.data);
    else if (answer) show(refusal, answer.data.detail);
  });
}

async function showFactor() {
  const { data } = await ask("GET", FACTOR);
  part("factor-off").hidden = data.enabled;
  part("factor-on").hidden = !data.enabled;
  part("factor-setup").hidden = true;
  document.querySelector("[data-proof] [data-code]").hidden = !data.enabled;
  if (!data.enabled) return;
  part("since").textContent = new Date(data.confirmed_at).toLocaleDateString();
  part("left").textContent = data.recovery_codes_left;
}

function showSetup(setup) {
  part("factor-off").hidden = true;
  part("factor-setup").hidden = false;
  part("qr").src = setup.qr_code;
  part("secret").textContent = setup.secret.match(/.{1,4}/g).join(" ");
  const input = part("factor-setup").querySelector("input");
  input.value = "";
  input.focus();
}

async function confirmFactor(form) {
  const answer = await ask("POST", `${FACTOR}/confirm`, { code: form.elements.code.value.trim() });
  if (!answer.ok) return refuse(form, answer.data);
  part("qr").removeAttribute("src");
  part("secret").textContent = "";
  await showCodes(answer.data);
}

async function showCodes({ codes }) {
  const items = codes.map((code) => {
    const item = document.createElement("code");
    item.textContent = code;
    return item;
  });
  part("codes").querySelector(".list").replaceChildren(...items);
  part("save-codes").href = `data:text/plain;charset=utf-8,${encodeURIComponent(codes.join("\n") + "\n")}`;
  part("codes").hidden = false;
  await showFactor();
}

async function changePassword(form) {
  const answer = await ask("POST", "/api/v1/auth/password-change", Object.fromEntries(new FormData(form)));
  if (!answer.ok) return refuse(form, answer.data);
  form.reset();
  show(part("password-changed"), "Your password is changed, and all your other log-ins have ended.");
  await showSessions();
}

async function showSessions() {
  const sessions = await ask("GET", "/api/v1/users/me/sessions");
  part("sessions").replaceChildren();
  for (const each of sessions.data.items) {
    const row = part("sessions").insertRow();
    cell(row, (deviceName(each.device) || each.kind) + (each.current ? " (this one)" : ""));
    cell(row, new Date(each.last_used_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }));
    const button = document.createElement("button");
    button.textContent = "End";
    button.className = "outline";
    button.addEventListener("click", () => leave("DELETE", `/api/v1/users/me/sessions/${each.id}`, false));
    cell(row, each.current ? "" : button);
  }
}

async function leave(method, path, ends) {
  const answer = await ask(method, path);
  if (!answer.ok) return show(part("leave-refusal"), answer.data.detail);
  if (!ends) return showSessions();
  localStorage.removeItem(CSRF);
  location.assign("/login");
}

async function showAccount() {
  const me = await ask("GET", "/api/v1/users/me");
  if (!me.ok) return location.assign("/login?next=/account");
  part("name").textContent = me.data.name;
  part("email").textContent = me.data.email;
  for (const each of document.querySelectorAll("[data-username]")) each.defaultValue = me.data.email; // for password managers
  const hasPassword = me.data.password_changed_at !== null;
  part("password").hidden = !hasPassword;
  part("no-password").hidden = hasPassword;
  document.querySelector("[data-proof] [data-password-field]").hidden = !hasPassword;
  const memberships = await ask("GET", "/api/v1/users/me/memberships");
  for (const each of memberships.data.items) {
    const row = part("memberships").insertRow();
    cell(row, each.name);
    cell(row, each.role.replace("_", " "));
  }
  await Promise.all([showFactor(), showSessions()]);
  account.hidden = false;
}

onClick("start-factor", "POST", FACTOR, showSetup);
onClick("renew-codes", "POST", `${FACTOR}/recovery-codes`, showCodes);
onClick("remove-factor", "DELETE", FACTOR, async () => {
  part("codes").hidden = true;
  await showFactor();
});
part("cancel-factor").addEventListener("click", showFactor);
part("hide-codes").addEventListener("click", () => {
  part("codes").hidden = true;
  part("codes").querySelector(".list").replaceChildren();
  part("save-codes").removeAttribute("href");
});
onSubmit(part("factor-setup").querySelector("form"), confirmFactor);
onSubmit(part("password"), changePassword);
onSubmit(document.querySelector("[data-proof] form"), prove);
document.querySelector("[data-cancel-proof]").addEventListener("click", (event) => event.target.closest("dialog").close());
part("log-out").addEventListener("click", () => leave("POST", "/api/v1/auth/logout", true));
part("log-out-everywhere").addEventListener("click", () => leave("POST", "/api/v1/auth/logout-everywhere", true));
showAccount();
