/** A page of the dashboard in a real browser, and what it must never do. */
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export interface DashboardPage {
  readonly page: Page
  /** Lines of the console that are errors, and what was thrown. */
  readonly errors: readonly string[]
  /** What axe finds wrong, each with the elements. */
  violations(): Promise<readonly string[]>
  /** How many colours each canvas shows. */
  coloursOfCanvases(): Promise<readonly number[]>
  close(): Promise<void>
}

/** Opens `#/<path>`. The language is named: a browser takes one from the system that some scripts cannot read. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { readonly path?: string } = {},
): Promise<DashboardPage> {
  const { path = 'dashboard', ...more } = options
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...more })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('dialog', (dialog) => {
    errors.push(`a script said ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(`${url}/dashboard/#/${path}`)
  await page.locator('.pulse.live, dialog').first().waitFor()
  return {
    page,
    errors,
    async violations() {
      await page.evaluate(axe.source)
      return page.evaluate<string[]>(
        `axe.run().then(({ passes, violations }) => [
          ...(passes.length > 10 ? [] : ['axe looked at next to nothing']),
          ...violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')),
        ])`,
      )
    },
    coloursOfCanvases: () =>
      page.evaluate<number[]>(`[...document.querySelectorAll('canvas')].map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        return new Set(new Uint32Array(data.buffer)).size
      })`),
    close: () => context.close(),
  }
}
