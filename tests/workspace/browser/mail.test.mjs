// Activation by e-mail: through a real SMTP server, read as a mail program reads it.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { findings, launch, pictures, WIDE } from "./support/chromium.mjs";
import { Running } from "./support/process.mjs";
import { fillUser, folder, Phone, setUp, workspace } from "./support/workspace.mjs";

const server = async (t, ...options) => {
  const program = fileURLToPath(new URL("support/mail.py", import.meta.url));
  const running = new Running(process.env.PYTHON ?? "python3", [program, ...options]);
  t.after(() => running.stop());
  const { port } = await running.event(({ event }) => event === "ready", "the mail server");
  return { running, url: `smtp://127.0.0.1:${port}` };
};

const invite = async (page, origin, user) => {
  await page.goto(`${origin}/admin/users/new`);
  await fillUser(page, user);
  await page.getByRole("button", { name: "Done and assign a key" }).click();
  await page.getByRole("radio", { name: /^Smartphone/ }).check();
  await page.getByRole("button", { name: "Next" }).click();
  await page.locator("#activate-by-email").click();
};

test("activation by e-mail", { timeout: 180_000 }, async (t) => {
  const mail = await server(t);
  const place = await workspace(t, ["--smtp", mail.url, "--mail-from", "Keys <keys@example.org>"]);
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: WIDE });
  await setUp(page, place);
  const user = { id: "S-1", name: "First User", email: "first.user@example.org", userName: "first" };
  await invite(page, place.origin, user);
  const message = await mail.running.event(({ event }) => event === "mail", "the message");
  const part = (type) => message.parts.find((part) => part.type === type);

  await t.test("the message has text, HTML and the QR code inline", () => {
    assert.deepEqual(message.to, ["first.user@example.org"]);
    assert.match(part("text/plain").text, /\/activate#t=/);
    const picture = part("image/png");
    assert.equal(picture.disposition, "inline");
    const id = picture.id.replace(/[<>]/g, "");
    assert.ok(part("text/html").text.includes(`cid:${id}`), "the HTML shows the picture");
  });

  const link = part("text/plain").text.match(/https?:\/\/\S+\/activate#\S+/)[0];

  await t.test("the link's page says what to do, and sends its secret nowhere", async () => {
    const asked = [];
    const visitor = await browser.newPage({ viewport: WIDE });
    visitor.on("request", (request) => asked.push(`${request.url()} ${request.postData() ?? ""}`));
    await visitor.goto(link);
    assert.deepEqual(await findings(visitor), []);
    await visitor.screenshot({ path: join(pictures, "activate.png"), fullPage: true });
    const secret = new URL(link).hash.match(/t=([^&]+)/)[1];
    // The debugger shows a page's whole address; only what follows `#` may contain it.
    assert.ok(asked.every((it) => !it.split("#")[0].includes(secret) && !it.endsWith(secret)));
    await visitor.close();
  });

  await t.test("the picture in the message activates a phone, and the page hears of it", async () => {
    const picture = join(await folder(t, "picture"), "qr.png");
    await writeFile(picture, Buffer.from(part("image/png").bytes, "hex"));
    const phone = await Phone.with(t);
    const activated = await phone.run("activate", "--image", picture);
    assert.equal(activated.code, 0, activated.errors);
    await page.locator("#key-state", { hasText: "Active" }).waitFor({ timeout: 10_000 });
  });

  await t.test("another phone cannot use the link again", async () => {
    const other = await Phone.with(t);
    const refused = await other.run("activate", link);
    assert.notEqual(refused.code, 0);
    assert.match(refused.errors + refused.output, /used already/);
  });

  await t.test("the link in the message activates a second phone of the same user", async () => {
    await invite(page, place.origin, { ...user, id: "S-2", userName: "second", email: "second@example.org" });
    const next = await mail.running.event(({ to }) => to?.[0] === "second@example.org", "the second message");
    const text = next.parts.find(({ type }) => type === "text/plain").text;
    const phone = await Phone.with(t);
    const activated = await phone.run("activate", text.match(/https?:\/\/\S+\/activate#\S+/)[0]);
    assert.equal(activated.code, 0, activated.errors);
  });

  await t.test("the outbox shows what was sent", async () => {
    await page.goto(`${place.origin}/admin/mail`);
    assert.match(await page.locator("main").innerText(), /first\.user@example\.org[\s\S]*Sent/i);
    assert.deepEqual(await findings(page), []);
    await page.screenshot({ path: join(pictures, "mail.png"), fullPage: true });
  });
});
