/** What the parts that run in threads tell of themselves. */

export interface ThreadHealth {
  readonly state: 'waiting' | 'standby' | 'following' | 'publishing' | 'broken' | 'stopped'
  /** Why it is broken or waits, or why it last fell back. */
  readonly reason: string | null
}

/** Numbers by their names, as the part has them; none: it has none, or does not know them yet. */
export type Figures = Readonly<Record<string, number>>

export const noFigures = (): Figures => ({})

/** Of a thread that reads no feed from Kafka. */
export const noFeed = (): null => null
