import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { main } from '../../cli/main.ts'

test('doctor names what a .env sets that decides nothing here', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'doctor-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true }))
  let printed = ''
  const stream = () =>
    new Writable({
      write(chunk: Buffer, _, done) {
        printed += chunk.toString()
        done()
      },
    })
  const { PATH } = process.env
  const environment = {
    env: { PATH, DATA_DIR: dataDir },
    dotEnv: new Set<string>(),
    leftOut: ['PATH', 'NODE_OPTIONS'],
    debug: false,
  }
  await main(['doctor', '--json'], { stdout: stream(), stderr: stream() }, () => environment)
  const { checks } = JSON.parse(printed) as { readonly checks: readonly object[] }
  expect(checks).toContainEqual(
    expect.objectContaining({ name: 'configuration', saw: 'no faults (of .env, PATH, NODE_OPTIONS set nothing here)' }),
  )
})
