import { once } from 'node:events'
import { Agent, createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/**
 * A reverse proxy that serves one path of its host from a server, and nothing else: with the path kept, or stripped. Answers its
 * address, without the path.
 */
export async function startPathProxy(
  t: Pick<Test, 'teardown'>,
  { path, server, form }: { path: string; server: string; form: 'keeps' | 'strips' },
): Promise<string> {
  const agent = new Agent({ keepAlive: true })
  const proxy = createServer((request, response) => {
    const { url = '/', method, headers } = request
    if (url !== path && !url.startsWith(`${path}/`)) return void response.writeHead(418).end()
    // As nginx does with `location /conch/` alone.
    if (form === 'strips' && url === path) return void response.writeHead(301, { location: `${path}/` }).end()
    const target = form === 'keeps' ? url : url.slice(path.length)
    const onward = forward(server + target, { method, headers, agent }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    response.on('close', () => onward.destroy())
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    agent.destroy()
    proxy.closeAllConnections()
    proxy.close()
  })
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}
