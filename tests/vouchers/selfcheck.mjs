// The validator must refuse what Microsoft's description refuses; otherwise its silence means nothing.
import assert from 'node:assert/strict'
import { check, skip } from './checks.mjs'
import { hasSlice, validate } from './schemas.mjs'

const user = 'https://lab/v1.0/users/anna@contoso.example'
const message = { id: '1', subject: 'x', importance: 'normal', isRead: true, receivedDateTime: '2026-11-22T12:00:00Z',
  from: { emailAddress: { address: 'a@b.example', name: 'A' } }, categories: [], flag: { flagStatus: 'notFlagged' } }
const got = (url, response, status = 200) => ({ method: 'GET', url: user + url, request: null, status, response })
const sent = (method, url, request, response, status = 200) => ({ method, url: user + url, request, status, response })
const page = (...value) => ({ '@odata.deltaLink': 'https://lab/v1.0/x?$deltatoken=1', value })

const good = [
  got('/messages/1', message),
  got('/messages/1', { ...message, from: null }),
  got('/mailFolders/inbox/messages/delta?$select=id', page(message, { id: '2', '@removed': { reason: 'deleted' } })),
  got('/messages/2', { error: { code: 'ErrorItemNotFound', message: 'x' } }, 404),
  sent('PATCH', '/contacts/1', { mobilePhone: '1' }, { id: '1', mobilePhone: '1' }),
]
const bad = [
  ['an unknown value', got('/messages/1', { ...message, importance: 'urgent' })],
  ['a wrong type', got('/messages/1', { ...message, categories: 'CRM' })],
  ['a delta page without a link', got('/mailFolders/inbox/messages/delta', { value: [message] })],
  ['a delta page with both links', got('/mailFolders/inbox/messages/delta', { ...page(message), '@odata.nextLink': 'https://lab/x' })],
  ['@removed outside of a delta', got('/contacts', { value: [{ id: '2', '@removed': { reason: 'deleted' } }] })],
  ['an error without a code', got('/messages/1', { message: 'no' }, 404)],
  ['a request with a wrong type', sent('PATCH', '/contacts/1', { businessPhones: '1' }, { id: '1' })],
  ['a batch with a missing answer', { method: 'POST', url: 'https://lab/v1.0/$batch', status: 200,
    request: { requests: [{ id: '1', method: 'GET', url: '/me/messages/1' }] }, response: { responses: [] } }],
]
const bySliceOnly = [
  ['a word for a boolean', got('/messages/1', { ...message, isRead: 'yes' })],
  ['an unknown property', got('/messages/1', { ...message, recievedDateTime: '2026-11-22T12:00:00Z' })],
  ['a time that is none', got('/messages/1', { ...message, receivedDateTime: 'yesterday' })],
]

export async function driveValidator() {
  await check('validator: takes what fits', () => {
    for (const exchange of good) assert.deepEqual(validate(exchange).problems, [])
  })
  for (const [name, exchange] of [...bad, ...(hasSlice ? bySliceOnly : [])])
    await check(`validator: refuses ${name}`, () => assert.ok(validate(exchange).problems.length > 0))
  if (!hasSlice) skip('every property against the slice of Graph\'s metadata', '../shared/reference/graph is not there')
}
