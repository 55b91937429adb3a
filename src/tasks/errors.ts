import { Problem } from '../base/problem.ts'

/** Also the answer for a task of another owner: the answer does not reveal that it exists. */
export function taskNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'task-not-found',
    title: 'No such task',
    detail: 'There is no task with this id, or it is not yours.',
  })
}

export function outputNotFound(outputs: number): Problem {
  return new Problem({
    status: 404,
    code: 'output-not-found',
    title: 'No such output',
    detail: `This task has ${outputs} output${outputs === 1 ? '' : 's'}, numbered from 0.`,
  })
}

/** Nothing was created. */
export function idempotencyKeyReused(): Problem {
  return new Problem({
    status: 422,
    code: 'idempotency-key-reused',
    title: 'Another request has this key',
    detail:
      'You sent this Idempotency-Key with another request before. Nothing was created; each request needs its own.',
  })
}

/** Nothing was created. @param retryAfterSeconds when there may be room again */
export function queueFull(retryAfterSeconds: number): Problem {
  return new Problem({
    status: 503,
    code: 'queue-full',
    title: 'Too many tasks are waiting',
    detail: `The queue is full. Nothing was created; please try again in ${retryAfterSeconds} seconds.`,
    headers: { 'retry-after': String(retryAfterSeconds) },
  })
}

/** Nothing was created. */
export function tooManyTaskStreams(most: number): Problem {
  return new Problem({
    status: 429,
    code: 'too-many-streams',
    title: 'Too many open streams',
    detail: `You have ${most} streams of tasks open, the most that you may. Close one first, or ask for the state of the task.`,
    headers: { 'retry-after': '30' },
  })
}

export function outputUnfinished(): Problem {
  return new Problem({
    status: 409,
    code: 'output-unfinished',
    title: 'This output has not ended',
    detail: 'Only an output that has ended can be written again. Cancel it first.',
  })
}

export function taskUnfinished(): Problem {
  return new Problem({
    status: 409,
    code: 'task-unfinished',
    title: 'This task has not ended',
    detail: 'Only a task that has ended can be tried again. Cancel it first.',
  })
}

export function nothingToRetry(): Problem {
  return new Problem({
    status: 409,
    code: 'nothing-to-retry',
    title: 'This task is completed',
    detail: 'All its outputs are completed. One of them can be written again with POST .../outputs/:index/retry.',
  })
}

/** Nothing was changed. */
export function taskInputDamaged(): Problem {
  return new Problem({
    status: 409,
    code: 'input-damaged',
    title: 'What was asked for cannot be read',
    detail: 'It was damaged in storage, so nothing can be written from it again. Remove it and send a new request.',
  })
}

/** The task is between two states for a moment. */
export function taskBusy(): Problem {
  return new Problem({
    status: 409,
    code: 'task-busy',
    title: 'The task is being saved',
    detail: 'Please try again in a second.',
    headers: { 'retry-after': '1' },
  })
}
