// Every answer of the API that a browser gets, held against src/admin/openapi.yaml.
import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

const METHODS = ['get', 'post', 'patch', 'delete']
const escaped = (part) => part.replace(/~/g, '~0').replace(/\//g, '~1')

export class Contract {
  constructor(path) {
    this.document = parse(readFileSync(path, 'utf8'))
    this.ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false })
    addFormats.default ? addFormats.default(this.ajv) : addFormats(this.ajv)
    this.ajv.addSchema({ ...this.document, $id: 'openapi' }, 'openapi')
    this.checks = new Map()
    this.answers = 0
    this.events = 0
    this.operations = new Set()
    this.faults = new Map() // sentence → how often
    // Fixed paths before those with parameters: /emails/outbox is no id.
    this.routes = Object.entries(this.document.paths)
      .map(([pattern, item]) => ({ pattern, item, expression: new RegExp(`^${pattern.replace(/\{[^}]+\}/g, '[^/]+')}$`) }))
      .sort((a, b) => Number(a.pattern.includes('{')) - Number(b.pattern.includes('{')))
  }

  fault(text) {
    this.faults.set(text, (this.faults.get(text) ?? 0) + 1)
  }

  validate(pointer, value, what) {
    if (!this.checks.has(pointer)) this.checks.set(pointer, this.ajv.compile({ $ref: `openapi#${pointer}` }))
    const check = this.checks.get(pointer)
    if (check(value)) return
    for (const error of check.errors.slice(0, 5))
      this.fault(`${what}: ${error.instancePath || 'the whole'} ${error.message} ${JSON.stringify(error.params)}`)
  }

  find(method, path) {
    const route = this.routes.find(({ expression, item }) => expression.test(path) && item[method.toLowerCase()])
    return route && METHODS.includes(method.toLowerCase())
      ? { ...route, operation: route.item[method.toLowerCase()], at: `/paths/${escaped(route.pattern)}/${method.toLowerCase()}` }
      : null
  }

  request(method, path, body) {
    const found = this.find(method, path)
    if (!found) return this.fault(`${method} ${path}: the application asks for what is no operation`)
    if (!body) return
    if (!found.operation.requestBody) return this.fault(`${method} ${found.pattern}: sends a body where none is known`)
    this.validate(`${found.at}/requestBody/content/application~1json/schema`, JSON.parse(body), `request of ${method} ${found.pattern}`)
  }

  // headers: name in lower case → value
  answer(method, path, status, headers, body) {
    const found = this.find(method, path)
    if (!found) return
    this.answers += 1
    this.operations.add(found.operation.operationId)
    const what = `${method} ${found.pattern} ${status}`
    if (headers['cache-control'] !== 'no-store') this.fault(`${what}: Cache-Control is ${headers['cache-control']}`)
    if (headers['x-content-type-options'] !== 'nosniff') this.fault(`${what}: no nosniff`)
    let said = found.operation.responses[status]
    let at = `${found.at}/responses/${status}`
    if (!said) return this.fault(`${what}: a status that the operation does not have`)
    if (said.$ref) {
      at = said.$ref.slice(1)
      said = at.slice(1).split('/').reduce((value, part) => value[part], this.document)
    }
    if (!said.content) {
      if (body.length > 0) this.fault(`${what}: a body where none is known`)
      return
    }
    const type = (headers['content-type'] ?? '').split(';')[0].trim()
    if (!said.content[type]) {
      // Attachments have types of their own.
      if (found.operation.operationId !== 'getAttachment') this.fault(`${what}: Content-Type ${type}`)
      return
    }
    if (!type.endsWith('json')) return
    this.validate(`${at}/content/${escaped(type)}/schema`, JSON.parse(body.toString('utf8')), what)
  }

  // One message of the live stream.
  event(name, data) {
    const schema = { mailbox: 'Mailbox', record: 'RecordEvent', outbox: 'OutboxMessage', issue: 'Issue' }[name]
    this.events += 1
    if (schema) this.validate(`/components/schemas/${schema}`, JSON.parse(data), `event ${name}`)
  }
}
