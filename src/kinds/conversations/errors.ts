import { Problem } from '../../base/problem.ts'
import { taskLinks } from '../../tasks/view.ts'

/** Also for conversations of others: no one can find out that they exist. */
export function conversationNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'conversation-not-found',
    title: 'No such conversation',
    detail: 'There is no conversation with this id, or it is not yours.',
  })
}

export function messageNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'message-not-found',
    title: 'No such message',
    detail: 'This conversation has no message that the task in `replaces` replied to.',
  })
}

/** Nothing was saved. */
export function conversationBusy(taskId: string): Problem {
  return new Problem({
    status: 409,
    code: 'conversation-busy',
    title: 'A reply is being written',
    detail: 'Wait for it, or stop it. A message waits by itself with ?onBusy=queue, and stops it with ?onBusy=cancel.',
    extensions: { taskId, links: taskLinks(taskId, '') },
  })
}

export function notTheLastMessage(): Problem {
  return new Problem({
    status: 409,
    code: 'not-the-last-message',
    title: 'Not the last reply',
    detail:
      'Only the last reply of a conversation can be written again. To go back further, send a message that replaces one.',
  })
}
