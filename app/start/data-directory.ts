/** The directory that holds everything a service keeps on this machine. */
import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeFailure } from '../start-failure.ts'

/**
 * Makes the directory unless it is there, and sees that we can write in it. Its modes do not depend on the umask: for
 * root the directories made are 0711, since the user `postgres` must pass through them to its own, else 0700.
 */
export function prepareDataDirectory(path: string): void {
  try {
    makeMissing(path)
    if (!statSync(path).isDirectory()) mkdirSync(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw writeFailure(error, `to use ${path} as the data directory`, path)
  }
}

function makeMissing(path: string): void {
  if (existsSync(path)) return
  makeMissing(dirname(path))
  mkdirSync(path)
  chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700)
}
