// Signing in and out.
import assert from 'node:assert/strict'
import { notice, signIn } from './browser.mjs'

const focusedText = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') || document.activeElement?.textContent || '')

export async function tabTo(page, wanted, most = 40) {
  for (let i = 0; i < most; ++i) {
    if ((await focusedText(page)).trim().startsWith(wanted)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`"${wanted}" was not reached with ${most} presses of Tab; focus is on "${await focusedText(page)}"`)
}

export function sessionTests(test) {
  test('a wrong password is refused in words, and nothing is shown', async (page, { users }) => {
    await page.goto('/people')
    await page.getByLabel('Login').fill(users.anna.login)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    assert.match(await alert.innerText(), /\w+ \w+ \w+/)
    assert.equal(await page.getByLabel('Password').inputValue(), '')
    assert.equal(await page.getByRole('navigation').count(), 0)
  }, { signedIn: false })

  test('sign-in leads to the page that was asked for; signing out ends the session on the server', async (page, { users, window }) => {
    await signIn(page, users.anna, '/tasks')
    await page.getByRole('table', { name: 'Tasks' }).waitFor()
    const cookies = await window.context.cookies()
    assert(cookies.length >= 1 && cookies.every((cookie) => cookie.httpOnly && cookie.sameSite === 'Lax'), JSON.stringify(cookies.map(({ value, ...rest }) => rest)))
    await page.getByRole('button', { name: `Account of ${users.anna.name}` }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to Mail Sync' }).waitFor()
    await window.context.addCookies(cookies)
    assert.equal((await window.context.request.get('/api/v1/session')).status(), 401)
    await page.goto('/people')
    await page.getByRole('heading', { name: 'Sign in to Mail Sync' }).waitFor()
  }, { signedIn: false })

  test('with the keyboard alone: sign in, find a person, edit and save', async (page, { users, as }) => {
    await page.goto('/')
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'login')
    await page.keyboard.type(users.anna.login)
    await page.keyboard.press('Tab')
    await page.keyboard.type(users.anna.password)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
    await tabTo(page, 'People')
    await page.keyboard.press('Enter')
    await page.getByRole('table', { name: 'People' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('Bruno Achterberg')
    await page.waitForFunction(() => document.querySelectorAll('[role=table] [data-index]').length === 1)
    await tabTo(page, 'Bruno Achterberg')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Bruno Achterberg' }).waitFor()
    await page.keyboard.press('e')
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'given_name')
    for (let i = 0; i < 30 && (await page.evaluate(() => document.activeElement?.getAttribute('name'))) !== 'department'; ++i) await page.keyboard.press('Tab')
    await page.keyboard.type('Keyboards')
    await page.keyboard.press('Control+s')
    await notice(page, 'Bruno Achterberg saved')
    const [stored] = await (await as(users.anna)).list('contact', { q: 'Bruno Achterberg' })
    assert.equal(stored.department, 'Keyboards')
  }, { signedIn: false })
}
