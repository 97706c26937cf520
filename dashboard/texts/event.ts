/** The page of one event. */
import type { Area } from './area.ts'

export const EVENT = {
  'event.title': ['Event {n}', 'Événement {n}'],
  'event.none': ['The log has no event at this position.', 'Le journal n’a pas d’événement à cette position.'],
  'event.version': ['{n} of its stream', '{n} de son flux'],
  'event.schema': ['Schema', 'Schéma'],
  'event.id': ['Id', 'Id'],
  'event.order': ['Order', 'Commande'],
  'event.content': ['Content of {type}', 'Contenu de {type}'],
  'event.cause': ['Cause', 'Cause'],
  'event.cause.none': [
    'No event caused it: somebody asked for it.',
    'Aucun événement ne l’a causé : quelqu’un l’a demandé.',
  ],
  'event.cause.far': [
    'Not among the events recorded around {time}, when it was made. Id {id}',
    'Absente des événements enregistrés vers {time}, moment de sa création. Id {id}',
  ],
  'event.cause.foreign': ['Not among the 200 events before. Id {id}', 'Absente des 200 événements précédents. Id {id}'],
  'event.effects': ['Effects', 'Effets'],
  'event.effects.none': [
    'None in the next 200 events, nor among the events of its order.',
    'Aucun dans les 200 événements suivants, ni parmi ceux de sa commande.',
  ],
  'event.request': ['From the same request', 'De la même demande'],
  'event.request.none': ['Nothing else.', 'Rien d’autre.'],
  'event.neighbours': ['Neighbours in the log', 'Voisins dans le journal'],
  'event.here': ['this one', 'celui-ci'],
  'event.looking': ['Looking for it', 'Recherche en cours'],
} as const satisfies Area
