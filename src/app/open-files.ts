import type { Config } from '../config/read-config.ts'

/**
 * Descriptors besides those for clients and the model, with room to spare. Measured on Linux with Node 24: 25 of Node
 * itself, 137 to 154 files of the embedded database, which has one for each used table and index; with Postgres 15.
 */
const descriptorsOf = {
  process: 32,
  embeddedDatabase: 224,
  postgres: 24,
  redis: 4,
  /** Pages being read, webhooks, push and text messages, name lookups. */
  theRest: 48,
}

/** Used even where the limit has no room for it: a server that serves no one is of no use. */
const fewest = { connections: 16, texts: 5 }

/**
 * How many files and sockets this process may have open at once. Node raises the soft limit to the hard one when it starts.
 * `Infinity` where there is no limit.
 */
export function openFilesLimit(): number {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report
  const { excludeNetwork } = report
  // Otherwise it would resolve the name of each address of this machine.
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft: number | 'unlimited' } } }
  report.excludeNetwork = excludeNetwork
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY
}

/**
 * The configuration, with as many connections of clients and concurrent texts as fit below `limit` beside the database,
 * files and the rest: those have their descriptors, whatever clients do.
 *
 * Texts may take half of the remaining descriptors: otherwise many texts could be written and none read, or the other
 * way round. Each is a connection to the model, and two descriptors with the demo model, which is in this process.
 */
export function withinOpenFiles(config: Config, limit: number): Config {
  const besides =
    descriptorsOf.process +
    (config.databaseUrl ? descriptorsOf.postgres : descriptorsOf.embeddedDatabase) +
    (config.redisUrl ? descriptorsOf.redis : 0) +
    descriptorsOf.theRest
  const left = Math.max(0, limit - besides)
  const perText = config.openai.apiKey || config.openai.baseUrl ? 1 : 2
  const wanted = config.maxRunningOutputs + config.summaryConcurrency
  const texts = Math.min(wanted, Math.floor(left / 2 / perText))
  const summaries = Math.max(1, Math.min(config.summaryConcurrency, Math.floor(texts / 4)))
  return Object.freeze({
    ...config,
    maxConnections: Math.max(
      Math.min(config.maxConnections, fewest.connections),
      Math.min(config.maxConnections, left - texts * perText),
    ),
    maxRunningOutputs: Math.max(
      Math.min(config.maxRunningOutputs, fewest.texts),
      Math.min(config.maxRunningOutputs, texts - summaries),
    ),
    summaryConcurrency: texts === wanted ? config.summaryConcurrency : summaries,
  })
}

/** Logs one line if `withinOpenFiles` made `config` smaller than `wanted`. */
export function logWhatDoesNotFit(
  logger: { warn(fields: object, message: string): void },
  { wanted, config, openFiles }: { wanted: Config; config: Config; openFiles: number },
): void {
  const names = ['maxConnections', 'maxRunningOutputs', 'summaryConcurrency'] as const
  if (names.every(name => config[name] === wanted[name])) return
  const { maxConnections, maxRunningOutputs, summaryConcurrency } = config
  logger.warn(
    { openFiles, maxConnections, maxRunningOutputs, summaryConcurrency },
    'the limit of open files leaves room for fewer connections or texts at once than the settings say: raise it (ulimit -n)',
  )
}
