/** What a run of service tests finds on the disk, made once for all workers: two at a time would spoil it for each other. */
import { build, isFresh } from '../cli/build.js'
import { unpackBrowser } from './support/browser.ts'

export async function prepare(): Promise<void> {
  // Whole processes would compile their sources at each start, in twice the time of the start itself.
  if (!isFresh()) await build()
  await unpackBrowser()
}
