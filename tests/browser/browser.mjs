// Chromium, and what is watched in every page: answers of the API, requests that leave for elsewhere, errors.
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'

// Of the API's address space, but pages: they send the browser elsewhere.
const PAGES = /^\/api\/v1\/oauth\/(start|callback|consent)$/
const PROGRAM = process.env.MAILSYNC_CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync']

// Stands between the browser and the rest of the world, lets nothing through, and remembers where it wanted to go.
async function startWall(asked) {
  const wall = createServer((request, answer) => {
    asked.push(new URL(request.url, 'http://unknown').hostname)
    answer.writeHead(502).end()
  })
  wall.on('connect', (request, socket) => {
    asked.push(request.url.split(':')[0])
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise((done) => wall.listen(0, '127.0.0.1', done))
  return wall
}

// → { browser, asked }: asked are the names of the hosts elsewhere that pages wanted something of.
export async function startBrowser() {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: install chromium, or say where it is in MAILSYNC_CHROMIUM.`)
  const asked = []
  const wall = await startWall(asked)
  const browser = await chromium.launch({ executablePath: PROGRAM, args: [...FLAGS, `--proxy-server=http://127.0.0.1:${wall.address().port}`] })
  browser.on('disconnected', () => wall.close())
  return { browser, asked }
}

// Hands what the page hears on its live stream to the contract too.
function listenIn() {
  const Original = window.EventSource
  window.EventSource = class extends Original {
    constructor(...args) {
      super(...args)
      for (const name of ['mailbox', 'record', 'outbox', 'issue', 'reload', 'signed_out'])
        this.addEventListener(name, (event) => void window.heardFromServer(name, event.data))
    }
  }
}

// A browser context that is watched. → { context, page, said, heard, errors }
//   said: what pages wrote to the console; heard: names of the live messages; errors: what went wrong there.
export async function openWindow(browser, url, contract, storageState) {
  const context = await browser.newContext({ baseURL: url, storageState, viewport: { width: 1360, height: 860 }, locale: 'en-GB', timezoneId: 'Europe/London',
    ignoreHTTPSErrors: true /* the lab's own sign-in page */ })
  const window = { context, said: [], heard: [], errors: [] }
  const origin = new URL(url).origin
  await context.exposeFunction('heardFromServer', (name, data) => {
    window.heard.push(name)
    contract.event(name, data)
  })
  await context.addInitScript(listenIn)
  await context.route((to) => to.origin === origin && to.pathname.startsWith('/api/') && to.pathname !== '/api/v1/events' && !PAGES.test(to.pathname), async (route) => {
    const request = route.request()
    const { pathname } = new URL(request.url())
    contract.request(request.method(), pathname, request.postData())
    try {
      const answer = await route.fetch()
      const body = await answer.body()
      contract.answer(request.method(), pathname, answer.status(), answer.headers(), body)
      await route.fulfill({ response: answer, body })
    } catch (error) {
      // The page went away, or gave the request up.
      if (!/closed|disposed|destroyed|aborted|handled|Invalid InterceptionId/i.test(error.message)) window.errors.push(`${request.method()} ${pathname}: ${error.message}`)
    }
  })
  context.on('weberror', (error) => window.errors.push(`uncaught: ${error.error().stack ?? error.error()}`))
  context.on('console', (message) => {
    window.said.push(message.text())
    // Refusals (401, 409, 422) are told by Chromium as errors; the tests look at what the page makes of them.
    if (message.type() === 'error' && !/^Failed to load resource: the server responded with a status of (401|404|409|422|429)/.test(message.text()))
      window.errors.push(`console: ${message.text()}`)
  })
  window.page = await context.newPage()
  window.page.setDefaultTimeout(15_000)
  return window
}

export async function signIn(page, user, to = '/') {
  await page.goto(to)
  await page.getByLabel('Login').fill(user.login)
  await page.getByLabel('Password').fill(user.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
}

// The notice at the corner; its words stand a second time where screen readers look.
export const notice = (page, text) => page.locator('.fui-ToastTitle', { hasText: text }).waitFor()
