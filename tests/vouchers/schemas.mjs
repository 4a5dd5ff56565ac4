// Which of Microsoft's types a Graph exchange must have, and whether it has.
//
// Two sources: the zod validators that @softeria/ms-365-mcp-server generates from Microsoft's OpenAPI description (they
// let unknown properties pass and leave some known ones out), and, where it is present, the slice of Graph's metadata in
// ../shared/reference/graph, against which every property must exist and have its type.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { api, schemas } from '@softeria/ms-365-mcp-server/dist/generated/client.js'

const slicePath = [process.env.MAILSYNC_GRAPH_SLICE, '../../../shared/reference/graph/graph-v1.0-slice.openapi.json']
  .filter(Boolean)
  .map((path) => (path.startsWith('/') ? path : resolve(new URL('.', import.meta.url).pathname, path)))
  .find(existsSync)
const slice = slicePath ? JSON.parse(readFileSync(slicePath, 'utf8')).components.schemas : null
export const hasSlice = slice !== null

const ONE = 'one'
const MANY = 'many'
const DELTA = 'delta'
const NONE = 'none'
// Path below the user (or below /v1.0) → what GET gives; POST to a collection takes and gives one of the type.
const routes = [
  ['/messages', MANY, 'message'],
  ['/messages/delta', DELTA, 'message'],
  ['/messages/*', ONE, 'message'],
  ['/messages/*/move', ONE, 'message', { request: null }],
  ['/messages/*/copy', ONE, 'message', { request: null }],
  ['/messages/*/send', NONE],
  ['/messages/*/createReply', ONE, 'message', { request: null }],
  ['/messages/*/attachments', MANY, 'attachment'],
  ['/messages/*/attachments/createUploadSession', ONE, 'uploadSession', { request: null }],
  ['/messages/*/attachments/*', ONE, 'attachment'],
  ['/sendMail', NONE],
  ['/mailFolders', MANY, 'mailFolder'],
  ['/mailFolders/delta', DELTA, 'mailFolder'],
  ['/mailFolders/*', ONE, 'mailFolder'],
  ['/mailFolders/*/childFolders', MANY, 'mailFolder'],
  ['/mailFolders/*/messages', MANY, 'message'],
  ['/mailFolders/*/messages/delta', DELTA, 'message'],
  ['/contacts', MANY, 'contact'],
  ['/contacts/delta', DELTA, 'contact'],
  ['/contacts/*', ONE, 'contact'],
  ['/contactFolders', MANY, 'contactFolder'],
  ['/contactFolders/delta', DELTA, 'contactFolder'],
  ['/contactFolders/*', ONE, 'contactFolder'],
  ['/contactFolders/*/contacts', MANY, 'contact'],
  ['/contactFolders/*/contacts/delta', DELTA, 'contact'],
  ['/events', MANY, 'event'],
  ['/events/*', ONE, 'event'],
  ['/events/*/instances', MANY, 'event'],
  ['/events/*/attachments', MANY, 'attachment'],
  ['/events/*/attachments/*', ONE, 'attachment'],
  ['/events/*/accept', NONE],
  ['/events/*/decline', NONE],
  ['/events/*/tentativelyAccept', NONE],
  ['/events/*/cancel', NONE],
  ['/calendarView', MANY, 'event'],
  ['/calendarView/delta', DELTA, 'event'],
  ['/calendars', MANY, 'calendar'],
  ['/calendar', ONE, 'calendar'],
  ['/calendars/*', ONE, 'calendar'],
  ['/calendars/*/events', MANY, 'event'],
  ['/calendars/*/calendarView', MANY, 'event'],
  ['/calendars/*/calendarView/delta', DELTA, 'event'],
  ['/todo/lists', MANY, 'todoTaskList'],
  ['/todo/lists/delta', DELTA, 'todoTaskList'],
  ['/todo/lists/*', ONE, 'todoTaskList'],
  ['/todo/lists/*/tasks', MANY, 'todoTask'],
  ['/todo/lists/*/tasks/delta', DELTA, 'todoTask'],
  ['/todo/lists/*/tasks/*', ONE, 'todoTask'],
  ['/todo/lists/*/tasks/*/linkedResources', MANY, 'linkedResource'],
  ['/todo/lists/*/tasks/*/linkedResources/*', ONE, 'linkedResource'],
  ['/outlook/masterCategories', MANY, 'outlookCategory'],
  ['/outlook/masterCategories/*', ONE, 'outlookCategory'],
  ['/mailboxSettings', ONE, 'mailboxSettings'],
  ['/subscriptions', MANY, 'subscription'],
  ['/subscriptions/*', ONE, 'subscription'],
  ['/subscriptions/*/reauthorize', NONE],
  ['/users', MANY, 'user'],
  ['/users/delta', DELTA, 'user'],
  ['/users/*', ONE, 'user'],
].map(([path, form, type, options = {}]) => ({ path, form, type, parts: path.split('/').slice(1), ...options }))

function routeOf(method, url) {
  let path = decodeURIComponent(new URL(url, 'https://lab/').pathname).replace(/^\/(v1\.0|beta)(?=\/)/i, '').replace(/\(\)$/, '')
  path = path.replace(/^\/me(?=\/)/i, '').replace(/^\/users\/(?!delta$)[^/]+(?=\/)/i, '')
  const parts = path.split('/').slice(1)
  // A name beats a placeholder.
  const fits = routes.filter(
    (route) =>
      route.parts.length === parts.length &&
      route.parts.every((part, i) => part === '*' || part.toLowerCase() === parts[i].toLowerCase()),
  )
  const route = fits.sort((a, b) => stars(a) - stars(b))[0]
  return { name: `${method} ${route ? route.path : path}`, route, path }
}
const stars = (route) => route.parts.filter((part) => part === '*').length

// → { route, covered, problems }
export function validate({ method, url, request, status, response }) {
  const { name, route, path } = routeOf(method, url)
  if (path === '/$batch') return validateBatch(name, request, status, response)
  const problems = []
  if (status >= 400) {
    const error = response?.error
    if (!error || typeof error.code !== 'string' || typeof error.message !== 'string')
      problems.push(`answer ${status} without error.code and error.message`)
    return { route: `${method} error`, covered: true, problems }
  }
  if (!route) return { route: name, covered: false, problems }
  const writes = method === 'POST' || method === 'PATCH'
  if (writes && request && route.type && route.request !== null)
    problems.push(...fits(route.type, request, 'request', method, route))
  if (writes && request) problems.push(...bodyProblems(method, route, request))
  if (response && typeof response === 'object') problems.push(...answerProblems(method, route, response))
  return { route: name, covered: true, problems }
}

function answerProblems(method, route, response) {
  const form = method === 'POST' && route.form === MANY ? ONE : route.form
  if (form === NONE) return []
  if (form === ONE) return fits(route.type, response, 'answer')
  const problems = []
  if (!Array.isArray(response.value)) return ['answer without "value"']
  const links = ['@odata.nextLink', '@odata.deltaLink'].filter((link) => link in response)
  if (form === DELTA && links.length !== 1) problems.push(`delta answer with ${links.length} of nextLink and deltaLink`)
  if (form === MANY && links.includes('@odata.deltaLink')) problems.push('list with a deltaLink')
  for (const link of links) if (!URL.canParse(response[link])) problems.push(`${link} is no address`)
  for (const entry of response.value) {
    if (entry['@removed']) {
      if (form !== DELTA) problems.push('@removed outside of a delta')
      if (!entry.id || !['deleted', 'changed'].includes(entry['@removed'].reason)) problems.push('bad @removed')
    } else {
      problems.push(...fits(route.type, entry, 'answer'))
    }
  }
  return [...new Set(problems)]
}

function validateBatch(name, request, status, response) {
  const problems = []
  if (status >= 400 && typeof response?.error?.code === 'string') return { route: name, covered: true, problems }
  if (status !== 200) return { route: name, covered: true, problems: [`answer ${status}`] }
  if (response === null) return { route: name, covered: true, problems } // the fault script cut it on its way: not the lab's answer
  if (!(request?.requests?.length <= 20)) problems.push('more than 20 requests')
  for (const one of request?.requests ?? []) {
    const answer = response?.responses?.find(({ id }) => id === one.id)
    if (!answer) {
      problems.push(`request ${one.id} has no answer`)
      continue
    }
    if (one.body && !one.headers) problems.push('a body without headers')
    const inner = validate({ method: one.method, url: 'https://lab/v1.0' + one.url, request: one.body, status: answer.status, response: answer.body })
    problems.push(...inner.problems.map((problem) => `${inner.route}: ${problem}`))
  }
  return { route: name, covered: true, problems }
}

// The body parameter of the operation, where the generated client has that operation.
function bodyProblems(method, route, request) {
  for (const prefix of ['/me', '/users/:userId', '']) {
    const operation = api.endpoints.find(
      (one) => one.method === method.toLowerCase() && sameShape(one.path, prefix + route.path),
    )
    const body = operation?.parameters?.find((parameter) => parameter.type === 'Body')
    if (body) return zodProblems(body.schema, withoutNulls(request), 'request')
  }
  return []
}
const sameShape = (path, other) => path.replace(/:\w+/g, '*') === other.replace(/:\w+/g, '*')

function fits(type, value, side) {
  const zod = schemas[`microsoft_graph_${type}`]
  // The generator loses that references may be null; Graph sends null for what is not set, and takes it to clear.
  const problems = zod ? zodProblems(withoutNulls(value), null, side, zod) : []
  if (slice?.[type]) problems.push(...sliceProblems(derived(type, value), value, side))
  return [...new Set(problems)]
}

function zodProblems(schemaOrValue, value, side, zod) {
  const result = zod ? zod.safeParse(schemaOrValue) : schemaOrValue.safeParse(value)
  if (result.success) return []
  return result.error.issues.map((issue) => `${side}: ${issue.path.map((p) => (typeof p === 'number' ? '[]' : p)).join('.')}: ${issue.message}`)
}

function withoutNulls(value) {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [name, withoutNulls(inner)]),
  )
}

// "#microsoft.graph.fileAttachment" → fileAttachment
function derived(type, value) {
  const named = value?.['@odata.type']?.replace('#microsoft.graph.', '')
  return named && slice[named] ? named : type
}

function propertiesOf(type, into = {}) {
  const schema = slice[type]
  for (const part of [schema, ...(schema?.allOf ?? [])]) {
    if (!part) continue
    if (part.$ref) propertiesOf(part.$ref.split('/').pop(), into)
    Object.assign(into, part.properties)
  }
  return into
}

function sliceProblems(type, value, side, where = type) {
  const known = propertiesOf(type)
  const problems = []
  for (const [name, inner] of Object.entries(value)) {
    if (name.includes('@')) continue
    if (!(name in known)) problems.push(`${side}: ${where} has no property "${name}"`)
    else problems.push(...valueProblems(known[name], inner, side, `${where}.${name}`))
  }
  return problems
}

function valueProblems(schema, value, side, where) {
  if (value === null) return []
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref ?? schema.anyOf?.find((one) => one.$ref)?.$ref
  if (reference) {
    const type = reference.split('/').pop()
    const target = slice[type]
    if (!target) return []
    if (target.enum) return target.enum.includes(value) ? [] : [`${side}: ${where} is "${value}", not one of ${target.enum}`]
    if (typeof value !== 'object' || Array.isArray(value)) return [`${side}: ${where} is no ${type}`]
    return sliceProblems(derived(type, value), value, side, where)
  }
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return [`${side}: ${where} is no list`]
    return value.flatMap((entry) => valueProblems(schema.items ?? {}, entry, side, `${where}[]`))
  }
  const wanted = { string: 'string', boolean: 'boolean', integer: 'number', number: 'number' }[schema.type]
  if (wanted && typeof value !== wanted) return [`${side}: ${where} is a ${typeof value}, not a ${wanted}`]
  if (schema.format === 'date-time' && !/^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value))
    return [`${side}: ${where} is no date-time: ${value}`]
  return []
}
