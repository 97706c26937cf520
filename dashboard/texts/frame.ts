/** What stands around every page: where one can go, how alive the numbers are, what is wrong with the service. */
import type { Area } from './area.ts'

export const FRAME = {
  'frame.pages': ['Pages', 'Pages'],
  'frame.skip': ['Skip to the page', 'Aller à la page'],
  'frame.api': ['API', 'API'],
  'frame.dark': ['Dark theme', 'Thème sombre'],
  'frame.not-found': ['Not found', 'Page introuvable'],
  'frame.not-found.go': ['This page does not exist. Go to', 'Cette page n’existe pas. Aller à'],

  'frame.page.dashboard': ['Dashboard', 'Tableau de bord'],
  'frame.page.orders': ['Orders', 'Commandes'],
  'frame.page.payments': ['Payments', 'Paiements'],
  'frame.page.deliveries': ['Deliveries', 'Livraisons'],
  'frame.page.products': ['Products', 'Produits'],
  'frame.page.customers': ['Customers', 'Clients'],
  'frame.page.analytics': ['Analytics', 'Analyses'],
  'frame.page.insights': ['Insights', 'Éclairages'],
  'frame.page.mail': ['Mail', 'Courrier'],
  'frame.page.events': ['Events', 'Événements'],
  'frame.page.projections': ['Projections', 'Projections'],
  'frame.page.kafka': ['Kafka', 'Kafka'],
  'frame.page.failures': ['Failures', 'Échecs'],
  'frame.page.schemas': ['Schemas', 'Schémas'],

  'frame.live': ['Live', 'En direct'],
  'frame.live.old': ['Live, data {age} old', 'En direct, données d’il y a {age}'],
  'frame.connecting': ['Connecting', 'Connexion'],
  'frame.reconnecting': ['Reconnecting', 'Reconnexion'],
  'frame.reconnecting.old': ['Reconnecting, data {age} old', 'Reconnexion, données d’il y a {age}'],
  'frame.polling': ['No connection: asking once a second', 'Pas de connexion : une demande par seconde'],
  'frame.polling.old': [
    'No connection: asking once a second, data {age} old',
    'Pas de connexion : une demande par seconde, données d’il y a {age}',
  ],
  'frame.ended': [
    'The service ended the connection ({detail}). Reload the page.',
    'Le service a mis fin à la connexion ({detail}). Rechargez la page.',
  ],
  'frame.silent': [
    'The service is not responding. The numbers shown are out of date.',
    'Le service ne répond pas. Les chiffres affichés ne sont plus à jour.',
  ],
  'frame.older': [
    'This page is of release {page}, the service of release {service}.',
    'Cette page est de la version {page}, le service de la version {service}.',
  ],
  'frame.reload': ['Reload', 'Recharger'],

  'frame.stopped': ['Some numbers no longer change.', 'Certains chiffres ne changent plus.'],
  'frame.stopped.at': ['Stopped at an event:', 'Arrêt à un événement :'],
  'frame.stopped.why': ['{name} (position {position}: {message})', '{name} (position {position} : {message})'],

  'frame.as-of': ['As of position {n}', 'À la position {n}'],
  'frame.behind': ['{seconds} s behind', '{seconds} s de retard'],
  'frame.received': ['received {seconds} s ago', 'reçu il y a {seconds} s'],

  'frame.news': [
    '{n} change in {topics} | {n} changes in {topics}',
    '{n} changement : {topics} | {n} changements : {topics}',
  ],
  'frame.new': ['{n} new', '{n} à afficher'],
  'frame.new.none': ['Up to date', 'À jour'],

  'frame.topic.orders': ['orders', 'commandes'],
  'frame.topic.payments': ['payments', 'paiements'],
  'frame.topic.deliveries': ['deliveries', 'livraisons'],
  'frame.topic.stock': ['stock', 'stock'],
  'frame.topic.activity': ['activity', 'activité'],
  'frame.topic.fraud': ['fraud alerts', 'alertes de fraude'],
  'frame.topic.alerts': ['alerts', 'alertes'],

  'frame.verdict': ['State of the service', 'État du service'],
  'frame.verdict.service': ['Service', 'Service'],
  'frame.verdict.database': ['Database', 'Base de données'],
  'frame.verdict.readers': ['Readers', 'Lecteurs'],
  'frame.verdict.kafka': ['Kafka', 'Kafka'],
  'frame.verdict.reactors': ['Reactors', 'Réacteurs'],
  'frame.verdict.fine': ['fine', 'en ordre'],
  'frame.verdict.trouble': ['trouble', 'problème'],
  'frame.verdict.unknown': ['unknown', 'inconnu'],
  'frame.verdict.without': ['not used', 'non utilisé'],
  'frame.verdict.service.away': [
    'The service does not answer: what is shown is old.',
    'Le service ne répond pas : ce qui est affiché est ancien.',
  ],
  'frame.verdict.database.away': [
    'The database cannot be reached: {detail}.',
    'La base de données est injoignable : {detail}.',
  ],
  'frame.verdict.kafka.away': ['Kafka cannot be reached: {detail}.', 'Kafka est injoignable : {detail}.'],
  'frame.verdict.readers.behind': [
    '{names}: behind by {age}, and not catching up.',
    '{names} : {age} de retard, sans rattraper.',
  ],
  'frame.verdict.reactors.failed': [
    '{names}: stopped at an event that cannot be read.',
    '{names} : arrêt à un événement illisible.',
  ],
  'frame.verdict.reactors.unserved': ['{names}: no process runs them.', '{names} : aucun processus ne les exécute.'],
  'frame.verdict.reactors.paused': ['{names}: paused.', '{names} : en pause.'],
  'frame.verdict.reactors.outage': ['{names}: wait, because {detail}.', '{names} : en attente, car {detail}.'],
  'frame.verdict.reactors.parked': [
    '{names}: could not do something, which waits for a retry.',
    '{names} : quelque chose a échoué et attend un nouvel essai.',
  ],
  'frame.try': ['Try', 'Essayez'],
} as const satisfies Area
