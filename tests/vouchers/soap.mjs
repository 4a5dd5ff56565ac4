// SOAP exchanges with EWS against Microsoft's published schemas (../shared/reference/ews), by libxml2's xmllint.
//
// The schemas come in two versions, and each pins its own RequestServerVersion; here the header may name any version, and
// an exchange is held against the schemas of the version that it asks for (2013_SP1 for all before 2016).
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const soap = 'http://schemas.xmlsoap.org/soap/envelope/'
const services = 'http://schemas.microsoft.com/exchange/services/2006'
const folder = [process.env.MAILSYNC_EWS_SCHEMAS, resolve(new URL('../../../shared/reference/ews', import.meta.url).pathname)]
  .filter(Boolean)
  .find(existsSync)
const hasXmllint = spawnSync('xmllint', ['--version']).status === 0

// Why nothing can be validated here, or null.
export const missing = !folder
  ? 'the published schemas are not there (../shared/reference/ews)'
  : !hasXmllint
    ? 'xmllint is not there (package libxml2-utils)'
    : null

const envelope = (version) => `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${soap}" xmlns:s="${soap}" elementFormDefault="qualified">
<xs:import namespace="${services}/messages" schemaLocation="${version}/messages.xsd"/>
<xs:import namespace="${services}/types" schemaLocation="${version}/types.xsd"/>
<xs:element name="Envelope"><xs:complexType><xs:sequence>
 <xs:element name="Header" minOccurs="0"><xs:complexType><xs:sequence><xs:any namespace="##other" processContents="strict" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
 <xs:element name="Body"><xs:complexType><xs:choice><xs:element ref="s:Fault"/><xs:any namespace="##other" processContents="strict"/></xs:choice></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="Fault"><xs:complexType><xs:sequence>
 <xs:element name="faultcode" form="unqualified" type="xs:QName"/>
 <xs:element name="faultstring" form="unqualified"><xs:complexType><xs:simpleContent><xs:extension base="xs:string"><xs:anyAttribute namespace="##any" processContents="lax"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
 <xs:element name="detail" form="unqualified" minOccurs="0"><xs:complexType><xs:sequence><xs:any processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>`

export const operationOf = ({ request }) => /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(request ?? '')?.[1] ?? 'none'
// Not meant to be read by a client of the ordinary kind: a switch made the lab answer so.
const deliberate = (exchange) => exchange.deliberate === true
// Requests that the lab refused as no valid ones are its own tests'; a client of ours never gets there.
const refused = ({ response }) => /ErrorSchemaValidation|ErrorInvalidServerVersion/.test(response ?? '')

// [{request, status, response, deliberate}] → [{operation, side, problem}], and how many documents were looked at.
export function validateSoap(exchanges) {
  const work = mkdtempSync(join(tmpdir(), 'mailsync-soap-'))
  try {
    for (const version of ['2013SP1', '2016']) {
      mkdirSync(join(work, version))
      for (const name of readdirSync(join(folder, version)).filter((one) => one.endsWith('.xsd'))) {
        const text = readFileSync(join(folder, version, name), 'utf8')
        writeFileSync(join(work, version, name), text.replace(/(name="Version" type="t:ExchangeVersionType") fixed="\w+"/, '$1'))
      }
      writeFileSync(join(work, version + '.xsd'), envelope(version))
    }
    const files = { '2013SP1': [], '2016': [] }
    const whose = new Map()
    let looked = 0
    exchanges.forEach((exchange, number) => {
      const version = /Version="(Exchange2016|V20\w+)"/.test(exchange.request ?? '') ? '2016' : '2013SP1'
      for (const side of ['request', 'response']) {
        const text = exchange[side]
        if (!text?.trimStart().startsWith('<') || /^\s*<html/i.test(text)) continue
        if (side === 'request' ? refused(exchange) : deliberate(exchange)) continue
        const file = join(work, `${number}-${side}.xml`)
        writeFileSync(file, text)
        files[version].push(file)
        whose.set(file, { operation: operationOf(exchange), side })
        looked++
      }
    })
    const problems = []
    for (const [version, list] of Object.entries(files))
      for (let i = 0; i < list.length; i += 200) {
        const run = spawnSync('xmllint', ['--noout', '--huge', '--schema', join(work, version + '.xsd'), ...list.slice(i, i + 200)],
          { encoding: 'utf8', maxBuffer: 1 << 28 })
        for (const line of run.stderr.split('\n')) {
          const [, file, text] = /^(\S+\.xml):\d+: (.*)$/.exec(line) ?? []
          if (file && whose.has(file)) problems.push({ ...whose.get(file), problem: text.slice(0, 300) })
          else if (/\.xsd:/.test(line)) problems.push({ operation: 'schema', side: version, problem: line })
        }
      }
    return { looked, problems }
  } finally {
    rmSync(work, { recursive: true })
  }
}

// What the C++ tests left (lab/transcript.h).
export function recordedSoap() {
  const from = process.env.MAILSYNC_TRANSCRIPTS ?? resolve(new URL('../../build/test-transcripts', import.meta.url).pathname)
  if (!existsSync(from)) return []
  return readdirSync(from)
    .filter((name) => name.endsWith('.ews'))
    .flatMap((name) => readFileSync(join(from, name), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)))
}
