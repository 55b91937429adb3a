import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { bare, isPublicAddress } from './public-address.ts'

const connectTimeoutMs = 5_000

/** The host is, or leads to, an address that is not public. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress'
  readonly code = 'PRIVATE_ADDRESS'

  constructor() {
    super('the address is not a public one')
  }
}

/**
 * Connections to addresses that users gave. Unless `allowPrivate`, each is refused with `PrivateAddress` if its host leads
 * to an address that is not public: judged on the very addresses that are then connected to, so that a name cannot lead
 * elsewhere in between.
 */
export function guardedAgent({
  allowPrivate,
  lookup = resolve as LookupFunction,
}: {
  allowPrivate: boolean
  /** How names become addresses; the system's way. */
  lookup?: LookupFunction
}): Agent {
  // Nothing is kept open for the next user's address.
  const limits = {
    pipelining: 1,
    connections: 8,
    keepAliveTimeout: 1_000,
    keepAliveMaxTimeout: 10_000,
    maxHeaderSize: 16_384,
  }
  if (allowPrivate) return new Agent({ ...limits, connect: { timeout: connectTimeoutMs, lookup } })
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    lookup: publicOnly(lookup),
  } as buildConnector.BuildOptions)
  return new Agent({
    ...limits,
    connect(options, callback) {
      const host = bare(options.hostname)
      // An address is connected to without a lookup.
      if (isIP(host) && !isPublicAddress(host)) return callback(new PrivateAddress(), null)
      connect(options, callback)
    },
  })
}

function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [])
      const addresses = found as { address: string; family: number }[]
      if (!addresses.every(({ address }) => isPublicAddress(address))) return callback(new PrivateAddress(), [])
      if (options.all) return callback(null, addresses)
      const [first] = addresses
      callback(first ? null : new PrivateAddress(), first?.address ?? '', first?.family)
    })
  }
}
