import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Queries } from '../db/client.ts'
import type { ChannelName } from './channel.ts'
import { type NotificationKind, notificationKinds } from './notification.ts'
import { notificationPreferences } from './tables.ts'

/** By which channels an owner wants to be told, of each kind of event. */
export type Preferences = Record<NotificationKind, ChannelName[]>

/** Of these an owner who said nothing is told, by whatever channel there is: they may be elsewhere when it happens. */
const toldByDefault: ReadonlySet<NotificationKind> = new Set(['quiz.ready', 'record.generated', 'task.failed'])

/** What owners chose, and what goes without saying, among the channels that this server offers. */
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
    // What was chosen on a server that offers more may come back.
    const among = (kind: NotificationKind) =>
      this.offered.filter(channel => said.get(kind)?.includes(channel) ?? this.#byDefault(kind, channel))
    return Object.fromEntries(notificationKinds.map(kind => [kind, among(kind)])) as Preferences
  }

  /** Both of a phone's channels would tell the same person the same thing on the same screen, and each costs. */
  #byDefault(kind: NotificationKind, channel: ChannelName): boolean {
    return toldByDefault.has(kind) && !(channel === 'sms' && this.offered.includes('alimtalk'))
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
