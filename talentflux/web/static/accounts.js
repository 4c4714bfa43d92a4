// The pages of accounts: forms that call the API, and what an invitation offers.
"use strict";

const CSRF = "talentflux_csrf"; // kept for the tab's life; the session itself lies in a cookie that scripts cannot read

// Why a log-in by an identity provider failed, by the code that the way back ends with.
const REFUSED = {
  sign_on_over: "This log-in took too long, or began in another browser. Begin again.",
  sign_on_refused: "Your organization's identity provider did not let you in.",
  identity_token_invalid: "The answer of your organization's identity provider does not hold. Tell its administrator.",
  identity_provider_failed: "Your organization's identity provider does not work as it should. Tell its administrator.",
  no_answer: "Your organization's identity provider does not answer. Try again in a moment.",
  address_refused: "Your organization's identity provider cannot be reached from here. Tell its administrator.",
  identity_email_unverified: "Your identity provider has not verified your e-mail address.",
  domain_not_allowed: "Your e-mail address lies in no verified domain of this organization.",
  not_a_member: "You are no member of this organization. Ask there for an invitation.",
  email_unverified: "Confirm the e-mail address of your account first, or reset its password.",
  owner_not_linked: "Owners log in with their password until an owner has set up single sign-on.",
  sign_on_required: "Your organization asks for single sign-on. Log in with your organization.",
  too_many_requests: "There were too many tries. Wait a moment.",
};

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
  try {
    // As the browser reads it: it leaves out tabs and takes backslashes for slashes.
    return asked.startsWith("/") && new URL(asked, location.origin).origin === location.origin ? asked : fallback;
  } catch {
    return fallback;
  }
}

async function send(form) {
  const body = {};
  for (const input of form.querySelectorAll("input[name]")) {
    if (input.value !== "" || (input.required && !input.closest("[hidden]"))) body[input.name] = input.value;
  }
  if (form.dataset.session) body.session = form.dataset.session;
  if ("secret" in form.dataset) body.token = secretOfLink();
  if (form.dataset.done === "to:" && nextPage("")) body.next = nextPage("");
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
  if (problem.code === "sign_on_required") return show(form.querySelector(".refusal"), REFUSED.sign_on_required);
  const named = (problem.errors || []).map((each) => each.message).join(" ");
  show(form.querySelector(".refusal"), [problem.detail || problem.title, named].filter(Boolean).join(" "));
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

function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelector(".refusal").hidden = true;
    const button = form.querySelector("button[type=submit]");
    button.setAttribute("aria-busy", "true");
    work(form)
      .catch(() => show(form.querySelector(".refusal"), "The server does not answer. Try again in a moment."))
      .finally(() => button.removeAttribute("aria-busy"));
  });
}

function showRefused(place) {
  const code = new URLSearchParams(location.search).get("refused");
  if (code) show(place, Object.hasOwn(REFUSED, code) ? REFUSED[code] : "You were not logged in. Try again.");
}

for (const form of document.querySelectorAll("form[data-endpoint]")) onSubmit(form, send);

for (const link of document.querySelectorAll("a[data-keep-next]")) {
  const next = nextPage("");
  if (next) link.href += `?next=${encodeURIComponent(next)}`;
}

const refused = document.querySelector("[data-refused]");
if (refused) showRefused(refused);

const invitation = document.querySelector("[data-invitation]");
if (invitation) showInvitation(invitation);
