/** Texts of the page Deliveries. */
import type { Area } from './area.ts'

export const DELIVERIES = {
  'deliveries.empty': ['No deliveries yet.', 'Pas encore de livraisons.'],
  'deliveries.empty.status': ['No delivery has this status.', 'Aucune livraison n’a ce statut.'],
  'deliveries.caption': ['Deliveries, newest first', 'Livraisons, la plus récente d’abord'],
  'deliveries.statuses': ['Deliveries by status', 'Livraisons par statut'],
  'deliveries.all': ['All', 'Toutes'],
  'deliveries.newest': ['Newest', 'Plus récentes'],
  'deliveries.older': ['Older', 'Plus anciennes'],
  'deliveries.column.order': ['Order', 'Commande'],
  'deliveries.column.status': ['Status', 'Statut'],
  'deliveries.column.progress': ['Progress', 'Avancement'],
  'deliveries.column.timeline': ['Timeline', 'Chronologie'],
  'deliveries.column.dispatches': ['Dispatches', 'Expéditions'],
  'deliveries.progress': ['Delivery of {order}', 'Livraison de {order}'],
  'deliveries.percent': ['{percent} %', '{percent} %'],
  'deliveries.scheduled': ['paid', 'payée'],
  'deliveries.dispatched': ['dispatched', 'expédiée'],
  'deliveries.delivered': ['delivered', 'livrée'],
  'deliveries.failed': ['failed', 'échouée'],
  'deliveries.cancelled': ['cancelled', 'annulée'],
} as const satisfies Area
