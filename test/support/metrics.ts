import type { Visitor } from './visitor.ts'

/** The metrics of a Conch for Prometheus: `name{labels}` and its value. */
export async function scrape(visitor: Visitor): Promise<Record<string, number>> {
  const body = await (await visitor.fetch('/metrics')).text()
  const values = Array.from(body.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm), ([, name, value]) => [name, Number(value)])
  return Object.fromEntries(values)
}
