import { Problem } from '../../base/problem.ts'

/** Also for reviews of others: no one can find out that they exist. */
export function reviewNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'review-not-found',
    title: 'No such review',
    detail: 'There is no review with this id, or it is not yours.',
  })
}
