/** `npx tsx bench/kafka-client-losses.ts [runs]`: what kafkajs loses of what it said was stored, way by way (0016). */
import { cacheDirectory } from '../cluster/cache-directory.ts'
import { startKafka } from '../cluster/kafka/kafka.ts'
import { table } from '../cli/output/output.ts'
import { startPython } from '../test/support/python-process.ts'
import { registryPython } from '../test/contract/registry-python.ts'
import { measureLosses } from './kafka/losses.ts'
import { ways } from './kafka/numbered-sends.ts'

const RUNS = Number(process.argv[2] ?? 4)

const environment = await registryPython()
if (environment === null)
  throw new Error('the messages are read back by Python: apt-get install -y python3 python3-venv')
const cluster = await startKafka({ brokers: 3, cacheDir: cacheDirectory(process.env), onNote: console.error })
const python = startPython(environment, 'kafka_clients.py', cluster.bootstrap.join(','))
const rows: (readonly (string | number)[])[] = []
try {
  for (let run = 1; run <= RUNS; run++) {
    for (const [index, way] of ways.entries()) {
      const topic = `losses-${String(run)}-${String(index)}`
      const read = async (of: string) => (await python.ask({ do: 'read', topic: of })) as readonly string[]
      const { acknowledged, lost, doubled, errors } = await measureLosses({ cluster, topic, way, read })
      rows.push([way, run, acknowledged, lost, doubled, errors])
      console.error(`${way}, run ${String(run)}: ${String(lost)} lost of ${String(acknowledged)}`)
    }
  }
} finally {
  await python.stop()
  await cluster.stop()
}
rows.sort(([one], [other]) => ways.indexOf(one as never) - ways.indexOf(other as never))
console.log(table(['one send()', 'run', 'acknowledged', 'lost', 'doubled', 'errors'], rows))
