import type { ChainableCommander } from 'ioredis'

/** The attempt has been replaced: the log has events of a later one. */
export const replaced = -1

/** Nobody was told anything, so it is not known how many would have heard. */
export const untold = -1

/**
 * Appends events to a task's log, unless they are there, and publishes them to its followers; all or nothing.
 *
 * An entry's id is its event's: the attempt, then the seq. Redis refuses an id that is not larger than the last, so an
 * older attempt can append nothing once a newer one has begun. Answers up to which seq the log of this attempt is there,
 * 0 if nothing is, `replaced`; and how many instances heard of it, `untold` if nothing was appended. If events are missing
 * before the first, nothing is. What older attempts wrote is void, and goes.
 *
 * KEYS[1] the log, and the name of its channel. ARGV: attempt; seq of the first event; seconds to live; 1 to write the log
 * anew; then the events, none to ask only. One key, one slot: so it runs on Redis Cluster as well.
 */
export const appendScript = {
  numberOfKeys: 1,
  lua: `
    local key, attempt, first = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
    local known = 0
    local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
    if last then
      local lastAttempt, lastSeq = string.match(last[1], '(%d+)-(%d+)')
      if tonumber(lastAttempt) > attempt then return {${replaced}, ${untold}} end
      if tonumber(lastAttempt) == attempt then known = tonumber(lastSeq) end
    end
    if ARGV[4] == '1' then
      redis.call('DEL', key)
      known = 0
    end
    local count = #ARGV - 4
    if first > known + 1 or first + count - 1 <= known then return {known, ${untold}} end
    for seq = known + 1, first + count - 1 do
      redis.call('XADD', key, ARGV[1] .. '-' .. seq, 'event', ARGV[4 + seq - first + 1])
    end
    if last and known == 0 then redis.call('XTRIM', key, 'MINID', ARGV[1]) end
    redis.call('EXPIRE', key, ARGV[3])
    local message = ARGV[1] .. ' ' .. ARGV[2] .. '\\n' .. table.concat(ARGV, '\\n', 5)
    return {first + count - 1, redis.call('PUBLISH', key, message)}
  `,
}

/** What a message of the script says. */
export function readMessage(message: string): { attempt: number; first: number; events: string[] } {
  const [head = '', ...events] = message.split('\n')
  const [attempt, first] = head.split(' ').map(Number)
  return { attempt: attempt ?? 0, first: first ?? 0, events }
}

/** The script as a command of a pipeline. */
export interface AppendScript {
  pipeline(): ChainableCommander & {
    conchAppend(key: string, attempt: number, first: number, ttlSeconds: number, anew: 0 | 1, ...events: string[]): void
  }
}
