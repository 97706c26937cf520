/** The folder of the package: the checkout, or the image. */
import { fileURLToPath } from 'node:url'

// One folder up from cli/, and two from dist/cli/.
export const packageRoot = fileURLToPath(
  new URL(import.meta.url.includes('/dist/cli/') ? '../..' : '..', import.meta.url),
)
