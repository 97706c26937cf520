/** The password of the embedded Postgres: random, made once, readable by its owner alone. */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { StartFailure, writeFailure } from '../start-failure.ts'

/** The password of the cluster in `directory`; a new one while there is no cluster yet. */
export function clusterPassword(file: string, directory: string): string {
  try {
    if (existsSync(file)) return readFileSync(file, 'utf8').trim()
    if (!existsSync(directory)) return writeSecret(file, randomBytes(24).toString('base64url'))
  } catch (error) {
    throw writeFailure(error, `to read or create ${file}`, directory)
  }
  throw missingPassword(file, directory)
}

export function missingPassword(file: string, directory: string): StartFailure {
  return new StartFailure({
    code: 'missing-password',
    exitCode: 1,
    what: `the password file of the database in ${directory} is missing`,
    tried: `to read ${file}`,
    next: `restore ${file}, or start with an empty shop: mv ${directory} ${directory}.old`,
  })
}

/** A file that its owner alone reads. Finished under another name first: a kill in between must not leave an empty secret. */
export function writeSecret(file: string, secret: string): string {
  const draft = `${file}.new`
  rmSync(draft, { force: true })
  const fd = openSync(draft, 'wx', 0o600)
  try {
    writeSync(fd, `${secret}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(draft, file)
  return secret
}
