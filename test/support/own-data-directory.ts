/**
 * A process that owns a data directory until it is killed: `node --import tsx own-data-directory.ts DIR [claim-only]`.
 * Prints one line of JSON: {"claimed": true, "url", "postgresPid"}, or {"claimed": false, "code"}.
 */
import { startEmbeddedPostgres } from '../../app/postgres/embedded-postgres.ts'
import { createLog } from '../../app/log.ts'
import { claimDataDirectory } from '../../app/start/run-file.ts'
import { StartFailure } from '../../app/start-failure.ts'

const [directory = '', mode = ''] = process.argv.slice(2)

try {
  const claim = claimDataDirectory(directory, 'start')
  if (mode === 'claim-only') {
    say({ claimed: true, url: null, postgresPid: null })
  } else {
    const postgres = await startEmbeddedPostgres({ claim, log: createLog('silent', process.stderr) })
    claim.publish({ url: 'http://127.0.0.1:3000', databaseUrl: postgres.url, startedAt: new Date() })
    say({ claimed: true, url: postgres.url, postgresPid: postgres.pid })
  }
  // Holds on until killed, or until the process that started it is gone and its input ends.
  process.stdin.resume()
  process.stdin.on('end', () => process.exit(0))
} catch (error) {
  if (!(error instanceof StartFailure)) throw error
  say({ claimed: false, code: error.code })
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
