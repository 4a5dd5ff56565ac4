// Every exchange below one path, as validate.mjs reads them: {method, url, request, status, response}.
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
