import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { bare, isPublicAddress } from './public-address.ts'

const connectTimeoutMs = 5_000

/** The host is, or resolves to, an address that is not public. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress'
  readonly code = 'PRIVATE_ADDRESS'

  constructor() {
    super('the address is not a public one')
  }
}

/**
 * Connections to addresses that users gave. Unless `allowPrivate`, a connection is refused with `PrivateAddress` if its host
 * resolves to an address that is not public. The check uses the very address that is then connected to, so that a name
 * cannot resolve elsewhere in between.
 */
export function guardedAgent({
  allowPrivate,
  lookup = resolve as LookupFunction,
}: {
  allowPrivate: boolean
  /** Resolves names; the system's resolver by default. */
  lookup?: LookupFunction
}): Agent {
  // No connection is kept open for the next user's address.
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
      // A connection to an IP address makes no lookup.
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
