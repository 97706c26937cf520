/**
 * Texts of one part of the dashboard, in English and in French. `{n}` stands for a value. Of forms parted by ` | ` the first
 * is for one, the second for other numbers of `n`.
 */
export type Area = Readonly<Record<string, readonly [en: string, fr: string]>>
