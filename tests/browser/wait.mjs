import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

// Asks again until `question` gives something, at most `seconds`.
export async function until(what, question, seconds = 20) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await question()
    if (answer) return answer
    assert(Date.now() < end, `${what} did not happen within ${seconds} s`)
    await sleep(200)
  }
}
