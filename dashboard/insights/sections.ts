/** The pages of Insights, in the order of their links. */
export const SECTIONS = ['fraud', 'stock', 'forecast', 'recommendations', 'behaviour', 'business'] as const

export type Section = (typeof SECTIONS)[number]

/** Null: no section has this name. */
export function sectionOf(id: string | null): Section | null {
  return SECTIONS.find((one) => one === (id ?? SECTIONS[0])) ?? null
}
