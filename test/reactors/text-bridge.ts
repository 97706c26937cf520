/** A bridge for text messages, and the keys of what it took. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface TextBridge {
  readonly url: string
  /** What it answers from now on, having taken the message; null: nothing, and the connection is cut. */
  answer: number | null
  /** In the order in which they came, each as often as it came. */
  readonly keys: readonly string[]
  close(): Promise<void>
}

export async function textBridge(): Promise<TextBridge> {
  const keys: string[] = []
  const server = createServer((request, response) => {
    json(request).then(
      (message) => {
        keys.push((message as { readonly key: string }).key)
        if (bridge.answer === null) response.destroy()
        else response.writeHead(bridge.answer).end()
      },
      // The client is gone.
      () => response.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bridge: TextBridge = {
    answer: 204,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    keys,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return bridge
}
