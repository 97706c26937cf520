/**
 * Who may read and change what a data directory holds: `start` refuses what `doctor` finds failed, with the same words. A
 * password that others can read is none, and a run.json that others can write sends our tokens to them.
 *
 *   the directory      ours or root's; where it is ours, nobody else may write in it
 *   root's, not ours   as volumes of containers are: advice, for each file counts by its own owner and mode
 *   the files          ours or root's, and for their owner alone; ours in a directory of root's are set back, since
 *                      mounting a volume widens all that is in it
 *
 * The embedded server looks after its own folder, which belongs to its own user where the service runs as root.
 */
import { chmodSync, lstatSync, statSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { StartFailure, systemCode } from '../start-failure.ts'
import { advice, failed, fine, type Check } from './check.ts'

export const PASSWORD_FILE = 'postgres.password'
export const RUN_FILE = 'run.json'

const OTHERS_WRITE = 0o022
const OTHERS_ANY = 0o077

/** What is wrong with the owner or the mode of a path, and the command that helps. */
export interface OwnershipFault {
  readonly saw: string
  readonly fix: string
}

/** As which user this process runs; null where the system knows none (Windows). */
export function ownUser(): number | null {
  return process.getuid?.() ?? null
}

/** Of the directory and its two files with secrets; a directory that is still to be made has nothing to find. */
export function directoryChecks(dataDir: string, user: number | null = ownUser()): readonly Check[] {
  const name = 'ownership'
  const directory = look(dataDir)
  if (user === null || directory === null) return []
  const stranger = strangerFault(dataDir, user)
  if (stranger !== null) return [failed(name, stranger.saw, stranger.fix)]
  const isOurs = directory.uid === user
  const isOpen = (directory.mode & OTHERS_WRITE) !== 0
  if (isOurs && isOpen) {
    return [failed(name, `${dataDir} has mode ${modeOf(directory)}: others may write in it`, `chmod go-w ${dataDir}`)]
  }
  const files = [PASSWORD_FILE, RUN_FILE].flatMap((file) => fileChecks(join(dataDir, file), { user, isOurs }))
  if (isOurs) return [fine(name, `${dataDir} is ours (mode ${modeOf(directory)})`), ...files]
  const saw = `${dataDir} belongs to root${isOpen ? ` and has mode ${modeOf(directory)}` : ''}`
  return [advice(name, saw, `chown ${nameOf(user)} ${dataDir}, unless it is the volume of a container`), ...files]
}

/** Why what the file says cannot be relied on, or null. `found`: of the open file, or of the path. */
export function fileFault(path: string, user: number | null, found = look(path)): OwnershipFault | null {
  if (user === null || found === null) return null
  const stranger = strangerFault(path, user, found)
  if (stranger !== null || (found.mode & OTHERS_ANY) === 0) return stranger
  return { saw: `${path} has mode ${modeOf(found)}: it is for its owner alone`, fix: `chmod 600 ${path}` }
}

/** Throws a StartFailure in the words of the first check that failed; sets back what a mount has widened. */
export function requireOwnership(dataDir: string, user: number | null = ownUser()): readonly Check[] {
  const checks = directoryChecks(dataDir, user)
  const fault = checks.find(({ state }) => state === 'failed')
  if (fault !== undefined) throw untrusted({ saw: fault.saw, fix: fault.fix ?? '' }, `to use ${dataDir}`)
  if (user !== null && look(dataDir)?.uid !== user) {
    for (const path of [PASSWORD_FILE, RUN_FILE].map((file) => join(dataDir, file))) {
      if (look(path)?.uid === user) chmodSync(path, 0o600)
    }
  }
  return checks
}

export function untrusted({ saw, fix }: OwnershipFault, tried: string): StartFailure {
  return new StartFailure({ code: 'untrusted-directory', exitCode: 1, what: saw, tried, next: fix })
}

function fileChecks(path: string, { user, isOurs }: { readonly user: number; readonly isOurs: boolean }) {
  const fault = fileFault(path, user)
  if (fault === null) return []
  const widened = !isOurs && strangerFault(path, user) === null && look(path)?.uid === user
  if (widened) return [advice('ownership', fault.saw, 'nothing to do: the next start sets it back')]
  return [failed('ownership', fault.saw, fault.fix)]
}

/** Of a link too: who made it decides what it names. */
function strangerFault(path: string, user: number, found = look(path)): OwnershipFault | null {
  const owners = [found?.uid, lstatSync(path, { throwIfNoEntry: false })?.uid]
  const stranger = owners.find((owner) => owner !== undefined && owner !== user && owner !== 0)
  if (stranger === undefined) return null
  const saw = `${path} belongs to uid ${String(stranger)}, neither to this user (uid ${String(user)}) nor to root`
  return { saw, fix: `chown ${nameOf(user)} ${path}` }
}

/** Null: it is not there, or cannot be looked at, which other checks say. */
function look(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch (error) {
    if (systemCode(error) === '') throw error
    return null
  }
}

function modeOf({ mode }: Stats): string {
  return `0${(mode & 0o7777).toString(8).padStart(3, '0')}`
}

function nameOf(user: number): string {
  try {
    const own = userInfo()
    return own.uid === user ? own.username : String(user)
  } catch {
    // Containers run users that no list of users has.
    return String(user)
  }
}
