import type { ChainableCommander } from 'ioredis'

/** The attempt has been replaced: the log has events of a later one. */
export const replaced = -1

/** Nothing was published, so the number of followers is unknown. */
export const unpublished = -1

/**
 * Appends events to a task's log, unless they are there, and publishes them to its followers; all or nothing.
 *
 * An entry's id is its event's: the attempt, then the seq. Redis refuses an id that is not larger than the last, so an
 * older attempt can append nothing once a newer one has begun. If events before the first are missing, the script
 * appends nothing. When a new attempt begins, it removes the void events of older ones.
 *
 * Answers the last seq of this attempt in the log (0 for none, or `replaced`), and the number of instances that got the
 * message (`unpublished` if nothing was appended).
 *
 * KEYS[1] the log, and the name of its channel. ARGV: attempt; seq of the first event; seconds to live; 1 to rewrite
 * the log from its first event; then the events, or none to only ask. One key, one slot: so it runs on Redis Cluster as
 * well.
 */
export const appendScript = {
  numberOfKeys: 1,
  lua: `
    local key, attempt, first = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
    local known = 0
    local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
    if last then
      local lastAttempt, lastSeq = string.match(last[1], '(%d+)-(%d+)')
      if tonumber(lastAttempt) > attempt then return {${replaced}, ${unpublished}} end
      if tonumber(lastAttempt) == attempt then known = tonumber(lastSeq) end
    end
    if ARGV[4] == '1' then
      redis.call('DEL', key)
      known = 0
    end
    local count = #ARGV - 4
    if first > known + 1 or first + count - 1 <= known then return {known, ${unpublished}} end
    for seq = known + 1, first + count - 1 do
      redis.call('XADD', key, ARGV[1] .. '-' .. seq, 'event', ARGV[4 + seq - first + 1])
    end
    if last and known == 0 then redis.call('XTRIM', key, 'MINID', ARGV[1]) end
    redis.call('EXPIRE', key, ARGV[3])
    local message = ARGV[1] .. ' ' .. ARGV[2] .. '\\n' .. table.concat(ARGV, '\\n', 5)
    return {first + count - 1, redis.call('PUBLISH', key, message)}
  `,
}

/** Parses a message that the script published. */
export function readMessage(message: string): { attempt: number; first: number; events: string[] } {
  const [head = '', ...events] = message.split('\n')
  const [attempt, first] = head.split(' ').map(Number)
  return { attempt: attempt ?? 0, first: first ?? 0, events }
}

/** The script as a command of a pipeline. */
export interface AppendScript {
  pipeline(): ChainableCommander & {
    conchAppend(
      key: string,
      attempt: number,
      first: number,
      ttlSeconds: number,
      rewrite: 0 | 1,
      ...events: string[]
    ): void
  }
}
