/** Files that a command writes and that must not be there before: what took hours to label is not written over. */
import { open, rm, type FileHandle } from 'node:fs/promises'
import { StartFailure, systemCode } from '../../app/start-failure.ts'

/** Creates the files, lets `write` fill them, and removes them again if it fails. Rejects with a StartFailure. */
export async function withNewFiles<Result>(
  paths: readonly string[],
  write: (files: readonly FileHandle[]) => Promise<Result>,
): Promise<Result> {
  const opened: { readonly path: string; readonly file: FileHandle }[] = []
  try {
    for (const path of paths) opened.push({ path, file: await created(path) })
    const result = await write(opened.map(({ file }) => file))
    for (const { file } of opened) await file.close()
    return result
  } catch (error) {
    for (const { path, file } of opened) {
      await file.close().catch(() => undefined)
      await rm(path, { force: true })
    }
    throw isOfDisk(error) ? notWritten(paths.join(' and '), error) : error
  }
}

async function created(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx')
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw notWritten(path, error)
    const told = { what: `${path} already exists`, tried: `to write ${path}` }
    const next = 'name a file that does not exist yet with -o, or move that one away'
    throw new StartFailure({ code: 'file-exists', exitCode: 1, ...told, next }, { cause: error })
  }
}

function isOfDisk(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'].includes(systemCode(error))
}

function notWritten(path: string, cause: unknown): StartFailure {
  const what = cause instanceof Error ? cause.message : String(cause)
  const next = 'name a file that can be written with -o'
  return new StartFailure({ code: 'file-not-written', exitCode: 1, what, tried: `to write ${path}`, next }, { cause })
}
