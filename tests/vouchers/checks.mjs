// A list of checks that are counted, not stopped at.
const counts = { passed: 0, failed: 0, skipped: 0 }

export async function check(name, run) {
  try {
    await run()
    counts.passed++
    console.log(`ok      ${name}`)
  } catch (problem) {
    counts.failed++
    console.log(`FAILED  ${name}\n        ${String(problem.stack ?? JSON.stringify(problem)).split('\n').slice(0, 12).join('\n        ')}`)
  }
}

export function skip(name, why) {
  counts.skipped++
  console.log(`skipped ${name}: ${why}`)
}

export function finish() {
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exit(counts.failed ? 1 : 0)
}
