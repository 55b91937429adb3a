import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DockerfileParser } from 'dockerfile-ast'
import { parse } from 'yaml'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A file of `deploy/`, as it is. */
export function deployed(name: string): string {
  return readFileSync(`${root}deploy/${name}`, 'utf8')
}

/** The image that `deploy/Dockerfile` makes of the repository, and how it is run. */
export function image() {
  const dockerfile = DockerfileParser.parse(deployed('Dockerfile'))
  const instructions = [...dockerfile.getHEALTHCHECKs(), ...dockerfile.getCMDs()].map(
    instruction => instruction.getRawArgumentsContent() ?? '',
  )
  const [healthcheck = [], command = []] = instructions.map(text => JSON.parse(/\[.*\]$/.exec(text)?.[0] ?? ''))
  return {
    /** The paths copied from the repository, each with its target. */
    copies: dockerfile.getCOPYs().flatMap(copy => {
      if (copy.getFlags().some(flag => flag.getName() === 'from')) return []
      const paths = copy.getArguments().map(argument => argument.getValue())
      const target = paths.pop() ?? ''
      // Folders are copied one by one, to where they are here; files to the top.
      return paths.map(source => ({ source, target: target === './' ? source : target }))
    }),
    env: Object.fromEntries(
      dockerfile.getENVs().flatMap(env => env.getProperties().map(one => [one.getName(), one.getValue() ?? ''])),
    ) as Record<string, string>,
    healthcheck: healthcheck as string[],
    command: command as string[],
  }
}

interface Service {
  environment?: Record<string, string>
  stop_grace_period?: string
  networks?: string[] | Record<string, { ipv4_address?: string }>
  extra_hosts?: string[]
}

/** `deploy/compose.yaml`, with variables as they are written in it. */
export function composed(): { services: Record<string, Service>; text: string } {
  const text = deployed('compose.yaml')
  return { ...parse(text, { merge: true }), text }
}

/** The text with `${NAME}`, `${NAME:-default}` and `${NAME:?message}` as Compose fills them in. */
export function interpolated(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name, kind, word) => {
    if (values[name]) return values[name]
    if (kind === '-') return word
    throw new Error(`${name} is not set`)
  })
}
