import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Queries } from '../db/client.ts'
import type { ChannelName } from './channel.ts'
import { type NotificationKind, notificationKinds } from './notification.ts'
import { notificationPreferences } from './tables.ts'

/** The channels that an owner wants, for each kind of event. */
export type Preferences = Record<NotificationKind, ChannelName[]>

/** An owner without preferences is notified of these, by every channel they have: they may be elsewhere when it happens. */
const notifiedByDefault: ReadonlySet<NotificationKind> = new Set(['quiz.ready', 'record.generated', 'task.failed'])

/** What owners chose, and the defaults, among the channels that this server offers. */
export class PreferenceStore {
  readonly offered: readonly ChannelName[]

  constructor(offered: readonly ChannelName[]) {
    this.offered = offered
  }

  async get(
    tx: Queries,
    ownerId: string,
    kinds: readonly NotificationKind[] = notificationKinds,
  ): Promise<Preferences> {
    const rows = await tx
      .select()
      .from(notificationPreferences)
      .where(and(eq(notificationPreferences.ownerId, ownerId), inArray(notificationPreferences.kind, [...kinds])))
    const said = new Map(rows.map(({ kind, channels }) => [kind, channels]))
    // A choice made on a server that offers more channels may be in use again later.
    const among = (kind: NotificationKind) =>
      this.offered.filter(channel => said.get(kind)?.includes(channel) ?? this.#byDefault(kind, channel))
    return Object.fromEntries(notificationKinds.map(kind => [kind, among(kind)])) as Preferences
  }

  /** Both channels of a phone would show one person the same on the same screen, and each costs. */
  #byDefault(kind: NotificationKind, channel: ChannelName): boolean {
    return notifiedByDefault.has(kind) && !(channel === 'sms' && this.offered.includes('alimtalk'))
  }

  /** The channels for one kind of event. */
  async of(tx: Queries, ownerId: string, kind: NotificationKind): Promise<readonly ChannelName[]> {
    return (await this.get(tx, ownerId, [kind]))[kind]
  }

  async set(tx: Queries, ownerId: string, preferences: Preferences): Promise<void> {
    await tx
      .insert(notificationPreferences)
      .values(notificationKinds.map(kind => ({ ownerId, kind, channels: preferences[kind] })))
      .onConflictDoUpdate({
        target: [notificationPreferences.ownerId, notificationPreferences.kind],
        set: { channels: sql`excluded.channels` },
      })
  }
}
