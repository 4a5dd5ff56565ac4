// Mail of strangers, and mail of one's own.
import assert from 'node:assert/strict'
import { notice } from './browser.mjs'
import { openRecord } from './people.mjs'
import { TRACKER } from './stage.mjs'
import { until } from './wait.mjs'

export function emailTests(test) {
  test('hostile mail: no script runs, nothing is asked of the sender until one says so', async (page, { window, asked }) => {
    const trackers = () => [...new Set(asked.filter((host) => host.endsWith(TRACKER)))].map((host) => host.split('.')[0]).sort()
    await openRecord(page, '/emails', 'New terms', /New terms|Mallory/)
    const frame = page.frameLocator('iframe.mail-frame')
    await frame.getByText('Dear Anna, the new terms are below.').waitFor()
    assert.equal(await page.locator('iframe.mail-frame').getAttribute('sandbox'), 'allow-popups allow-popups-to-escape-sandbox')
    assert.equal(await frame.locator('script, iframe, object, embed, form, input, video, link, base, meta[http-equiv=refresh]').count(), 0)
    assert.equal(await frame.locator('a[href^="javascript"]').count(), 0)
    await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {})
    assert.deepEqual(trackers(), [])
    await page.getByRole('button', { name: 'Load pictures' }).click()
    await until('the picture is loaded', () => trackers().includes('pixel'))
    await frame.getByText('Dear Anna, the new terms are below.').waitFor()
    assert.deepEqual(trackers().filter((trick) => !['pixel', 'style', 'inline', 'background'].includes(trick)), [])
    await page.getByRole('button', { name: 'Show as plain text' }).click()
    await page.locator('.mail-text', { hasText: 'Dear Anna, the new terms are below.' }).waitFor()
    assert.deepEqual(window.said.filter((text) => text.includes('SCRIPT-RAN')), [])
    // Chromium reports what the frame's policy refused; that is what it is for.
    window.errors = window.errors.filter((text) => !/Content Security Policy|Blocked script execution|ERR_TUNNEL_CONNECTION_FAILED/.test(text))
  })

  test('an email is written to a person, arrives once, and lies in Sent Items', async (page, { lab, users }) => {
    await openRecord(page, '/people', 'Frida', 'Frida Achterberg')
    await page.getByRole('button', { name: 'Email', exact: true }).click()
    const compose = page.getByRole('dialog', { name: 'New email' })
    await compose.getByLabel('Subject').fill('The harbour tour')
    await compose.getByRole('textbox', { name: 'Text' }).click()
    await page.keyboard.type('Shall we meet on Friday?')
    await page.keyboard.press('Control+a')
    await compose.getByRole('button', { name: 'Bold' }).click()
    await compose.getByRole('button', { name: 'Send', exact: true }).dblclick()
    await compose.waitFor({ state: 'detached' })
    const left = async () => (await lab.get('/outbox')).mails.filter((mail) => mail.subject === 'The harbour tour')
    await until('the email leaves', async () => (await left()).length > 0)
    await notice(page, 'Email sent')
    const [mail, ...more] = await left()
    assert.equal(more.length, 0)
    assert.equal(mail.to, 'frida.achterberg@achterberg.example')
    const sent = (await lab.dump(users.anna.login, 'email')).filter((item) => item.subject === 'The harbour tour')
    assert.equal(sent.length, 1)
    assert.equal(sent[0].container.well_known, 'sentitems')
    assert.match(sent[0].body.content, /<(b|strong)>Shall we meet on Friday\?/)
  })

  test('an answer quotes the text and goes to the sender; without a recipient nothing is sent', async (page, { lab }) => {
    await openRecord(page, '/emails', 'invoice 4711', /invoice 4711|Sender 2/)
    await page.getByRole('button', { name: 'Reply', exact: true }).click()
    const compose = page.getByRole('dialog', { name: 'Reply' })
    assert.equal(await compose.getByLabel('Subject').inputValue(), 'Re: Question about invoice 4711')
    await compose.getByText('About Question about invoice 4711.').waitFor()
    await compose.getByRole('button', { name: 'Remove Sender 2' }).click()
    await compose.getByRole('button', { name: 'Send', exact: true }).click()
    await compose.getByRole('alert').getByText('Add at least one recipient.').waitFor()
    await compose.getByRole('combobox', { name: 'To' }).fill('sender2@ruritania.example')
    await compose.getByRole('combobox', { name: 'To' }).press('Enter')
    await compose.getByRole('button', { name: 'Send', exact: true }).click()
    await compose.waitFor({ state: 'detached' })
    await until('the answer leaves', async () =>
      (await lab.get('/outbox')).mails.some((mail) => mail.subject === 'Re: Question about invoice 4711' && mail.to === 'sender2@ruritania.example'))
  })
}
