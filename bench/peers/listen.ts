import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The URL of the model, for peers that use one. */
export const modelUrl = process.env.MODEL_URL ?? ''

/** Serves on a free port, and prints it for the bench that started this process. */
export function listen(listener: RequestListener): void {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1', 4096, () => console.log((server.address() as AddressInfo).port))
}
