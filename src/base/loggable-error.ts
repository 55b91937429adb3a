/** The parts of an error that may be written to a log. */
export interface LoggableError {
  type: string
  code?: string
  /** Only of errors that are known not to quote users or the model. */
  message?: string
  /** Where it was thrown: functions, files and lines, without the message. */
  stack?: string
  cause?: LoggableError
}

const maxCauses = 4

/**
 * An error as it may be logged: nothing that users or the model wrote.
 *
 * Libraries put their input into messages and properties: JSON.parse quotes it, Postgres shows values, Drizzle all
 * parameters of a query, the model's server the prompt. So an error's own properties are left out, and its message is
 * kept only if its code is one of ours, Fastify's or undici's (`TASK_LOST`, `FST_ERR_...`, `UND_ERR_...`) or the
 * operating system's (`ECONNREFUSED`); type, code, stack and causes describe the rest.
 */
export function loggableError(error: unknown, causes = maxCauses): LoggableError {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    ...(code !== undefined && { code: code.slice(0, 100) }),
    ...(code !== undefined && quotesNobody.test(code) && { message: error.message }),
    stack: frames(error.stack),
    ...(error.cause !== undefined && causes > 0 && { cause: loggableError(error.cause, causes - 1) }),
  }
}

/** Not `ERR_...`: Node's own messages show what they received. */
const quotesNobody = /^(?!ERR_)[A-Z]+(_[A-Z0-9]+)+$|^E[A-Z]{3,}$/

/** The message comes first in a stack and may have several lines. */
function frames(stack = ''): string {
  return stack
    .split('\n')
    .filter(line => /^ {4}at .*(:\d+:\d+|<anonymous>|native)\)?$/.test(line))
    .join('\n')
}
