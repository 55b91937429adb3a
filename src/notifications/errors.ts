import { Problem } from '../problem.ts'

/** Also for those of others: nobody can tell that they exist. */
export function notificationNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'notification-not-found',
    title: 'No such notification',
    detail: 'There is no notification with this id, or it is not yours. It goes when its task is removed.',
  })
}

export function tooManyStreams(): Problem {
  return new Problem({
    status: 429,
    code: 'too-many-streams',
    title: 'Too many open streams',
    detail: 'One connection to this address is enough for a browser. Close another one first.',
    headers: { 'retry-after': '30' },
  })
}
