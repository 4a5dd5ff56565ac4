// The CRM through its public HTTP API (src/admin/openapi.yaml), as a signed-in user; Node only.

export const RESOURCES = { email: 'emails', contact: 'people', task: 'tasks', meeting: 'meetings' }

export class Refused extends Error {
  constructor(what, status, problem) {
    super(`${what}: ${status} ${problem?.code ?? ''} ${problem?.detail ?? ''}${
      (problem?.errors ?? []).map((e) => `; ${e.field}: ${e.detail}`).join('')}`)
    this.status = status
    this.problem = problem
  }
}

export class Crm {
  // → a client that is signed in
  static async signIn(url, login, password) {
    const crm = new Crm()
    crm.url = url.replace(/\/$/, '')
    crm.cookie = ''
    crm.csrf = ''
    const session = await crm.call('POST', '/api/v1/session', { login, password })
    crm.csrf = session.csrf_token
    crm.user = session.user
    return crm
  }

  async call(method, path, body) {
    const headers = { accept: 'application/json', cookie: this.cookie }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (method !== 'GET' && this.csrf) headers['x-csrf-token'] = this.csrf
    const answer = await fetch(this.url + path,
      { method, headers, body: body === undefined ? undefined : JSON.stringify(body), redirect: 'error' })
    const cookies = answer.headers.getSetCookie().map((each) => each.split(';')[0])
    if (cookies.length) this.cookie = cookies.join('; ')
    const text = await answer.text()
    let json = null
    try {
      json = text ? JSON.parse(text) : null
    } catch {
      throw new Error(`${method} ${path}: ${answer.status} and not JSON: ${text.slice(0, 200)}`)
    }
    if (!answer.ok) throw new Refused(`${method} ${path}`, answer.status, json)
    return json
  }

  get(path) { return this.call('GET', path) }
  post(path, body) { return this.call('POST', path, body) }

  create(kind, fields) { return this.post(`/api/v1/${RESOURCES[kind]}`, fields) }
  record(kind, id) { return this.get(`/api/v1/${RESOURCES[kind]}/${id}`) }
  change(kind, record, fields) {
    return this.call('PATCH', `/api/v1/${RESOURCES[kind]}/${record.id}`, { version: record.version, ...fields })
  }

  // Every item of a list, page by page.
  async all(path, parameters = {}) {
    const items = []
    let cursor = null
    do {
      const query = new URLSearchParams({ limit: '200', ...parameters })
      if (cursor) query.set('cursor', cursor)
      const page = await this.get(`${path}?${query}`)
      items.push(...page.items)
      cursor = page.next_cursor
    } while (cursor)
    return items
  }

  list(kind, parameters) {
    const sort = { email: '-received_at' }[kind] ?? 'created_at'
    return this.all(`/api/v1/${RESOURCES[kind]}`, { sort, ...parameters })
  }

  // Emails with their bodies and attachments, eight at a time.
  async emails() {
    const heads = await this.list('email')
    const out = new Array(heads.length)
    let next = 0
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (next < heads.length) {
        const at = next++
        out[at] = await this.record('email', heads[at].id)
      }
    }))
    return out
  }
}

// Everything that the CRM holds of the four kinds.
export async function dumpCrm(crm) {
  return {
    email: await crm.emails(),
    contact: await crm.list('contact'),
    task: await crm.list('task'),
    meeting: await crm.list('meeting'),
  }
}
