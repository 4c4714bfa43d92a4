// The pages of accounts: forms that call the API, and the page of one's own account.
"use strict";

const CSRF = "talentflux_csrf"; // kept for the tab's life; the session itself lies in a cookie that scripts cannot read

function show(element, text) {
  element.textContent = text;
  element.hidden = false;
}

async function ask(method, path, body) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const csrf = localStorage.getItem(CSRF);
  if (csrf && method !== "GET") headers["X-CSRF-Token"] = csrf;
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  if (answer.headers.get("X-CSRF-Token")) localStorage.setItem(CSRF, answer.headers.get("X-CSRF-Token"));
  return { ok: answer.ok, status: answer.status, data: text ? JSON.parse(text) : {} };
}

function secretOfLink() {
  return new URLSearchParams(location.hash.slice(1)).get("token") || "";
}

function nextPage(fallback) {
  const asked = new URLSearchParams(location.search).get("next") || "";
  return /^\/(?![/\\])/.test(asked) ? asked : fallback; // a path of this server and nothing else
}

async function send(form) {
  const body = {};
  for (const input of form.querySelectorAll("input[name]")) {
    if (input.value !== "" || (input.required && !input.closest("[hidden]"))) body[input.name] = input.value;
  }
  if (form.dataset.session) body.session = form.dataset.session;
  if ("secret" in form.dataset) body.token = secretOfLink();
  const answer = await ask("POST", form.dataset.endpoint, body);
  if (!answer.ok) return refuse(form, answer.data);
  if (answer.data.csrf_token) localStorage.setItem(CSRF, answer.data.csrf_token);
  const [kind, rest] = [form.dataset.done.slice(0, 2), form.dataset.done.slice(3)];
  if (kind === "to") return location.assign(answer.data.authorization_url);
  if (kind === "go") return location.assign(nextPage(rest));
  form.hidden = true;
  show(document.querySelector(".outcome"), form.dataset.done.slice(4));
}

function refuse(form, problem) {
  const factor = form.querySelector("[data-second-factor]");
  if (factor && problem.code === "second_factor_required") {
    factor.hidden = false;
    factor.querySelector("input").focus();
    return;
  }
  const named = (problem.errors || []).map((each) => each.message).join(" ");
  show(form.querySelector(".refusal"), [problem.detail || problem.title, named].filter(Boolean).join(" "));
}

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

async function showAccount(root) {
  const me = await ask("GET", "/api/v1/users/me");
  if (!me.ok) return location.assign("/login?next=/account");
  root.querySelector("[data-name]").textContent = me.data.name;
  root.querySelector("[data-email]").textContent = me.data.email;
  const memberships = await ask("GET", "/api/v1/users/me/memberships");
  for (const each of memberships.data.items) {
    const row = root.querySelector("[data-memberships]").insertRow();
    cell(row, each.name);
    cell(row, each.role.replace("_", " "));
  }
  const sessions = await ask("GET", "/api/v1/users/me/sessions");
  for (const each of sessions.data.items) {
    const row = root.querySelector("[data-sessions]").insertRow();
    cell(row, (deviceName(each.device) || each.kind) + (each.current ? " (this one)" : ""));
    cell(row, new Date(each.last_used_at).toLocaleString());
    const button = document.createElement("button");
    button.textContent = "End";
    button.className = "outline";
    button.addEventListener("click", () => leave(root, "DELETE", `/api/v1/users/me/sessions/${each.id}`, each.current));
    cell(row, each.current ? "" : button);
  }
  root.hidden = false;
}

async function leave(root, method, path, ends) {
  const answer = await ask(method, path);
  if (!answer.ok) return show(root.querySelector(".refusal"), answer.data.detail);
  if (ends) localStorage.removeItem(CSRF);
  location.assign(ends ? "/login" : "/account");
}

async function showInvitation(root) {
  const token = secretOfLink();
  const offered = await ask("POST", "/api/v1/invitations/preview", { token });
  if (!offered.ok) return show(document.querySelector(".outcome"), offered.data.detail);
  root.querySelector("[data-organization]").textContent = offered.data.organization_name;
  root.querySelector("[data-role]").textContent = offered.data.role.replace("_", " ");
  root.querySelector("[data-until]").textContent = new Date(offered.data.expires_at).toLocaleString();
  root.querySelector("[data-accept]").addEventListener("click", async () => {
    const me = await ask("GET", "/api/v1/users/me");
    if (!me.ok) return location.assign(`/login?next=${encodeURIComponent("/invitation" + location.hash)}`);
    const accepted = await ask("POST", "/api/v1/invitations/accept", { token });
    if (!accepted.ok) return show(root.querySelector(".refusal"), accepted.data.detail);
    location.assign("/account");
  });
  root.hidden = false;
}

for (const form of document.querySelectorAll("form[data-endpoint]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelector(".refusal").hidden = true;
    const button = form.querySelector("button");
    button.setAttribute("aria-busy", "true");
    send(form)
      .catch(() => show(form.querySelector(".refusal"), "The server does not answer. Try again in a moment."))
      .finally(() => button.removeAttribute("aria-busy"));
  });
}

const account = document.querySelector("[data-account]");
if (account) {
  account.querySelector("[data-log-out]").addEventListener("click", () => leave(account, "POST", "/api/v1/auth/logout", true));
  account
    .querySelector("[data-log-out-everywhere]")
    .addEventListener("click", () => leave(account, "POST", "/api/v1/auth/logout-everywhere", true));
  showAccount(account);
}

const invitation = document.querySelector("[data-invitation]");
if (invitation) showInvitation(invitation);
