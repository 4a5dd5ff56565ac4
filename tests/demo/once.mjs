// ./dev demo --once, after the first sync.
export async function once() {
  throw new Error('not yet')
}
