// Every page: what axe finds against it, and whether anything is wider than the window, at a phone's
// width and wide, in light and dark. The pictures are there to be looked at: LOOKS=all takes them all.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { findings, launch, pictures, PHONE_WIDTH, WIDE } from "./support/chromium.mjs";
import { fillUser, folder, PASSWORD, Phone, setUp, workspace } from "./support/workspace.mjs";

const LOOKS = [
  ["390-light", { viewport: PHONE_WIDTH, colorScheme: "light" }],
  ["390-dark", { viewport: PHONE_WIDTH, colorScheme: "dark" }],
  ["1280-light", { viewport: WIDE, colorScheme: "light" }],
  ["1280-dark", { viewport: WIDE, colorScheme: "dark" }],
];
// These two have both widths and both schemes.
const CHECKED = ["390-dark", "1280-light"];
const chosen = LOOKS.filter(([look]) => process.env.LOOKS === "all" || CHECKED.includes(look));

const FILE = `user_id,name,email,user_name,groups
S-1,First User,first.user@example.org,first,Finance
S-2,Second User,second.user@example.org,second,Finance;Travellers
S-3,Third User,third,third,
S-4,Fourth User,,fourth user,
`;

test("every page, at both widths, in light and dark", { timeout: 300_000 }, async (t) => {
  const place = await workspace(t, ["--mail-folder", "/proc/nowhere"]);
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: WIDE });
  await setUp(page, place);
  const at = (path) => `${place.origin}${path}`;

  // People, a file of them, keys in every state, and a message that cannot leave.
  await page.goto(at("/admin/users/new"));
  const user = { id: "S-1", name: "First User", email: "first.user@example.org", userName: "first", newGroups: "Finance" };
  await fillUser(page, user);
  await page.getByRole("button", { name: "Done and assign a key" }).click();
  const assign = page.url();
  await page.getByRole("radio", { name: /^Smartphone/ }).check();
  await page.getByRole("button", { name: "Next" }).click();
  const activation = page.url();
  const key = activation.replace("/activate", "");
  await page.getByRole("button", { name: "Activate now" }).click();
  await page.locator("#qr svg").waitFor();
  const screen = join(await folder(t, "screen"), "screen.png");
  await page.screenshot({ path: screen });
  const phone = await Phone.with(t);
  const activated = await phone.run("activate", "--image", screen);
  assert.equal(activated.code, 0, activated.errors);
  await page.locator("#key-state", { hasText: "Active" }).waitFor({ timeout: 10_000 });
  await page.goto(assign);
  await page.getByRole("radio", { name: /^Card/ }).check();
  await page.getByRole("button", { name: "Next" }).click();
  const card = page.url();
  await page.locator("#activate-by-email").click();
  await page.goto(at("/admin/users/import"));
  const file = join(await folder(t, "import"), "users.csv");
  await writeFile(file, FILE);
  await page.locator("input[type=file]").setInputFiles(file);

  const states = await page.context().storageState();
  const own = assign.replace("/keys/new", "");
  const pages = [
    ["all-users", "/admin/users"],
    ["none-found", "/admin/users?search=nobody"],
    ["new-user", "/admin/users/new"],
    ["user", own],
    ["user-edit", `${own}/edit`],
    ["user-remove", `${own}/remove`],
    ["assign", assign],
    ["key", key],
    ["key-settings", `${key}/settings`],
    ["key-revoke", `${key}/revoke`],
    ["card", card],
    ["import", "/admin/users/import"],
    ["groups", "/admin/groups"],
    ["events", "/admin/events"],
    ["outbox", "/admin/mail"],
    ["account", "/admin/account"],
    ["administrators", "/admin/administrators"],
    ["tokens", "/admin/tokens"],
    ["confirm", "/admin/confirm"],
    ["nothing-there", "/admin/users/018f0000-0000-7000-8000-000000000000"],
    ["no-page", "/nowhere"],
  ];
  const strangers = [
    ["panel-sign-in", "/admin/sign-in"],
    ["sign-in", "/signin"],
    ["register", "/register"],
    ["activate", "/activate"],
  ];

  for (const [look, options] of chosen) {
    await t.test(look, async () => {
      for (const [who, storageState, list] of [["admin", states, pages], ["visitor", undefined, strangers]]) {
        const context = await browser.newContext({ ...options, storageState });
        const page = await context.newPage();
        const failures = [];
        page.on("console", (message) => message.type() === "error" && failures.push(message.text()));
        for (const [name, path] of list) {
          await page.goto(path.startsWith("http") ? path : at(path));
          await page.screenshot({ path: join(pictures, `page-${name}-${look}.png`), fullPage: true });
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${name}, ${look}: ${wide} pixels wider than the window`);
          assert.deepEqual(await findings(page), [], `axe: ${name}, ${look}, ${who}`);
        }
        // What is not there is answered as such, which the console tells of.
        assert.deepEqual(failures.filter((text) => !/404/.test(text)), []);
        await context.close();
      }
    });
  }

  await t.test("the preview says what each line does before anything is done", async () => {
    await page.getByRole("button", { name: "Show what it does" }).click();
    const lines = await page.locator("#lines tbody tr").allInnerTexts();
    assert.equal(lines.length, 4);
    assert.match(lines[0], /Nothing|already/);
    assert.match(lines[1], /Add/);
    assert.match(lines[2], /Wrong[\s\S]*address/i);
    assert.match(lines[3], /Wrong[\s\S]*blank/i);
    for (const [look, { viewport, colorScheme }] of chosen) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(pictures, `page-import-preview-${look}.png`), fullPage: true });
    }
    assert.deepEqual(await findings(page), []);
    await page.locator("#confirm-import").click();
    await page.goto(at("/admin/users"));
    assert.match(await page.locator("main table").innerText(), /Second User/);
  });

  await t.test("the skip link and the menu come first for the keyboard", async () => {
    await page.setViewportSize(WIDE);
    await page.goto(at("/admin/users"));
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.closest("main") !== null), true);
  });

  await t.test("who signs out is asked for the password again", async () => {
    await page.getByRole("button", { name: "Sign out" }).first().click();
    await page.goto(own);
    assert.match(page.url(), /\/admin\/sign-in\?next=/);
    await page.getByLabel("User name").fill("owner");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(own);
  });
});
