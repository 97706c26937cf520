/** Why a command could not start or go on, said so that the reader can act: always what failed, what was tried, what to type next. */
export interface StartFailureDetails {
  readonly code: string
  /** 1 found or failed, 2 usage (the configuration included), 3 a dependency is unreachable. */
  readonly exitCode: 1 | 2 | 3
  /** What failed, in the words of the part that failed. */
  readonly what: string
  /** What was tried; the code that says it hides passwords. */
  readonly tried: string
  /** What to type or change next. */
  readonly next: string
}

/** A failure of the surroundings (disk, rights, ports, configuration); the same call fails again until they change. */
export class StartFailure extends Error {
  readonly code: string
  readonly retriable = false
  readonly exitCode: 1 | 2 | 3
  readonly what: string
  readonly tried: string
  readonly next: string

  constructor(details: StartFailureDetails, options?: ErrorOptions) {
    super(`${details.what}; tried: ${details.tried}; next: ${details.next}`, options)
    this.name = 'StartFailure'
    this.code = details.code
    this.exitCode = details.exitCode
    this.what = details.what
    this.tried = details.tried
    this.next = details.next
  }
}

/** The `code` of a failed system call (`ENOENT` ...), or '' for anything else. */
export function systemCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

const fullDisk = new Set(['ENOSPC', 'EDQUOT'])
const notAllowed = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ELOOP'])

/** Names the two ways in which writing below a directory fails for reasons of the machine; anything else is thrown on as it is. */
export function writeFailure(error: unknown, tried: string, directory: string): StartFailure {
  const code = systemCode(error)
  const what = error instanceof Error ? error.message : String(error)
  if (fullDisk.has(code)) {
    return new StartFailure(
      { code: 'disk-full', exitCode: 1, what, tried, next: freeSpace(directory) },
      { cause: error },
    )
  }
  if (notAllowed.has(code)) {
    return new StartFailure(
      { code: 'unwritable-directory', exitCode: 1, what, tried, next: makeWritable(directory) },
      { cause: error },
    )
  }
  throw error
}

export function freeSpace(directory: string): string {
  return `free at least 200 MB on the disk of ${directory} (df -h ${directory}), or set DATA_DIR to a directory on another disk`
}

export function makeWritable(directory: string): string {
  return `make ${directory} writable for this user (ls -ld ${directory}), or set DATA_DIR to a writable directory`
}
