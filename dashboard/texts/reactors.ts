/** The table of reactors. */
import type { Area } from './area.ts'

export const REACTORS = {
  'reactors.title': ['Reactors', 'Réacteurs'],
  'reactors.reactor': ['Reactor', 'Réacteur'],
  'reactors.due': ['Due', 'À faire'],
  'reactors.overdue': ['Overdue', 'En retard'],
  'reactors.parked': ['Parked', 'En attente'],
  'reactors.waits': ['Waits for', 'Attend'],
  'reactors.error': ['Last error', 'Dernière erreur'],
  'reactors.none': ['none', 'aucune'],
  'reactors.nothing': ['nothing', 'rien'],
  'reactors.since': ['{reason}, since {time}', '{reason}, depuis {time}'],
} as const satisfies Area
