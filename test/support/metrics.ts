import type { Visitor } from './visitor.ts'

/** What a Conch says of itself to Prometheus: `name{labels}` and its value. */
export async function scrape(visitor: Visitor): Promise<Record<string, number>> {
  const body = await (await visitor.fetch('/metrics')).text()
  const values = Array.from(body.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm), ([, name, value]) => [name, Number(value)])
  return Object.fromEntries(values)
}
