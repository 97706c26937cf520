/** What the parts that run in threads tell of themselves. */

/** Numbers by their names, as the part has them; none: it has none, or does not know them yet. */
export type Figures = Readonly<Record<string, number>>

export const noFigures = (): Figures => ({})

/** Of a thread that reads no feed from Kafka. */
export const noFeed = (): null => null
