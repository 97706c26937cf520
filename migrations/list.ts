/** Every migration, in order: plain SQL files, forward only, never edited once released. */
import { readFileSync } from 'node:fs'

export const migrations: Readonly<Record<string, string>> = {
  '0001_log': sql('0001_log.sql'),
  '0002_views': sql('0002_views.sql'),
  '0003_replays': sql('0003_replays.sql'),
  '0004_registry': sql('0004_registry.sql'),
  '0005_log_identity': sql('0005_log_identity.sql'),
  '0006_inbound': sql('0006_inbound.sql'),
  '0007_command_answers': sql('0007_command_answers.sql'),
  '0008_reactors': sql('0008_reactors.sql'),
  '0009_parked_batches': sql('0009_parked_batches.sql'),
  '0010_registry_spellings': sql('0010_registry_spellings.sql'),
  '0012_reactor_effects': sql('0012_reactor_effects.sql'),
  '0013_letter_counts': sql('0013_letter_counts.sql'),
  '0014_relay_topics': sql('0014_relay_topics.sql'),
  '0015_effects': sql('0015_effects.sql'),
  '0016_mail_inbox': sql('0016_mail_inbox.sql'),
  '0017_mail_reactor': sql('0017_mail_reactor.sql'),
  '0018_delivery_reactor': sql('0018_delivery_reactor.sql'),
  '0019_alerts': sql('0019_alerts.sql'),
  '0021_live': sql('0021_live.sql'),
  '0022_inbound_waits': sql('0022_inbound_waits.sql'),
  '0023_append_notices': sql('0023_append_notices.sql'),
  '0024_behaviour': sql('0024_behaviour.sql'),
  '0025_user_event_topic': sql('0025_user_event_topic.sql'),
  '0028_fraud': sql('0028_fraud.sql'),
  '0029_packed_sessions': sql('0029_packed_sessions.sql'),
  '0030_due_order': sql('0030_due_order.sql'),
}

function sql(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
}
