/** What an operator does to the topics of a shop by mistake. */
import type { Admin } from 'kafkajs'
import { kafkaClient } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export async function changeTopics(settings: KafkaSettings, change: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = kafkaClient(settings, { clientId: 'operator', log: quiet }).admin()
  await admin.connect()
  try {
    await change(admin)
  } finally {
    await admin.disconnect()
  }
}
