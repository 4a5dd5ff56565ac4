// From an empty installation to invited users, organizations and a second factor: a server of its own.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { notice, openWindow, signIn } from './browser.mjs'
import { look } from './looks.mjs'
import { folderOfBinaries, Product, results, top, writeSettings } from './stage.mjs'
import { marked, setOwnStage } from './own-stage.mjs'
import { tabTo } from './session.mjs'
import { until } from './wait.mjs'

const GRAPH = ['tenant', 'client_id', 'sign_in', 'certificate', 'key', 'authority', 'url']
const PASSWORD = 'four plain words here'

// A server that nobody has ever signed in to. → { url, told, stop }
async function startEmpty() {
  const folder = join(results, 'accounts')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'data'), { recursive: true })
  const changed = { ...Object.fromEntries(GRAPH.map((key) => [`graph.${key}`, null])), 'network.ca_file': null }
  const settings = writeSettings(folder, {}, { listen: '127.0.0.1:0', webDir: join(top, 'web/dist'), changed })
  const product = new Product(join(folderOfBinaries(), 'mailsync'), settings)
  await product.must(['master-key', join(folder, 'master.key')])
  return product.serve(join(folder, 'server.log'))
}

// What an authenticator app does (RFC 6238).
function totp(key, at = Date.now()) {
  const bits = [...key.replace(/ /g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const digest = createHmac('sha1', secret).update(counter).digest()
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

async function narrow(page, name) {
  await page.setViewportSize({ width: 390, height: 844 })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  await look(page, `${name}-narrow`)
  await page.setViewportSize({ width: 1280, height: 860 })
  assert(wide <= 390, `${name} is ${wide} pixels wide on a screen of 390`)
}

async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value)
}

async function becomeFirst(page, link) {
  await page.goto('/')
  await page.getByText('Nobody can sign in yet.').waitFor()
  await look(page, 'accounts-nobody-yet')
  await page.goto(new URL(link).pathname + new URL(link).hash)
  await page.getByRole('heading', { name: 'Become the first administrator' }).waitFor()
  assert.equal(new URL(page.url()).hash, '', 'the token stays in the address')
  await look(page, 'accounts-first')
  await narrow(page, 'accounts-first')
  await fill(page, { 'What is your organization called?': 'Contoso', 'Your name': 'Rita Root', 'Your email address': 'rita@contoso.example', Password: PASSWORD, 'Password again': 'something else' })
  await page.getByRole('button', { name: 'Create the account' }).click()
  await page.getByText('The two passwords differ.').waitFor()
  await fill(page, { Password: 'short', 'Password again': 'short' })
  await page.getByRole('button', { name: 'Create the account' }).click()
  await page.getByText('the password is too short').waitFor()
  await fill(page, { Password: PASSWORD, 'Password again': PASSWORD })
  await page.getByRole('button', { name: 'Create the account' }).click()
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
}

async function invite(page, { login, name, role }) {
  await page.getByRole('button', { name: 'Invite user' }).click()
  const dialog = page.getByRole('dialog', { name: 'Invite a user' })
  await dialog.getByLabel('Email address').fill(login)
  await dialog.getByLabel('Name').fill(name)
  if (role) await dialog.getByLabel('Role').selectOption(role)
  return dialog
}

// As the published page says it: Licenses & Modules > Modules > Mail Sync > Save & Close.
async function licencesAndModules(page) {
  await page.getByRole('link', { name: 'Licenses & Modules' }).click()
  await page.getByText('The Mail Sync module is switched off').waitFor()
  await look(page, 'accounts-licences')
  await narrow(page, 'accounts-licences')
  await page.getByRole('tab', { name: 'Modules' }).click()
  await page.getByRole('checkbox', { name: 'Mail Sync' }).check()
  await look(page, 'accounts-modules')
  await narrow(page, 'accounts-modules')
  await page.getByRole('button', { name: 'Save & Close' }).click()
  await notice(page, 'Mail Sync is switched on')
  await page.getByRole('link', { name: 'Licenses & Modules' }).click()
  await page.getByLabel('Licences bought').fill('1')
  await page.getByRole('button', { name: 'Save' }).click()
  await notice(page, 'The number of licences is saved')
  await page.getByRole('checkbox', { name: 'Choose Rita Root' }).check()
  await page.getByRole('checkbox', { name: 'Choose Lea Lead' }).check()
  await page.getByText('2 licences are needed, and 1 left.').waitFor()
  await page.getByRole('button', { name: 'Give licences' }).click()
  await notice(page, 'Not saved')
  await page.getByRole('checkbox', { name: 'Choose Lea Lead' }).uncheck()
  await page.getByRole('button', { name: 'Give licences' }).click()
  await notice(page, '1 user got a licence')
  await look(page, 'accounts-licences-given')
  await page.getByRole('checkbox', { name: 'Choose Rita Root' }).check()
  await page.getByRole('button', { name: 'Take licences back' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take licences back' }).click()
  await notice(page, '1 licence taken back')
}

async function auditLog(page) {
  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('row', { name: /Took a licence back.*rita@contoso.example/ }).waitFor()
  await page.getByRole('row', { name: /Switched the module on.*module: off → on/ }).waitFor()
  await page.getByRole('button', { name: 'Check the log' }).click()
  await page.getByText('The log is intact').waitFor()
  await look(page, 'accounts-audit')
  await narrow(page, 'accounts-audit')
  await page.getByLabel('Kind of change').selectOption('Organizations')
  await page.getByRole('row', { name: /Removed an organization/ }).waitFor()
  await page.getByRole('row', { name: /Took a licence back/ }).waitFor({ state: 'detached' })
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()])
  assert.equal(file.suggestedFilename(), 'mailsync-audit-log.csv')
}

export function accountTests(test) {
  test('an empty installation gets its first administrator, who invites, organizes, resets and disables', async (_, { browser, contract }) => {
    const server = await startEmpty()
    const window = await openWindow(browser, server.url, contract)
    await window.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const { page } = window
    const guest = await openWindow(browser, server.url, contract)
    try {
      await page.setViewportSize({ width: 1280, height: 860 })
      assert(server.told.first_administrator, 'the server printed no link')
      await becomeFirst(page, server.told.first_administrator)

      // With the keyboard to the users, and one is invited.
      await tabTo(page, 'Configuration')
      await page.keyboard.press('Enter')
      await page.getByRole('region', { name: 'Account Settings' }).getByRole('link', { name: 'Users' }).click()
      await page.getByRole('heading', { level: 1, name: 'Account Settings' }).waitFor()
      await page.getByRole('rowheader', { name: /Rita Root/ }).waitFor()
      let dialog = await invite(page, { login: 'no address', name: 'Lea Lead' })
      await dialog.getByRole('button', { name: 'Invite user' }).click()
      await dialog.getByText('Enter an email address').waitFor()
      await look(page, 'accounts-invite')
      await dialog.getByLabel('Email address').fill('lea@contoso.example')
      await dialog.getByLabel('Role').selectOption('Organization administrator')
      await dialog.getByLabel('Contoso').check()
      await dialog.getByRole('button', { name: 'Invite user' }).click()
      const made = page.getByRole('alertdialog', { name: 'The link for Lea Lead' })
      await made.waitFor()
      await look(page, 'accounts-link')
      await made.getByRole('button', { name: 'Copy link' }).click()
      await made.getByText('Copied').waitFor()
      const link = await page.evaluate(() => navigator.clipboard.readText())
      await made.getByRole('button', { name: 'Done' }).click()
      await page.getByRole('row', { name: /Lea Lead.*Invited/ }).waitFor()

      // She comes in, and sees the users of her organization.
      await guest.page.goto(link)
      await guest.page.getByRole('heading', { name: 'Welcome, Lea Lead' }).waitFor()
      await look(guest.page, 'accounts-welcome')
      await fill(guest.page, { Password: PASSWORD, 'Password again': PASSWORD })
      await guest.page.getByRole('button', { name: 'Set the password' }).click()
      await guest.page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
      await guest.page.goto('/start/configuration/account-settings/users')
      await guest.page.getByRole('rowheader', { name: /Rita Root/ }).waitFor()
      assert.equal(await guest.page.getByRole('button', { name: /^Actions for/ }).count(), 0, 'she may change administrators')
      await guest.page.goto(link)
      await guest.page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
      await look(guest.page, 'accounts-link-ended')

      // Organizations.
      await page.getByRole('link', { name: 'Organizations' }).click()
      await page.getByRole('button', { name: 'Add organization' }).click()
      await page.getByRole('dialog').getByLabel('Name').fill('Contoso')
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
      await page.getByText('There is an organization of this name already').waitFor()
      await page.getByRole('dialog').getByLabel('Name').fill('Service')
      await page.keyboard.press('Enter')
      await notice(page, 'Service was added')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await look(page, 'accounts-organizations')
      await narrow(page, 'accounts-organizations')
      await page.getByRole('button', { name: 'Remove: Service' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
      await notice(page, 'Service was removed')

      // A password is reset, a user disabled: she is out at once.
      await page.getByRole('link', { name: 'Users', exact: true }).click()
      await page.getByRole('button', { name: 'Actions for Lea Lead' }).click()
      await page.getByRole('menuitem', { name: 'Reset password' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Reset password' }).click()
      await page.getByRole('alertdialog', { name: 'The link for Lea Lead' }).getByRole('button', { name: 'Done' }).click()
      await guest.page.goto('/')
      await guest.page.getByLabel('Login').waitFor()
      await page.getByRole('button', { name: 'Actions for Lea Lead' }).click()
      await page.getByRole('menuitem', { name: 'Disable' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Disable' }).click()
      await notice(page, 'Lea Lead is disabled')
      await page.getByRole('row', { name: /Lea Lead.*Disabled/ }).waitFor()
      await look(page, 'accounts-users')
      await narrow(page, 'accounts-users')
      await licencesAndModules(page)
      await auditLog(page)
      for (const { errors } of [window, guest]) assert.deepEqual(errors, [])
    } finally {
      await page.screenshot({ path: join(results, 'accounts-last.png') }).catch(() => {})
      for (const { context } of [window, guest]) {
        await context.unrouteAll({ behavior: 'ignoreErrors' })
        await context.close()
      }
      await server.stop()
    }
  }, { signedIn: false, most: 180_000 })

  test('a licence that is taken parks the mailbox at once; what came meanwhile comes when it is back, once', async (_, { browser, contract }) => {
    const stage = await setOwnStage('licence')
    const { lab, users: { anna }, product } = stage
    const window = await openWindow(browser, stage.url, contract)
    const { page } = window
    try {
      await product.addUser('root@contoso.example', 'Rita Root', PASSWORD, true)
      const [crm, root] = [await stage.as(anna), await stage.as({ login: 'root@contoso.example', password: PASSWORD })]
      const box = async () => (await crm.get('/api/v1/mailboxes')).items[0]
      const count = async (words) => (await crm.list('email')).filter(({ subject }) => subject === words).length
      await until('the first sync is done', async () => (await box()).state === 'idle', 30)
      await root.call('PATCH', '/api/v1/account/licences', { bought: 1 })
      await signIn(page, { login: 'root@contoso.example', password: PASSWORD }, '/start/configuration/account-settings/licenses-and-modules')
      await page.getByRole('checkbox', { name: 'Choose Anna Berg' }).check()
      await page.getByRole('button', { name: 'Take licences back' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Take licences back' }).click()
      await notice(page, '1 licence taken back')
      const parked = await box()
      assert.equal(parked.state, 'disabled')
      assert.match(parked.state_detail, /no Mail Sync licence/)
      await marked(lab, anna.login, 'While it was parked')
      const { out, err } = await product.run(['sync', '--once'])
      assert.match(out + err, /no Mail Sync licence/)
      assert.equal(await count('While it was parked'), 0, 'it was synced without a licence')
      await page.getByRole('checkbox', { name: 'Choose Anna Berg' }).check()
      await page.getByRole('button', { name: 'Give licences' }).click()
      await until('what came meanwhile is in the CRM', async () => (await count('While it was parked')) === 1, 30)
      await until('the mailbox is in step', async () => (await box()).state === 'idle', 30)
      assert.equal(await count('While it was parked'), 1)
      assert.deepEqual(window.errors, [])
    } finally {
      await page.screenshot({ path: join(results, 'licence-last.png') }).catch(() => {})
      await window.context.unrouteAll({ behavior: 'ignoreErrors' })
      await window.context.close()
      await stage.stop()
    }
  }, { signedIn: false, most: 120_000 })

  test('a second factor is set up, asked for at sign-in, and removed', async (_, { browser, contract }) => {
    const server = await startEmpty()
    const window = await openWindow(browser, server.url, contract)
    const { page } = window
    try {
      await becomeFirst(page, server.told.first_administrator)
      await page.getByRole('button', { name: 'Account of Rita Root' }).click()
      await page.getByRole('menuitem', { name: 'Sign-in and password' }).click()
      await page.getByRole('button', { name: 'Set up a second factor' }).click()
      const key = await page.getByLabel('Setup key').inputValue()
      await look(page, 'accounts-second-factor')
      await page.getByLabel('The six digits that the app shows now').fill('000000')
      await page.getByRole('button', { name: 'Confirm' }).click()
      await page.getByText('This is not the code of now').waitFor()
      await page.getByLabel('The six digits that the app shows now').fill(totp(key))
      await page.getByRole('button', { name: 'Confirm' }).click()
      await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor()
      await look(page, 'accounts-recovery-codes')
      await narrow(page, 'accounts-recovery-codes')
      const [recovery, another] = await page.locator('.settings-codes code').allInnerTexts()
      await page.getByRole('button', { name: 'I have kept them' }).click()

      await page.getByRole('button', { name: 'Account of Rita Root' }).click()
      await page.getByRole('menuitem', { name: 'Sign out' }).click()
      await fill(page, { Login: 'rita@contoso.example', Password: PASSWORD })
      await page.getByRole('button', { name: 'Sign in' }).click()
      const code = page.getByLabel('Code of your authenticator app')
      await code.waitFor()
      await look(page, 'accounts-code')
      await code.fill('000000')
      await page.keyboard.press('Enter')
      await page.getByText('The code is wrong or was used already').waitFor()
      await code.fill(recovery)
      await page.keyboard.press('Enter')
      await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()

      await page.goto('/preferences/sign-in')
      await page.getByRole('button', { name: 'Remove the second factor' }).click()
      await code.fill(another)
      await page.getByRole('button', { name: 'Remove the second factor' }).click()
      await notice(page, 'The second factor is removed')
      await fill(page, { 'Your password of now': PASSWORD, 'New password': 'four other words here' })
      await page.getByRole('button', { name: 'Change password' }).click()
      await notice(page, 'Your password is changed')
      assert.deepEqual(window.errors, [])
    } finally {
      await page.screenshot({ path: join(results, 'accounts-factor-last.png') }).catch(() => {})
      await window.context.unrouteAll({ behavior: 'ignoreErrors' })
      await window.context.close()
      await server.stop()
    }
  }, { signedIn: false, most: 120_000 })
}
