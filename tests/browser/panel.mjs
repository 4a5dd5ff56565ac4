// The Mail Sync panel, as the published page walks through it: a server and a lab of its own.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { notice, openWindow, signIn } from './browser.mjs'
import { look } from './looks.mjs'
import { setOwnStage } from './own-stage.mjs'
import { tabTo } from './session.mjs'
import { results } from './stage.mjs'
import { until } from './wait.mjs'

const ROOT = { login: 'root@contoso.example', name: 'Rita Root', password: 'a password for tests only' }

// Two pictures, wide and narrow; nothing makes the page itself wider than the screen.
async function see(page, name) {
  await page.setViewportSize({ width: 1280, height: 860 })
  await look(page, name)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.waitForTimeout(150) // charts are drawn for the new width
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  await look(page, `${name}-narrow`)
  await page.setViewportSize({ width: 1280, height: 860 })
  assert(wide <= 390, `${name} is ${wide} pixels wide on a screen of 390`)
}

const row = (page, name) => page.getByRole('table', { name: 'Users of Mail Sync' }).getByRole('row').filter({ hasText: name })

async function act(page, name, action) {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action, exact: true }).click()
}

async function confirm(page, action) {
  await page.getByRole('alertdialog').getByRole('button', { name: action, exact: true }).click()
}

// First visit: connected with Yes, confirmed, continued. With the keyboard.
async function connect(page) {
  await tabTo(page, 'Configuration')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Configuration' }).waitFor()
  await see(page, 'panel-configuration-home')
  await page.getByRole('region', { name: 'Email Integrations' }).getByRole('link', { name: 'Mail Sync' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Do you want to connect your database to the Mail Sync service?').waitFor()
  await see(page, 'panel-connect')
  await tabTo(page, 'Yes')
  await page.keyboard.press('Enter')
  await page.getByText('Your database is connected to the Mail Sync service').waitFor()
  await see(page, 'panel-connected')
  await tabTo(page, 'Continue')
  await page.keyboard.press('Enter')
  for (const tab of ['Users', 'Configuration', 'Databases']) await page.getByRole('navigation', { name: 'Mail Sync' }).getByRole('link', { name: tab }).waitFor()
}

async function addUsers(page) {
  await row(page, 'Anna Berg').waitFor()
  await page.getByRole('button', { name: 'Add Users' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add Users' })
  await dialog.getByRole('listitem').filter({ hasText: 'Anna Berg' }).getByText('Added already').waitFor()
  await dialog.getByRole('checkbox', { name: 'Choose Ben Osei' }).check()
  await see(page, 'panel-add')
  await dialog.getByRole('button', { name: 'Add 1 user' }).click()
  await page.getByText('Add: done for 1 user').waitFor()
  await row(page, 'Ben Osei').getByText('In step').waitFor({ timeout: 40_000 })
  await row(page, 'Ben Osei').getByText('Initialized').waitFor()
}

async function switchOffAndOn(page) {
  await act(page, 'Ben Osei', 'Disable')
  await row(page, 'Ben Osei').getByText('Off', { exact: true }).waitFor()
  assert.match(await row(page, 'Ben Osei').getAttribute('class'), /panel-off/, 'a disabled row is not greyed')
  await row(page, 'Ben Osei').getByRole('button', { name: /^Off: more about/ }).click()
  await page.getByText('Switched off by Rita Root.').last().waitFor()
  await see(page, 'panel-users')
  await page.keyboard.press('Escape')
  await page.getByLabel('Enabled or disabled').selectOption('Disabled')
  await row(page, 'Anna Berg').waitFor({ state: 'detached' })
  await page.getByRole('checkbox', { name: 'Choose all that match' }).check()
  await page.getByText('All 1 that match are chosen').waitFor()
  await page.getByRole('button', { name: 'Enable', exact: true }).click()
  await confirm(page, 'Enable')
  await page.getByText('Enable: done for 1 user').waitFor()
  await page.getByText('Nobody matches').waitFor()
  await page.getByLabel('Enabled or disabled').selectOption('Enabled and disabled')
  await row(page, 'Ben Osei').getByText('In step').waitFor({ timeout: 40_000 })
}

async function findAndExport(page) {
  await page.getByRole('searchbox', { name: 'Search users' }).fill('ben')
  await row(page, 'Anna Berg').waitFor({ state: 'detached' })
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()])
  assert.equal(file.suggestedFilename(), 'mail-sync-users.csv')
  const csv = await readFile(await file.path(), 'utf8')
  assert.match(csv, /"Ben Osei"/)
  assert.doesNotMatch(csv, /Anna/)
  await page.getByRole('searchbox', { name: 'Search users' }).fill('')
  await row(page, 'Anna Berg').waitFor()
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Organization' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('columnheader', { name: 'Organization' }).waitFor()
  await page.getByRole('columnheader', { name: 'User' }).getByRole('button').click()
  await page.waitForFunction(() => document.querySelector('[data-index="0"]')?.textContent?.includes('Ben Osei'))
}

async function actOnOne(page) {
  await act(page, 'Ben Osei', 'Force sync')
  await page.getByText('Force sync: done for 1 user').waitFor()
  await act(page, 'Ben Osei', 'Re-initialize')
  await see(page, 'panel-reinitialize')
  await confirm(page, 'Re-initialize')
  await page.getByText('Re-initialize: done for 1 user').waitFor()
  await act(page, 'Ben Osei', 'Reset')
  await confirm(page, 'Reset')
  await page.getByText('Reset: done for 1 user').waitFor()
  await row(page, 'Ben Osei').getByText('Off', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove Ben Osei from Mail Sync' }).click()
  await confirm(page, 'Remove')
  await page.getByText('Remove: done for 1 user').waitFor()
  await row(page, 'Ben Osei').waitFor({ state: 'detached' })
}

async function configuration(page) {
  await page.getByRole('navigation', { name: 'Mail Sync' }).getByRole('link', { name: 'Configuration' }).click()
  await page.getByRole('heading', { name: 'Choose your default Organization' }).waitFor()
  await see(page, 'panel-default-organization')
  await page.getByRole('button', { name: 'Save' }).click()
  await notice(page, 'is the default organization')
  await page.getByText('For reference only').waitFor()
  await row(page, 'Anna Berg').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Remove/ }).count(), 0, 'reference only')
  await see(page, 'panel-reference')
}

async function customizations(page) {
  await page.getByRole('link', { name: 'Customizations' }).click()
  await page.getByRole('button', { name: 'Create profile' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create a profile' })
  await dialog.getByLabel('Name', { exact: true }).fill('Sales')
  await dialog.getByLabel('Category', { exact: true }).fill('')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText('Enter a name of 1 to 255 letters.').waitFor()
  await dialog.getByLabel('Category', { exact: true }).fill('CRM')
  await dialog.getByLabel('Category: may users change it?').selectOption('Force')
  await dialog.getByLabel('Completed tasks: days', { exact: true }).fill('7')
  await see(page, 'panel-profile')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await notice(page, 'The profile Sales is saved')
  await page.getByRole('button', { name: 'Apply Sales' }).click()
  await confirm(page, 'Apply')
  await page.getByText('Change profile: done for 1 user').waitFor()
  await page.getByText(/1 user has it · New users of .* get it/).waitFor()
  await see(page, 'panel-customizations')
}

async function otherSections(page) {
  await page.getByRole('link', { name: 'Statistics' }).click()
  await page.getByRole('heading', { name: 'Items synced' }).waitFor()
  await page.getByText('Items synced: the figures').click()
  await page.getByRole('table').filter({ hasText: 'Day' }).first().waitFor()
  await see(page, 'panel-statistics')
  await page.getByRole('link', { name: 'Activity' }).click()
  await page.getByRole('row', { name: /Changed a user's profile.*profile: Default → Sales/ }).waitFor()
  await see(page, 'panel-activity')
  await page.getByRole('link', { name: 'Details' }).click()
  await page.getByRole('heading', { name: 'Email Configuration' }).waitFor()
  assert.equal(await page.getByLabel('Profile of new users').locator('option:checked').innerText(), 'Sales')
  await see(page, 'panel-details')
  await page.getByRole('navigation', { name: 'Mail Sync' }).getByRole('link', { name: 'Databases' }).click()
  await page.getByRole('row', { name: /Mail Sync CRM.*Connected/ }).waitFor()
  await page.getByText("isn't recommended and isn't supported").waitFor()
  await see(page, 'panel-databases')
  await page.goto('/start/configuration/mail-sync/network')
  await page.getByRole('heading', { name: 'What Mail Sync calls' }).waitFor()
  await see(page, 'panel-network')
}

export function panelTests(test) {
  test('the panel: the database is connected; users are added, switched, searched, exported, reset and removed; an organization is configured', async (_, { browser, contract }) => {
    const stage = await setOwnStage('panel')
    const window = await openWindow(browser, stage.url, contract)
    const { page } = window
    try {
      await stage.product.addUser(ROOT.login, ROOT.name, ROOT.password, true)
      await page.setViewportSize({ width: 1280, height: 860 })
      await signIn(page, ROOT)
      await connect(page)
      await addUsers(page)
      await switchOffAndOn(page)
      await findAndExport(page)
      await actOnOne(page)
      await configuration(page)
      await customizations(page)
      await otherSections(page)
      const crm = await stage.as(ROOT)
      const box = async () => (await crm.get('/api/v1/mailboxes')).items.find(({ address }) => address === stage.users.anna.login)
      await until('the running sync has followed the profile', async () => (await box()).state === 'idle', 40)
      assert.deepEqual(window.errors, [])
    } finally {
      await page.screenshot({ path: join(results, 'panel-last.png') }).catch(() => {})
      await window.context.unrouteAll({ behavior: 'ignoreErrors' })
      await window.context.close()
      await stage.stop()
    }
  }, { signedIn: false, most: 300_000 })
}
