// What waits for a person: a contact that may be several people, and deletions that are held. Decided on the screens, and
// both sides are as was decided. And one's own copy of an email, shown to fewer people.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { dumpLab } from '../compare/lab.mjs'
import { openWindow, signIn } from './browser.mjs'
import { look } from './looks.mjs'
import { marked, setOwnStage } from './own-stage.mjs'
import { results } from './stage.mjs'
import { until } from './wait.mjs'

const TASKS = 12
const ADDRESS = 'card@ruritania.example'

const tasksOf = async (stage) => (await dumpLab(stage.lab))[stage.users.anna.login].task

async function deleteTasks(stage, subjects) {
  for (const task of (await tasksOf(stage)).filter((each) => subjects.has(each.title)))
    await stage.lab.call('DELETE', `/items/${encodeURIComponent(task.id)}`)
}

// The held deletions on the mailbox's page, as a person comes to them from the list of issues.
async function openHeld(page, crm) {
  await until('the deletions are held', async () => (await crm.get('/api/v1/issues')).items.some((each) => each.code === 'held'), 40)
  await page.goto('/start/issues')
  const issue = page.locator('.issue', { hasText: 'disappeared from the mailbox at once' })
  await issue.waitFor({ timeout: 30_000 })
  await issue.getByRole('link', { name: 'Look at it and decide' }).click()
  await page.getByText('Waits for your decision:').waitFor()
  await page.getByRole('link', { name: 'Show', exact: true }).first().click()
  await page.locator('.record-head').getByRole('button', { name: 'Approve' }).waitFor()
}

async function decide(page, button, state) {
  await page.getByRole('button', { name: button, exact: true }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: button, exact: true }).click()
  await page.locator('.record-head').getByText(state, { exact: true }).waitFor({ timeout: 30_000 })
}

export function decisionTests(test) {
  test('a person says who a contact is, rejects and approves held deletions, and shows less of an email', async (_, { browser, contract }) => {
    const stage = await setOwnStage('decisions', {
      changed: () => ({ 'sync.poll_seconds': '5' }),
      size: { people: 0, tasks: 0, meetings: 0 },
      before: async (lab, { anna }) => { await marked(lab, anna.login, 'Offer for the crane') },
    })
    const window = await openWindow(browser, stage.url, contract)
    const { page } = window
    try {
      const ben = await stage.as(stage.users.ben), anna = await stage.as(stage.users.anna)
      for (const job of ['Treasurer', 'Surveyor'])
        await ben.create('contact', { given_name: 'Carl', family_name: 'Card', job_title: job, company: 'Card Trading', emails: [ADDRESS] })
      const { id } = await stage.lab.call('POST', `/items?kind=contact&mailbox=${stage.users.anna.login}`, {
        givenName: 'Carl', surname: 'Card', companyName: 'Card & Co', emailAddresses: [{ address: ADDRESS, name: 'Carl' }] })
      await stage.lab.setCategory(id, 'CRM')
      for (let i = 0; i < TASKS; ++i) await anna.create('task', { subject: `Errand ${i}`, status: 'not_started', importance: 'normal' })
      await until('the tasks are in the mailbox', async () => (await tasksOf(stage)).length >= TASKS, 40)

      // Who is it?
      await signIn(page, stage.users.anna, '/start/issues')
      await page.getByRole('button', { name: 'Say who it is' }).click({ timeout: 30_000 })
      const dialog = page.getByRole('dialog', { name: 'Who is this?' })
      await dialog.getByText('Card & Co').waitFor()
      assert.equal(await dialog.getByRole('radio').count(), 3)
      await look(page, 'decisions-review')
      await dialog.locator('.review-choice', { hasText: 'Surveyor' }).getByRole('radio').check()
      await dialog.getByRole('button', { name: 'Decide' }).click()
      await page.locator('.fui-ToastTitle', { hasText: 'The next pass takes it over' }).waitFor()
      const surveyor = (await ben.list('contact')).find((each) => each.job_title === 'Surveyor')
      await until('the contact is linked', async () => (await anna.get(`/api/v1/records/${surveyor.id}/links`)).items?.length > 0, 30)
      await until('the question is closed', async () => !(await anna.get('/api/v1/issues')).items.some((each) => each.code === 'review'), 30)
      assert.equal((await ben.list('contact')).filter((each) => each.emails.includes(ADDRESS)).length, 2)

      // Held: first it was a mistake, then it was meant.
      const half = new Set(Array.from({ length: TASKS / 2 }, (_each, i) => `Errand ${i}`))
      await deleteTasks(stage, half)
      await openHeld(page, anna)
      await page.getByText('Errand 0').first().waitFor()
      await look(page, 'decisions-held')
      await decide(page, 'Reject', 'Rejected')
      await look(page, 'decisions-rejected')
      assert.equal((await anna.list('task')).length, TASKS)
      const rest = new Set(Array.from({ length: TASKS / 2 }, (_each, i) => `Errand ${TASKS / 2 + i}`))
      await until('the issue of the rejected ones is closed', async () => !(await anna.get('/api/v1/issues')).items.some((each) => each.code === 'held'), 30)
      await deleteTasks(stage, rest)
      await openHeld(page, anna)
      await decide(page, 'Approve', 'Done')
      await until('the approved ones are gone', async () => (await anna.list('task')).length === TASKS / 2, 30)
      for (const task of await anna.list('task')) assert(half.has(task.subject), `${task.subject} was kept, and its deletion approved`)

      // Less of an email for the others.
      await page.goto('/emails')
      await page.locator('[data-index]', { hasText: 'Offer for the crane' }).first().locator('a.row-link').click()
      await page.getByText('Others who may see its records can read this email.').waitFor()
      await look(page, 'decisions-email')
      await page.getByRole('button', { name: 'Show less' }).click()
      await page.getByRole('menuitem', { name: 'Subject and people only' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Show less' }).click()
      await page.getByText('Others see the subject and the people of this email, not its text.').first().waitFor()
      const [email] = await ben.list('email')
      if (email) assert(!(await ben.get(`/api/v1/emails/${email.id}`)).body_text, 'a colleague reads what was narrowed')

      // What set the passes off, and what they cost.
      const runs = (await anna.get('/api/v1/runs')).items
      assert(runs.every((run) => run.state === 'running' || run.requests > 0), `a pass without requests: ${JSON.stringify(runs.map((run) => [run.trigger, run.requests]))}`)
      assert(runs.some((run) => run.trigger === 'crm_change'), `no pass was set off by the CRM: ${runs.map((run) => run.trigger)}`)
      if (window.errors.length) throw new Error(`the page met errors:\n${window.errors.join('\n')}`)
    } finally {
      await page.screenshot({ path: join(results, 'decisions-last.png') }).catch(() => {})
      await window.context.unrouteAll({ behavior: 'ignoreErrors' })
      await window.context.close()
      await stage.stop()
    }
  }, { signedIn: false, most: 240_000 })
}
