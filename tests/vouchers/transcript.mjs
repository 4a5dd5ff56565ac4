// Exchanges with Graph, as validate.mjs reads them: {method, url, request, status, response}.
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

// Every exchange below one path, while it happens.
export function recordFetch(path) {
  const exchanges = []
  const original = globalThis.fetch
  globalThis.fetch = async (input, options = {}) => {
    const url = typeof input === 'string' ? input : input.url ?? String(input)
    const answer = await original(input, options)
    if (!new URL(url).pathname.startsWith(path)) return answer
    const text = await answer.clone().text()
    exchanges.push({
      method: (options.method ?? input.method ?? 'GET').toUpperCase(),
      url,
      request: parsed(options.body),
      status: answer.status,
      response: parsed(text),
    })
    return answer
  }
  return exchanges
}

function parsed(text) {
  if (typeof text !== 'string' || !text) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

// What the C++ tests left (lab/transcript.h); api-answers.jsonl is of our own API, which tests/admin holds against openapi.yaml.
export function recordedFiles() {
  const folder = process.env.MAILSYNC_TRANSCRIPTS ?? resolve(new URL('../../build/test-transcripts', import.meta.url).pathname)
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl') && name !== 'api-answers.jsonl').map((name) => join(folder, name)) : []
}

export async function* readTranscripts(files) {
  for (const file of files)
    for await (const line of createInterface({ input: createReadStream(file) })) if (line.trim()) yield JSON.parse(line)
}
