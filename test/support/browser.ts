/** A real Chromium without a window; npm brings it, the system has to have two libraries. */
import sparticuz from '@sparticuz/chromium'
import { chromium, type Browser } from 'playwright-core'
import { leaveOut } from './left-out.ts'

/** Root has no sandbox; the graphics are drawn by the processor. What the package proposes beside these switches security off. */
const ARGS = ['--no-sandbox', '--disable-gpu']

const INSTALL = 'Chromium does not start. It needs libnss3 and libnspr4: apt-get install -y libnss3 libnspr4'

/** Where it was unpacked, for the processes that this one starts. */
const UNPACKED = 'ORDERLEDGER_TEST_CHROMIUM'

/** Unpacks it, once for all workers: of two that do so at the same time, one runs half a file. */
export async function unpackBrowser(): Promise<void> {
  const path = await sparticuz.executablePath().catch(() => undefined)
  if (path !== undefined) process.env[UNPACKED] = path
}

/** Null where the browser cannot run and nobody demands that it does (REQUIRE_ALL=1). */
export async function openBrowser(): Promise<Browser | null> {
  try {
    const executablePath = process.env[UNPACKED] ?? (await sparticuz.executablePath())
    return await chromium.launch({ args: ARGS, executablePath })
  } catch (cause) {
    return leaveOut(INSTALL, cause)
  }
}
