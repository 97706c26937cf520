/** The page of the log. */
import type { Area } from './area.ts'

export const EVENTS = {
  'events.filter': ['Search the log', 'Chercher dans le journal'],
  'events.stream': ['Stream', 'Flux'],
  'events.type': ['Type', 'Type'],
  'events.correlation': ['Correlation', 'Corrélation'],
  'events.causation': ['Caused by event', 'Causé par l’événement'],
  'events.id': ['Event id', 'Id de l’événement'],
  'events.after': ['After position', 'Après la position'],
  'events.from': ['From', 'De'],
  'events.to': ['To (exclusive)', 'À (exclu)'],
  'events.show': ['Show', 'Afficher'],
  'events.live': ['Back to live', 'Revenir au direct'],
  'events.pause': ['Pause', 'Pause'],
  'events.up-to': ['Up to position {n}', 'Jusqu’à la position {n}'],
  'events.caption': ['Events, newest first', 'Événements, les plus récents d’abord'],
  'events.found.caption': ['Events, oldest first', 'Événements, les plus anciens d’abord'],
  'events.gap': [
    'Positions {after} to {to} came faster than they can be shown.',
    'Les positions {after} à {to} sont arrivées trop vite pour être affichées.',
  ],
  'events.gap.open': ['Show them', 'Les afficher'],
  'events.none': ['The log is empty.', 'Le journal est vide.'],
  'events.none-recent': [
    'Nothing like this in the newest 10,000 positions.',
    'Rien de tel dans les 10 000 dernières positions.',
  ],
  'events.none-found': ['Nothing found up to position {n}', 'Rien trouvé jusqu’à la position {n}'],
  'events.from-start': ['From the beginning', 'Depuis le début'],
  'events.next': ['Search on', 'Continuer'],
  'events.position': ['Position', 'Position'],
  'events.what': ['Event', 'Événement'],
  'events.version': ['Version', 'Version'],
  'events.recorded': ['Recorded', 'Enregistré'],
  'events.content': ['Content', 'Contenu'],
  'events.unreadable': ['This release cannot read it', 'Cette version ne sait pas le lire'],
} as const satisfies Area
