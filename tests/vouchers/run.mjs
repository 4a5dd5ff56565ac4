// Starts a lab with TLS, and drives it from a second process that trusts its certificate.
import { spawn } from 'node:child_process'
import { startLab } from './lab.mjs'

const lab = await startLab(['--people', '90', '--tasks', '60', '--meetings', '90'])
const driver = spawn(process.execPath, [new URL('drive.mjs', import.meta.url).pathname, lab.description], {
  stdio: 'inherit',
  env: { ...process.env, NODE_EXTRA_CA_CERTS: lab.info.ca },
})
const code = await new Promise((resolve) => driver.on('exit', (status) => resolve(status ?? 1)))
await lab.stop()
process.exit(code)
