// Runs the program of a thread, or of a process beside ours, from a checkout: it inherits no compiler, and its first file
// cannot be one that has to be compiled. What was built starts in a tenth of the time, so the source runs only where it was
// touched since.
import { isFresh } from './build.js'

/** `program`: a path below the checkout, without its ending. */
export async function runProgram(program, fresh = isFresh()) {
  if (fresh) return await import(new URL(`../dist/${program}.js`, import.meta.url).href)
  const { register } = await import('tsx/esm/api')
  register()
  return await import(new URL(`../${program}.ts`, import.meta.url).href)
}
