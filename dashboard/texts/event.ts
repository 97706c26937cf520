/** The page of one event. */
import type { Area } from './area.ts'

export const EVENT = {
  'event.title': ['Event {n}', 'Événement {n}'],
  'event.none': ['The log has no event at this position.', 'Le journal n’a pas d’événement à cette position.'],
  'event.version': ['{n} of its stream', '{n} de son flux'],
  'event.schema': ['Schema', 'Schéma'],
  'event.id': ['Id', 'Id'],
  'event.order': ['Order', 'Commande'],
  'event.customer': ['Customer', 'Client'],
  'event.content': ['Content of {type}', 'Contenu de {type}'],
  'event.cause': ['Cause', 'Cause'],
  'event.cause.none': [
    'No event caused it: somebody asked for it.',
    'Aucun événement ne l’a causé : quelqu’un l’a demandé.',
  ],
  'event.cause.far': [
    'Not found up to position {to}, beginning at the time in its id: {id}',
    'Introuvable jusqu’à la position {to}, à partir du moment inscrit dans son id : {id}',
  ],
  'event.effects': ['Effects', 'Effets'],
  'event.effects.none': [
    'None up to position {to}, nor among the events of its order.',
    'Aucun jusqu’à la position {to}, ni parmi ceux de sa commande.',
  ],
  'event.effects.up-to': ['Looked for up to position {to}.', 'Cherchés jusqu’à la position {to}.'],
  'event.request': ['From the same request', 'De la même demande'],
  'event.request.none': ['Nothing else.', 'Rien d’autre.'],
  'event.neighbours': ['Neighbours in the log', 'Voisins dans le journal'],
  'event.here': ['this one', 'celui-ci'],
  'event.looking': ['Looking for it', 'Recherche en cours'],
} as const satisfies Area
