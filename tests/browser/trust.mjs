// A person tries a mailbox without changing anything, starts it, asks why, takes it back, and finds both sides as before.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { dumpCrm } from '../compare/crm.mjs'
import { dumpLab, KINDS } from '../compare/lab.mjs'
import { seedCrm } from '../demo/seed.mjs'
import { openWindow, signIn } from './browser.mjs'
import { look } from './looks.mjs'
import { marked, setOwnStage } from './own-stage.mjs'
import { tabTo } from './session.mjs'
import { results } from './stage.mjs'
import { until } from './wait.mjs'

// What is said about an item by those who keep it, not what it says.
const KEPT = /^(version|changed_at|changed_by|@odata\.etag|changeKey|lastModifiedDateTime|etag|version_tag|change)$/

function plain(value) {
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !KEPT.test(name)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, plain(each)]))
}

// Every item of both sides, as texts: kind and content.
async function bothSides(stage, crm) {
  const mailbox = (await dumpLab(stage.lab))[stage.users.anna.login]
  const records = await dumpCrm(crm)
  const out = { mailbox: [], crm: [] }
  for (const kind of KINDS) {
    out.mailbox.push(...mailbox[kind].map((item) => `${kind} ${JSON.stringify(plain(item))}`))
    out.crm.push(...records[kind].map((record) => `${kind} ${JSON.stringify(plain(record))}`))
  }
  out.mailbox.sort()
  out.crm.sort()
  return out
}

function assertSame(now, before, when) {
  for (const side of ['mailbox', 'crm']) {
    const more = now[side].filter((item) => !before[side].includes(item))
    const less = before[side].filter((item) => !now[side].includes(item))
    assert(more.length + less.length === 0,
      `${when}, the ${side === 'crm' ? 'CRM' : 'mailbox'} is not as before.\nOnly now: ${more.slice(0, 4).join('\n  ')}\nOnly before: ${less.slice(0, 4).join('\n  ')}`)
  }
}

const numbers = (plan) => Object.fromEntries(plan.kinds.map(({ kind, to_crm, to_mailbox }) => [kind, [to_crm.created, to_crm.changed + to_crm.merged, to_mailbox.created, to_mailbox.changed]]))

async function explainOn(page, path, title, name) {
  await page.goto(path)
  await page.locator('[data-index]', { hasText: title }).first().locator('a.row-link').click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  await page.getByRole('button', { name: 'Explain', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Explain' })
  const item = dialog.getByRole('article')
  await item.waitFor()
  await item.getByText('In step', { exact: true }).waitFor()
  await item.getByRole('heading', { name: 'What happened' }).waitFor()
  assert(await item.locator('.steps li').count() > 0, 'no step is told')
  await look(page, name)
  await item.getByRole('button', { name: 'Copy as text' }).click()
  await page.locator('.fui-ToastTitle', { hasText: 'Copied, without private content' }).waitFor()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  assert(copied.length > 40 && !copied.includes(title) && !copied.includes('carl@ruritania.example'), `what is copied for support says too much:\n${copied}`)
  await dialog.getByRole('button', { name: 'Close' }).click()
}

export function trustTests(test) {
  test('a person tries a mailbox, starts it, asks why, takes it back, and finds both sides as before', async (_, { browser, contract }) => {
    const stage = await setOwnStage('trust', {
      changed: () => ({ 'sync.wait_for_start': 'true' }),
      before: async (lab, { anna }) => {
        for (const subject of ['Offer for the crane', 'Minutes of Monday']) await marked(lab, anna.login, subject)
      },
    })
    const window = await openWindow(browser, stage.url, contract)
    await window.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const { page } = window
    try {
      const crm = await stage.as(stage.users.anna)
      await seedCrm([crm], Date.now(), { contact: 3, task: 2, meeting: 2 })
      const [meeting] = (await dumpLab(stage.lab))[stage.users.anna.login].meeting.filter((each) => each.categories?.includes('CRM'))
      const before = await bothSides(stage, crm)
      await stage.lab.call('DELETE', '/counters')

      // Without changing anything, and with the keyboard alone.
      await signIn(page, stage.users.anna, '/start/mail-sync')
      await page.getByRole('article', { name: stage.users.anna.login }).getByRole('link').first().click()
      await page.locator('.record-head').getByText('Waits for your start', { exact: true }).waitFor()
      await look(page, 'trust-waits-for-start')
      await tabTo(page, `Dry run: ${stage.users.anna.login}`)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Dry run' }).waitFor()
      await page.locator('.record-head').getByText('Ready', { exact: true }).waitFor()
      await page.getByText('Nobody outside is mailed: 0 mails to other people.').waitFor()
      await page.getByText('Offer for the crane').waitFor()
      await look(page, 'trust-dry-run')
      await page.locator('.plan-fields summary').first().click()
      await page.locator('.field-changes').first().waitFor()
      await look(page, 'trust-dry-run-fields')
      const foretold = await crm.get(`/api/v1/plans/${page.url().split('/').pop()}`)
      assert.equal((await stage.lab.counters()).writes, 0, 'the dry run wrote to the mailbox')
      assertSame(await bothSides(stage, crm), before, 'After the dry run')

      await page.getByRole('button', { name: `Start: ${stage.users.anna.login}` }).click()
      await page.locator('.record-head').getByText('In step', { exact: true }).waitFor()
      const [box] = (await crm.get('/api/v1/mailboxes')).items
      assert.deepEqual(Object.fromEntries(box.kinds.map(({ kind, to_crm, to_mailbox }) => [kind, [to_crm.created, to_crm.changed, to_mailbox.created, to_mailbox.changed]])),
        numbers(foretold), 'the run did something else than was foretold')

      await explainOn(page, '/emails', 'Offer for the crane', 'trust-explain-email')
      await explainOn(page, '/meetings', meeting.subject, 'trust-explain-meeting')

      // Back.
      await page.goto(`/start/mail-sync/${box.id}`)
      const row = page.getByRole('row', { name: /First sync/ })
      await row.getByRole('button', { name: /^Undo the pass of / }).click()
      await page.getByRole('heading', { level: 1, name: 'Undo' }).waitFor()
      await page.locator('.record-head').getByText('Waits for your confirmation').waitFor()
      await look(page, 'trust-undo')
      await page.getByRole('button', { name: 'Undo now' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Undo now' }).click()
      await page.locator('.record-head').getByText('Done', { exact: true }).waitFor({ timeout: 30_000 })
      await look(page, 'trust-undone')
      await until('the undo is on both sides', async () => (await crm.list('email')).length === 0)
      assertSame(await bothSides(stage, crm), before, 'After the undo')
      // Nor does the next pass bring it back.
      const passes = (await crm.get(`/api/v1/mailboxes/${box.id}`)).last_pass?.finished_at
      await until('another pass', async () => (await crm.get(`/api/v1/mailboxes/${box.id}`)).last_pass?.finished_at !== passes, 30)
      assertSame(await bothSides(stage, crm), before, 'After the pass that followed the undo')
      assert.equal((await stage.lab.counters()).outside_mails, 0)
      if (window.errors.length) throw new Error(`the page met errors:\n${window.errors.join('\n')}`)
    } finally {
      await page.screenshot({ path: join(results, 'trust-last.png') }).catch(() => {})
      await window.context.unrouteAll({ behavior: 'ignoreErrors' })
      await window.context.close()
      await stage.stop()
    }
  }, { signedIn: false, most: 180_000 })
}
