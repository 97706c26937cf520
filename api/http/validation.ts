/** How values are held to their shapes: nothing is converted, dropped or filled in, and the first fault is told. */
export const VALIDATION = {
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  allErrors: false,
} as const
