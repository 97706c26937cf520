/** The dashboard: what people see of a shop, and the few things they do to it. */
import './sound-browser.ts'
import { render } from 'preact'
import { startFollowing } from './following.ts'
import { Frame } from './frame.tsx'
import { startLive } from './polling.ts'
import { followAddress } from './route.ts'
import { language } from './texts/text.ts'
import { applyTheme } from './theme.ts'

document.documentElement.lang = language
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
startFollowing(() => Date.now())
