/**
 * The same service as `orderledger start`, but each command is decided, appended and committed by itself: what remains
 * when group commit is taken away.
 */
import { compose } from '../app/start/compose.ts'
import { requireConfig } from '../app/config/config.ts'
import { openLog } from '../app/log.ts'

const config = requireConfig(process.env)
const { log } = openLog({ level: config.logLevel })
const service = await compose({ config, log, version: 'one-transaction', limits: { batch: 1 } })

process.once('SIGTERM', () => void service.stop())
process.once('SIGINT', () => void service.stop())
