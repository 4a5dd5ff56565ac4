// Start > Mail Sync, live.
import assert from 'node:assert/strict'
import { until } from './wait.mjs'

const emailCount = (address) =>
  Number([...document.querySelectorAll(`article[aria-label="${address}"] .kind-cell`)].find((cell) => cell.textContent.startsWith('Emails'))?.querySelector('strong')?.textContent)

export function syncTests(test) {
  test('an email marked in the mailbox is counted and listed within seconds, without a reload', async (page, { lab, users, mails, window }) => {
    const list = await window.context.newPage()
    await list.goto('/emails')
    await list.getByRole('table', { name: 'Emails' }).waitFor()
    assert.equal(await list.getByText('Not yet for the CRM').count(), 0)
    await page.goto('/start/mail-sync')
    const card = page.getByRole('article', { name: users.anna.login })
    await card.waitFor()
    await page.getByRole('status').getByText('Live').waitFor()
    const before = await page.evaluate(emailCount, users.anna.login)
    assert(before >= 7, `the page counts ${before} emails`)
    await lab.setCategory(mails['Not yet for the CRM'], 'CRM')
    await until('one more email is counted', async () => (await page.evaluate(emailCount, users.anna.login)) > before)
    await list.getByText('Not yet for the CRM').waitFor()
    // Emails that were sent before this page was opened are no news to it.
    assert.deepEqual(window.heard.filter((name) => name === 'outbox'), [])
  })

  test('a mailbox is paused, says so, and goes on', async (page, { users }) => {
    await page.goto('/start/mail-sync')
    const card = page.getByRole('article', { name: users.anna.login })
    await card.getByRole('button', { name: `Pause: ${users.anna.login}` }).click()
    await card.getByText('Paused', { exact: true }).waitFor()
    await card.getByRole('button', { name: `Resume: ${users.anna.login}` }).click()
    await card.getByText(/^(In step|Syncing)$/).waitFor()
  })
}
