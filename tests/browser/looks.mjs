// Every main page in light and dark: axe finds nothing, and a picture is kept for eyes.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { results } from './stage.mjs'

const axe = createRequire(import.meta.url)('axe-core')

export async function look(page, name) {
  const found = []
  // A dialog that has just closed gives the page back a moment later.
  await page.waitForFunction(() => document.querySelector('[role=dialog], [role=alertdialog]') || !document.querySelector('#root[aria-hidden=true]'))
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: join(results, `${name}-${colorScheme}.png`) })
    await page.evaluate(axe.source)
    // Left out: the guards that Fluent's focus keeper sets (they pass the focus on), notices, which come and go outside
    // of landmarks, and the mail's own frame, which is the sender's and has no scripts, so that axe could not enter it.
    const { violations } = await page.evaluate(() => window.axe.run(
      { include: [['html']], exclude: [['[data-tabster-dummy]'], ['.fui-Toaster']] }, { iframes: false, resultTypes: ['violations'] }))
    for (const violation of violations)
      found.push(`${name}, ${colorScheme}: ${violation.id} (${violation.impact}) ${violation.nodes.slice(0, 3).map((node) => `${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map((check) => check.message)[0] ?? ''}`).join(' | ')}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  if (found.length) throw new Error(found.join('\n'))
}

export function lookTests(test) {
  const pages = (title, paths, before = async () => {}) => test(`axe, light and dark: ${title}`, async (page, world) => {
    const troubles = []
    for (const [name, go] of Object.entries(paths)) {
      await before(page, world)
      await go(page, world)
      await look(page, name).catch((error) => troubles.push(error.message))
    }
    if (troubles.length) throw new Error(troubles.join('\n'))
  })
  const list = (path, name) => async (page) => {
    await page.goto(path)
    await page.getByRole('table', { name }).waitFor()
  }
  const first = (path, name) => async (page) => {
    await list(path, name)(page)
    await page.locator('[data-index="0"] a.row-link').click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => {})
  }

  test('axe, light and dark: sign-in', async (page) => {
    await page.goto('/')
    await page.getByLabel('Login').waitFor()
    await look(page, 'sign-in')
  }, { signedIn: false })
  pages('lists', { people: list('/people', 'People'), tasks: list('/tasks', 'Tasks'), meetings: list('/meetings', 'Meetings'), emails: list('/emails', 'Emails') })
  pages('records', { person: first('/people', 'People'), meeting: first('/meetings', 'Meetings'), email: first('/emails', 'Emails') })
  pages('forms', {
    'edit-person': async (page) => {
      await first('/people', 'People')(page)
      await page.getByRole('button', { name: 'Edit', exact: true }).click()
      await page.locator('.record-form').waitFor()
    },
    'new-meeting': async (page) => {
      await page.goto('/meetings/new')
      await page.getByLabel('Subject').waitFor()
    },
    compose: async (page) => {
      await list('/emails', 'Emails')(page)
      await page.getByRole('button', { name: 'New email' }).click()
      await page.getByRole('dialog', { name: 'New email' }).waitFor()
    },
  })
  pages('Mail Sync', {
    'mail-sync': async (page) => {
      await page.goto('/start/mail-sync')
      await page.getByRole('article').first().waitFor()
    },
    mailbox: async (page, { users }) => {
      await page.goto('/start/mail-sync')
      await page.getByRole('article', { name: users.anna.login }).getByRole('link').first().click()
      await page.getByRole('heading', { name: 'Passes' }).waitFor()
    },
    issues: async (page) => {
      await page.goto('/start/issues')
      await page.getByRole('heading', { level: 1 }).waitFor()
    },
    'empty-list': async (page) => {
      await page.goto('/leads')
      await page.getByText('No leads yet').waitFor()
    },
  })
}
