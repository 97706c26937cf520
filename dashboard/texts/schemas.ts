/** The page of all events and their versions. */
import type { Area } from './area.ts'

export const SCHEMAS = {
  'schemas.empty': [
    'The log is empty, so no version is in use yet.',
    'Le journal est vide : aucune version n’est encore utilisée.',
  ],
  'schemas.caption': ['Events and their versions, by name', 'Événements et leurs versions, par nom'],
  'schemas.elsewhere': [
    'A version that is not in the log may still be in dumps or in use by consumers. Schema registry:',
    'Une version absente du journal peut rester dans des sauvegardes ou chez des consommateurs. Registre des schémas :',
  ],
  'schemas.events': ['event | events', 'événement | événements'],
  'schemas.versions': ['version | versions', 'version | versions'],
  'schemas.in-log': ['In the log', 'Dans le journal'],
  'schemas.not-in-log': ['Not in the log', 'Absentes du journal'],
  'schemas.event': ['Event', 'Événement'],
  'schemas.stream': ['Stream', 'Flux'],
  'schemas.level': ['Level', 'Niveau'],
  'schemas.version.many': ['Versions', 'Versions'],
  'schemas.later': ['from a later release', 'd’une version plus récente du service'],
  'schemas.unknown': ['unknown', 'inconnu'],
  'schemas.retired': ['retired', 'retiré'],
  'schemas.retired.by': ['now {names}', 'maintenant {names}'],
  'schemas.bar': [
    '{type} v{version}, of {n} event of the most frequent version | {type} v{version}, of {n} events of the most frequent version',
    '{type} v{version}, sur {n} événement de la version la plus fréquente | {type} v{version}, sur {n} événements de la version la plus fréquente',
  ],
  'schemas.counted': ['As of position {n}, received {seconds} s ago', 'À la position {n}, reçu il y a {seconds} s'],
  'schemas.counting': [
    'Counted {position} of {n} event so far, received {seconds} s ago | Counted {position} of {n} events so far, received {seconds} s ago',
    'Comptés jusqu’ici : {position} sur {n} événement, reçu il y a {seconds} s | Comptés jusqu’ici : {position} sur {n} événements, reçu il y a {seconds} s',
  ],
  'schemas.counting.label': ['Counting the log', 'Comptage du journal'],
  'schemas.registry.embedded': ['embedded, at', 'intégré, sous'],
  'schemas.registry.shared': ['shared, at', 'partagé, sous'],
  'schemas.held': ['{n} event | {n} events', '{n} événement | {n} événements'],
  'schemas.held.not': ['not in the log', 'absente du journal'],
  'schemas.held.not-yet': ['none counted yet', 'rien de compté encore'],
} as const satisfies Area
