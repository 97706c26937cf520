/** The dashboard: what people see of a shop, and the few things they do to it. */
import './sound-browser.ts'
import { render } from 'preact'
import { Frame } from './frame.tsx'
import { startLive } from './live.ts'
import { followAddress } from './route.ts'
import { applyTheme } from './theme.ts'

applyTheme()
// People who follow a link by keyboard go on from the top of the new page.
followAddress(() =>
  requestAnimationFrame(() => {
    scrollTo(0, 0)
    document.querySelector('h1')?.focus({ preventScroll: true })
  }),
)
render(<Frame />, document.body)
startLive()
