/** Parts that a machine may lack: what needs them is left out, and said at the end; with REQUIRE_ALL=1 it fails. */
import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'

/** Programs that whole files need, and what brings them. */
const programs = [
  {
    program: 'git',
    version: '--version',
    files: ['test/contract/schema-{commands,course,plan,publishing,versions}.test.ts'],
    brings: 'apt-get install -y git',
  },
  {
    program: 'nginx',
    version: '-v',
    files: ['test/api/live-nginx.test.ts'],
    brings: 'apt-get install -y nginx-light',
  },
  { program: 'curl', version: '--version', files: ['test/cli/readme.test.ts'], brings: 'apt-get install -y curl' },
] as const

/** Says what is missing and what brings it; throws where all is demanded. Null, for the part that is not there. */
export function leaveOut(missing: string, cause?: unknown): null {
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(missing, { cause })
  const list = process.env['LEFT_OUT']
  if (list === undefined) console.warn(`left out: ${missing}`)
  else appendFileSync(list, `${JSON.stringify(missing)}\n`)
  return null
}

/** The files that cannot run here. */
export function filesLeftOut(): readonly string[] {
  const absent = programs.filter(({ program, version }) => spawnSync(program, [version]).error !== undefined)
  for (const { program, files, brings } of absent) leaveOut(`${files.join(', ')}: no ${program} here (${brings})`)
  return absent.flatMap(({ files }) => files)
}
