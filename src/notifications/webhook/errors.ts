import { Problem } from '../../problem.ts'

export function webhookNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'webhook-not-found',
    title: 'No webhook',
    detail: 'You have no webhook. PUT its URL here to have one.',
  })
}

export function uncallableUrl(): Problem {
  return new Problem({
    status: 400,
    code: 'uncallable-url',
    title: 'This URL cannot be called',
    detail: 'It must begin with https://, name a public address, and have no user name or password in it.',
  })
}
