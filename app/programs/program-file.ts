/** Where a program is that runs beside ours, in a thread or a process. */

export interface ProgramFile {
  readonly url: URL
  readonly args: readonly string[]
}

/** `program`: its path below the root, without its ending. In a checkout a file that needs no compiler loads the source. */
export function programFile(program: string): ProgramFile {
  const built = !import.meta.url.endsWith('.ts')
  const path = built ? `${program}.js` : 'cli/source-program.js'
  return { url: new URL(`../../${path}`, import.meta.url), args: built ? [] : [program] }
}
