/**
 * Folded states of streams, bounded by count and by bytes. A segmented LRU: a stream enters on probation and is
 * protected once it is read again, so that streams used once (a new order's) never push hot products out.
 */

export interface StreamState {
  readonly state: unknown
  /** 0: the stream has no events. */
  readonly version: number
}

interface Entry {
  stream: StreamState
  bytes: number
}

export interface CacheBounds {
  readonly streams: number
  readonly bytes: number
}

/** Of the bounds, what protected streams may take. */
const PROTECTED_SHARE = 0.8

export class StreamCache {
  readonly #bounds: CacheBounds
  readonly #probation = new Map<string, Entry>()
  readonly #protected = new Map<string, Entry>()
  #bytes = 0
  #protectedBytes = 0

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds
  }

  get size(): number {
    return this.#probation.size + this.#protected.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** A read: it counts as use. */
  get(name: string): StreamState | undefined {
    const kept = this.#protected.get(name)
    if (kept !== undefined) {
      this.#protected.delete(name)
      this.#protected.set(name, kept)
      return kept.stream
    }
    const entry = this.#probation.get(name)
    if (entry === undefined) return undefined
    this.#probation.delete(name)
    this.#protected.set(name, entry)
    this.#protectedBytes += entry.bytes
    this.#demote()
    return entry.stream
  }

  /** A look that does not count as use. */
  peek(name: string): StreamState | undefined {
    return (this.#protected.get(name) ?? this.#probation.get(name))?.stream
  }

  set(name: string, stream: StreamState): void {
    const bytes = weigh(name) + weigh(stream.state)
    const kept = this.#protected.get(name)
    const entry = kept ?? this.#probation.get(name)
    if (entry === undefined) {
      this.#probation.set(name, { stream, bytes })
      this.#bytes += bytes
    } else {
      const growth = bytes - entry.bytes
      entry.stream = stream
      entry.bytes = bytes
      this.#bytes += growth
      if (kept !== undefined) this.#protectedBytes += growth
      this.#demote()
    }
    while (this.size > this.#bounds.streams || this.#bytes > this.#bounds.bytes) this.#evictOldest()
  }

  delete(name: string): void {
    const entry = this.#protected.get(name) ?? this.#probation.get(name)
    if (entry === undefined) return
    this.#bytes -= entry.bytes
    if (this.#protected.delete(name)) this.#protectedBytes -= entry.bytes
    this.#probation.delete(name)
  }

  clear(): void {
    this.#probation.clear()
    this.#protected.clear()
    this.#bytes = this.#protectedBytes = 0
  }

  /** Leaves room for streams on probation, by either bound: without it nothing new could ever become hot. */
  #demote(): void {
    const { streams, bytes } = this.#bounds
    for (const [name, entry] of this.#protected) {
      if (this.#protected.size <= streams * PROTECTED_SHARE && this.#protectedBytes <= bytes * PROTECTED_SHARE) return
      this.#protected.delete(name)
      this.#protectedBytes -= entry.bytes
      this.#probation.set(name, entry)
    }
  }

  #evictOldest(): void {
    for (const segment of [this.#probation, this.#protected]) {
      for (const name of segment.keys()) {
        this.delete(name)
        return
      }
    }
  }
}

/** A rough size in bytes: enough to bound memory, cheap enough for every append. */
function weigh(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length
  if (typeof value !== 'object' || value === null) return 8
  let bytes = 32
  for (const member of Object.values(value)) bytes += 8 + weigh(member)
  return bytes
}
