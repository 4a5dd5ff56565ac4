// Email Configuration: an administrator sets up how his organization's mailboxes are reached, by the keyboard too, is told
// what is wrong, tests the connection, and consents. A stage of its own, with a tenant that nobody consented for.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { notice, openWindow, signIn } from './browser.mjs'
import { look } from './looks.mjs'
import { setOwnStage } from './own-stage.mjs'
import { results } from './stage.mjs'

const ADMIN = { login: 'root@contoso.example', name: 'Rita Root', password: 'a password for tests only' }
const METHOD = { graph: /Graph API\) – App-only logon/, ews: /EWS API\) – App-only logon/, exchange: /Exchange – Impersonation/ }

const setStage = () => setOwnStage('email-configuration', {
  host: 'localhost', // what the registration of an application may name without TLS
  more: (url) => ['--no-consent', '--redirect-uri', `web:${url}/api/v1/oauth/callback`],
  changed: (url) => ({ ...Object.fromEntries(['tenant', 'client_id', 'sign_in', 'certificate', 'key', 'authority', 'url'].map((key) => [`graph.${key}`, null])),
    'server.public_url': JSON.stringify(url) }),
  before: (lab) => lab.call('PATCH', '/switches', { identity: { auto_consent: false } }),
})

async function narrow(page, name) {
  await page.setViewportSize({ width: 390, height: 844 })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  await look(page, `${name}-narrow`)
  await page.screenshot({ path: join(results, `${name}-390.png`), fullPage: true })
  await page.setViewportSize({ width: 1280, height: 860 })
  assert(wide <= 390, `${name} is ${wide} pixels wide on a screen of 390`)
}

const step = (page, name) => page.getByRole('list', { name: 'Steps of the test' }).getByRole('listitem').filter({ hasText: name })
// What is needed has a star.
const field = (page, name) => page.getByLabel(new RegExp(`^${name.replace(/[()]/g, '\\$&')}\\*?$`))

async function wrongInputs(page) {
  await page.getByRole('radio', { name: METHOD.exchange }).check()
  await page.getByText('make sure you use a backslash').waitFor()
  await field(page, 'Impersonation user').fill('CONTOSO/sync')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Use a backslash: DOMAIN\\user.').waitFor()
  await page.getByText('Enter the impersonation user’s password').or(page.getByText("Enter the impersonation user's password")).first().waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid')), 'true', 'the first wrong input has no focus')
  await look(page, 'email-configuration-wrong')
  await page.getByRole('radio', { name: METHOD.ews }).check()
  await page.getByText('full_access_as_app').waitFor()
  await page.getByText('Exchange Online has blocked EWS since October 2026').waitFor()
}

async function setUp(page, lab) {
  await page.getByRole('radio', { name: METHOD.graph }).check()
  await field(page, 'Directory (tenant) ID').fill(lab.tenant_id)
  await field(page, 'Application (client) ID').fill(lab.client_id)
  await field(page, 'Certificate').fill(readFileSync(lab.certificate, 'utf8'))
  await field(page, 'Private key').fill(readFileSync(lab.private_key, 'utf8'))
  await page.getByText('Addresses of the services').click()
  await field(page, 'Sign-in service').fill(lab.url)
  await field(page, 'Microsoft Graph').fill(lab.url)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await notice(page, 'Email Configuration saved')
  await page.getByText(/Set on .* by root@contoso\.example/).waitFor()
  assert.equal(await field(page, 'Replace: Private key').inputValue(), '', 'the key came back')
}

export function emailConfigurationTests(test) {
  test('Email Configuration: set up, tested, consented, and the users sync', async (_, { browser, contract }) => {
    const stage = await setStage()
    const window = await openWindow(browser, stage.url, contract)
    const { page } = window
    try {
      await stage.product.addUser(ADMIN.login, ADMIN.name, ADMIN.password, true)
      await signIn(page, ADMIN, '/start/configuration/account-settings/organizations')
      const open = page.getByRole('link', { name: 'Email Configuration: Main organization' })
      await open.focus()
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Email Configuration', level: 1 }).waitFor()
      await look(page, 'email-configuration-empty')
      await wrongInputs(page)
      await setUp(page, stage.info)
      await look(page, 'email-configuration-saved')

      await page.getByRole('button', { name: 'Test connection' }).click()
      await page.getByText('Something is wrong: see the steps.').waitFor()
      await step(page, 'sign-in service').first().getByText('OK').waitFor()
      await step(page, 'consent').getByText('Failed').first().waitFor()
      await page.screenshot({ path: join(results, 'email-configuration-1280.png'), fullPage: true })
      await look(page, 'email-configuration-tested')
      await narrow(page, 'email-configuration-tested')

      await page.getByRole('link', { name: 'Grant admin consent' }).click()
      await page.getByRole('heading', { name: 'Permissions requested' }).waitFor()
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByText('The consent was declined at Microsoft.').waitFor()
      await page.getByRole('link', { name: 'Grant admin consent' }).click()
      await page.getByRole('button', { name: 'Accept' }).click()
      await page.getByText('The administrator’s consent was given.').waitFor()
      await page.getByRole('button', { name: 'Test connection' }).click()
      await page.getByText('The connection works.').waitFor()
      await step(page, `mailbox ${stage.users.anna.login}`).first().getByText('OK').waitFor()
      await page.getByRole('button', { name: 'Look now' }).click()
      await page.getByText('1 of 1 other mailbox').waitFor()
      await look(page, 'email-configuration-consented')
      await page.goto('/start/mail-sync')
      await page.getByRole('article', { name: stage.users.anna.login }).getByText('In step').first().waitFor()
      if (window.errors.length) throw new Error(`the page met errors:\n${window.errors.join('\n')}`)
    } finally {
      await page.screenshot({ path: join(results, 'email-configuration-last.png') }).catch(() => {})
      await window.context.unrouteAll({ behavior: 'ignoreErrors' })
      await window.context.close()
      await stage.stop()
    }
  }, { signedIn: false, most: 180_000 })
}
