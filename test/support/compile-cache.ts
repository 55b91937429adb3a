import { resolve } from 'node:path'

/** For processes that tests start: where V8 finds its compiled code of these modules. A start takes half as long. */
export const compileCache: Record<string, string> = process.env.NODE_COMPILE_CACHE
  ? { NODE_COMPILE_CACHE: resolve(process.env.NODE_COMPILE_CACHE) }
  : {}
