// A form with data-webauthn="create" or "get" asks a security key before it is done.
//
//   <form data-webauthn="get" data-begin="/signin/begin" action="/signin/finish">
//     <p data-webauthn-status role="alert" tabindex="-1"></p>   what went wrong, or what to do
//
// On submit: POST data-begin with the form's fields as JSON → {"state": …, "publicKey": {…}};
// the browser asks the key; POST action with the fields, "state" and "credential" → {"location": …}.
// Both carry the field "csrf" in the header X-CSRF-Token. With data-ticket="fragment", the address's
// fragment parameter "t" is sent as "ticket"; it never reaches the server in an address.
"use strict";

(() => {
  const decode = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  function options(json) {
    const publicKey = { ...json, challenge: decode(json.challenge) };
    if (json.user) publicKey.user = { ...json.user, id: decode(json.user.id) };
    for (const list of ["allowCredentials", "excludeCredentials"]) {
      if (json[list]) publicKey[list] = json[list].map((it) => ({ ...it, id: decode(it.id) }));
    }
    return publicKey;
  }

  function answer(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = encode(credential.response[name]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return {
      id: credential.id,
      rawId: encode(credential.rawId),
      type: credential.type,
      response,
      extensions: credential.getClientExtensionResults(),
    };
  }

  const reasons = {
    NotAllowedError: "The security key did not answer, or it was cancelled. Try again when it is at hand.",
    InvalidStateError: "This security key is registered already. Use another one.",
    SecurityError: "The browser refuses security keys on this address. Open the page by the workspace's own name.",
    NotSupportedError: "This browser and this security key do not go together. Use another one.",
  };

  async function post(address, csrf, body) {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf },
      credentials: "same-origin",
      body: JSON.stringify(body),
    });
    const json = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(json.detail || json.title || `The workspace answered ${response.status}.`);
    return json;
  }

  async function run(form) {
    const fields = Object.fromEntries(new FormData(form));
    const csrf = fields.csrf || "";
    delete fields.csrf;
    if (form.dataset.ticket === "fragment") {
      const ticket = new URLSearchParams(location.hash.slice(1)).get("t");
      if (!ticket) throw new Error("The link is incomplete. Open it as it stands in the message.");
      fields.ticket = ticket;
    }
    const create = form.dataset.webauthn === "create";
    const { state, publicKey } = await post(form.dataset.begin, csrf, fields);
    const request = { publicKey: options(publicKey) };
    const credential = await (create ? navigator.credentials.create(request) : navigator.credentials.get(request));
    const done = await post(form.action, csrf, { ...fields, state, credential: answer(credential) });
    location.assign(done.location);
  }

  function tell(form, text, failed) {
    const status = form.querySelector("[data-webauthn-status]");
    if (!status) return;
    status.hidden = false;
    status.classList.toggle("error", failed);
    status.textContent = text;
  }

  for (const form of document.querySelectorAll("form[data-webauthn]")) {
    const submit = form.querySelector("[type=submit]");
    if (!window.PublicKeyCredential) {
      submit.disabled = true;
      tell(form, "This browser cannot use security keys here: it needs a current browser and a secure address.", true);
      continue;
    }
    submit.disabled = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      tell(form, "Follow the browser: it asks for the security key.", false);
      try {
        await run(form);
      } catch (error) {
        tell(form, reasons[error.name] || error.message, true);
        submit.disabled = false;
        submit.focus();
      }
    });
  }
})();
