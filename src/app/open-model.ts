import type { FastifyBaseLogger } from 'fastify'
import { defaultBaseUrl, type Model, openModel } from '../ai/client.ts'
import { proxyFor } from '../ai/proxy-choice.ts'
import type { Config } from '../config/read-config.ts'
import { startDemoModel } from '../demo-model/server.ts'

/**
 * Opens OpenAI or any compatible server, through a proxy if there is one for it; without a key or a base URL, the demo
 * model inside this process. Whatever is opened closes with `opened`.
 */
export async function openUpstream(
  config: Config,
  logger: FastifyBaseLogger,
  opened: AsyncDisposableStack,
): Promise<Model> {
  const { apiKey, baseUrl = defaultBaseUrl, model: name, extras } = config.openai
  // Summaries are requested beside the outputs.
  const maxSockets = config.maxRunningOutputs + config.summaryConcurrency
  const shared = { limits: config.upstream, maxSockets, logger }
  if (name !== undefined) {
    const proxy = proxyFor(baseUrl, config.proxies)
    const model = openModel({ name, demo: false, apiKey, baseUrl, extras, proxy, ...shared })
    opened.defer(() => model.close())
    return model
  }
  const demo = await startDemoModel({ tokensPerSecond: config.demoTokensPerSecond })
  opened.defer(() => demo.close())
  const model = openModel({ name: demo.model, demo: true, apiKey: undefined, baseUrl: demo.baseUrl, ...shared })
  opened.defer(() => model.close())
  return model
}
