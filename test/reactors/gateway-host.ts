/** A service that started the simulated gateway in a process of its own, and nothing else: `... gateway-host.ts BOOK`. */
import { createLog } from '../../app/log.ts'
import { startGatewayChild } from '../../app/gateway/gateway-child.ts'

const [book = ''] = process.argv.slice(2)
const options = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {}, book }
const { url, pid } = await startGatewayChild({ ...options, log: createLog('silent', process.stderr) })
process.stdout.write(`${JSON.stringify({ url, pid })}\n`)
