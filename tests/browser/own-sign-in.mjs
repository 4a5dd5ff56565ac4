// A user signs in at the mail service for his own mailbox: a stage of its own, with a tenant that nobody consented for.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openWindow, signIn } from './browser.mjs'
import { look } from './looks.mjs'
import { marked, setOwnStage } from './own-stage.mjs'
import { results } from './stage.mjs'
import { until } from './wait.mjs'

const setSignInStage = () => setOwnStage('own-sign-in', {
  host: 'localhost', // what the registration of an application may name without TLS
  more: (url) => ['--redirect-uri', `web:${url}/api/v1/oauth/callback`],
  changed: (url) => ({ 'graph.sign_in': '"user"', 'server.public_url': JSON.stringify(url) }),
  // Microsoft shows its page, and gives to nobody what he did not agree to himself.
  before: (lab) => lab.call('PATCH', '/switches', { identity: { auto_sign_in: false } }),
})

export function ownSignInTests(test) {
  test('a user connects his own mailbox, and signs in again when the permission has ended', async (_, { browser, contract }) => {
    const stage = await setSignInStage()
    const { lab, users, url } = stage
    const window = await openWindow(browser, url, contract)
    const { page } = window
    try {
      await marked(lab, users.anna.login, 'Before the sign-in')
      await signIn(page, users.anna, '/preferences/mail-sync')
      const card = page.getByRole('article', { name: users.anna.login })
      await card.getByText('Sign-in needed', { exact: true }).waitFor()
      await look(page, 'own-mailbox-before')
      const connect = card.getByRole('link', { name: `Connect: ${users.anna.login}` })
      const microsoft = page.getByRole('heading', { name: 'Sign in to Contoso' })

      // He changes his mind.
      await connect.focus()
      await page.keyboard.press('Enter')
      await microsoft.waitFor()
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('heading', { name: 'You did not allow the access' }).waitFor()
      await page.getByText('AADSTS65004').waitFor()
      await look(page, 'signed-in-denied')

      // The account of somebody else.
      await page.getByRole('link', { name: 'Try again' }).click()
      await microsoft.waitFor()
      await page.getByRole('button', { name: users.ben.login }).click()
      await page.getByRole('heading', { name: 'That was another account' }).waitFor()
      await page.getByText(users.ben.login).waitFor()

      // What the organization forbids.
      await lab.call('PATCH', '/switches', { identity: { planned: [{ number: 53003, grant_type: 'authorization_code' }] } })
      await page.getByRole('link', { name: 'Try again' }).click()
      await page.getByRole('button', { name: users.anna.login }).click()
      await page.getByRole('heading', { name: 'Your organization does not allow this sign-in' }).waitFor()
      await page.getByText('AADSTS53003').waitFor()

      // An answer is good once, and only in the session that asked for it.
      let answered
      page.on('request', (request) => { if (request.url().includes('/oauth/callback?code=')) answered = request.url() })
      await page.getByRole('link', { name: 'Try again' }).click()
      await page.getByRole('button', { name: users.anna.login }).click()
      await page.getByRole('heading', { name: 'Your mailbox is connected' }).waitFor()
      await look(page, 'signed-in-connected')
      const outcome = new URL(page.url()).searchParams.get('outcome')
      await page.goto(answered)
      await page.getByRole('heading', { name: 'This sign-in is over' }).waitFor()
      const other = await openWindow(browser, url, contract)
      await signIn(other.page, users.ben, '/people')
      assert.equal((await other.context.request.get(`/api/v1/oauth/outcomes/${outcome}`)).status(), 404, 'told to somebody else')
      // His mailbox it is not: he is not even sent to Microsoft.
      await other.page.goto(`/api/v1/oauth/start?mailbox=1`)
      await other.page.getByRole('heading', { name: 'This mailbox cannot be connected like this' }).waitFor()
      await page.goto('/preferences/mail-sync')
      await other.page.goto(await stateOfAnotherSession(page))
      await other.page.getByRole('heading', { name: 'This sign-in is over' }).waitFor()
      await other.context.close()

      // It syncs.
      await page.goto('/emails')
      await page.getByText('Before the sign-in').waitFor()

      // Each start of the server needs a new token; each refresh replaces the stored permission, and an old one would
      // be noticed: it would revoke them all.
      const refreshed = async () => (await lab.counters()).identity.refresh_token ?? 0
      for (const subject of ['After the first refresh', 'After the second refresh']) {
        const before = await refreshed()
        await stage.server.stop()
        await stage.serve()
        await marked(lab, users.anna.login, subject)
        await page.goto('/emails')
        await page.getByText(subject).waitFor()
        assert(await refreshed() > before, 'no refresh')
      }

      // A new password at Microsoft ends it.
      await lab.call('PATCH', `/users/${users.anna.login}`, { change_password: true })
      await stage.server.stop()
      await stage.serve()
      await marked(lab, users.anna.login, 'While nobody was signed in')
      await page.goto('/start/mail-sync')
      const overview = page.getByRole('article', { name: users.anna.login })
      await overview.getByText('Sign-in needed', { exact: true }).waitFor()
      await overview.getByText(/revoked/i).waitFor()
      await look(page, 'own-mailbox-ended')
      await overview.getByRole('link', { name: `Sign in again: ${users.anna.login}` }).click()
      await page.getByRole('button', { name: users.anna.login }).click()
      await page.getByRole('heading', { name: 'Your mailbox is connected' }).waitFor()
      await page.getByRole('button', { name: 'Show the mailbox' }).click()
      await page.locator('.record-head').getByText(/^(In step|Syncing)$/).waitFor()
      await page.goto('/emails')
      await page.getByText('While nobody was signed in').waitFor()
      const issues = async () => (await (await window.context.request.get('/api/v1/issues')).json()).items.map((issue) => issue.code)
      await until('the issue about the sign-in is solved', async () => !(await issues()).some((code) => /login|sign/.test(code)))
      if (window.errors.length) throw new Error(`the page met errors:\n${window.errors.join('\n')}`)
    } finally {
      await page.screenshot({ path: join(results, 'own-sign-in-last.png') }).catch(() => {})
      await window.context.unrouteAll({ behavior: 'ignoreErrors' })
      await window.context.close()
      await stage.stop()
    }
  }, { signedIn: false, most: 120_000 })
}

// The address of a callback whose state another session began.
async function stateOfAnotherSession(page) {
  const answer = await page.context().request.get('/api/v1/oauth/start?mailbox=1', { maxRedirects: 0 })
  const state = new URL(answer.headers().location).searchParams.get('state')
  assert(state, 'no state')
  return `/api/v1/oauth/callback?code=stolen&state=${state}`
}
