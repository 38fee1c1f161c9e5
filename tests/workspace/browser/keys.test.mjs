// Keys that exist already, registered and used through the browser's own WebAuthn: Chromium's virtual
// security key answers in place of a card or a USB key.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { launch, WIDE } from "./support/chromium.mjs";
import { fillUser, setUp, signIn as panelSignIn, workspace } from "./support/workspace.mjs";

/** A page with a security key plugged in, which is touched and verifies its holder by itself. */
const withKey = async (browser, t) => {
  const context = await browser.newContext({ viewport: WIDE });
  t.after(() => context.close());
  const page = await context.newPage();
  const debug = await context.newCDPSession(page);
  await debug.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "usb",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  await debug.send("WebAuthn.addVirtualAuthenticator", { options });
  return page;
};

/** The link of the only message: its file is decoded as far as a link needs it. */
const link = async (outbox) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const [file] = (await readdir(outbox).catch(() => [])).filter((name) => name.endsWith(".eml"));
    if (file) {
      const text = await readFile(join(outbox, file), "utf8");
      const decoded = text.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
      return decoded.match(/https?:\/\/\S+\/register#t=[\w-]+/)[0];
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no message in ${outbox}`);
};

test("cards and USB keys, and administrators' passkeys", { timeout: 180_000 }, async (t) => {
  const place = await workspace(t);
  const browser = await launch();
  t.after(() => browser.close());
  const page = await withKey(browser, t);
  const at = (path) => `${place.origin}${path}`;
  await setUp(page, place);
  await page.goto(at("/admin/users/new"));
  await fillUser(page, { id: "S-1", name: "First User", email: "first.user@example.org", userName: "first" });
  await page.getByRole("button", { name: "Done and assign a key" }).click();
  const assign = page.url();
  let key;

  /** What `/signin` says to whoever holds the key of this page. */
  const signIn = async (page, name = "") => {
    await page.goto(at("/signin"));
    await page.getByLabel(/^User name/).fill(name);
    await page.getByRole("button", { name: "Sign in with a security key" }).click();
    await page.locator("#me, [data-webauthn-status].error").waitFor();
    return page.locator("main").innerText();
  };

  await t.test("a USB key is registered in the panel, and the page changes by itself", async () => {
    await page.getByRole("radio", { name: /^USB key/ }).check();
    await page.getByRole("button", { name: "Next" }).click();
    await page.locator("#register-now").click();
    await page.waitForURL(/\/admin\/keys\/[^/]+$/);
    key = page.url();
    assert.match(await page.locator("#key-state").innerText(), /Active/);
  });

  await t.test("its user signs in with and without typing a name, and sees who they are", async () => {
    for (const name of ["", "first", "FIRST"]) {
      const said = await signIn(page, name);
      assert.match(said, /You are signed in[\s\S]*First User[\s\S]*USB key/, said);
    }
    // A name that is nobody's asks for a key that nobody has.
    assert.match(await signIn(page, "somebody"), /did not answer/);
  });

  await t.test("suspending, blocking and revoking take effect there at once, each by its name", async () => {
    const press = async (url, button) => {
      await page.goto(url);
      await page.locator(button).click();
    };
    const user = assign.replace("/keys/new", "");
    const visitor = await page.context().newPage();
    assert.match(await signIn(page), /You are signed in/);
    await press(key, "#suspend");
    await visitor.goto(at("/me"));
    assert.match(visitor.url(), /\/signin/, "the session has ended");
    assert.match(await signIn(page), /suspended/);
    await press(key, "#resume");
    assert.match(await signIn(page), /You are signed in/);
    await press(user, "#block");
    assert.match(await signIn(page), /blocked/);
    await press(user, "#unblock");
    assert.match(await signIn(page), /You are signed in/);
    await press(key, "#revoke");
    await page.locator("#confirm button").click();
    assert.match(await signIn(page), /revoked/);
    await page.goto(at("/admin/events?search=somebody"));
    assert.match(await page.locator("#events").innerText(), /refused/i);
  });

  await t.test("a card is registered by an e-mailed link, once", async (t) => {
    await page.goto(assign);
    await page.getByRole("radio", { name: /^Card/ }).check();
    await page.getByRole("button", { name: "Next" }).click();
    await page.locator("#activate-by-email").click();
    await page.waitForURL("**/activate");
    const address = await link(join(place.data, "outbox"));
    const holder = await withKey(browser, t);
    await holder.goto(address);
    await holder.getByRole("button", { name: "Register the security key" }).click();
    await holder.waitForURL(at("/signin"));
    assert.match(await signIn(holder), /First User[\s\S]*Card/i);
    await page.locator("#key-state", { hasText: "Active" }).waitFor({ timeout: 10_000 });
    const second = await withKey(browser, t);
    await second.goto(address);
    await second.getByRole("button", { name: "Register the security key" }).click();
    await second.locator("[data-webauthn-status].error").waitFor();
    assert.match(await second.locator("main").innerText(), /used already/);
  });

  await t.test("an administrator adds a passkey and signs in with it", async (t) => {
    // A key of their own: a browser without a window offers no choice between several accounts.
    const owner = await withKey(browser, t);
    await panelSignIn(owner, place.origin);
    await owner.goto(at("/admin/account"));
    await owner.getByLabel("Name of the new passkey").fill("blue key");
    await owner.getByRole("button", { name: "Add a passkey" }).click();
    await owner.locator("#notice", { hasText: "blue key" }).waitFor();
    await owner.getByRole("button", { name: "Sign out", exact: true }).first().click();
    await owner.waitForURL("**/admin/sign-in");
    await owner.getByRole("button", { name: "Sign in with a passkey" }).click();
    await owner.waitForURL(at("/admin/users"));
  });
});
