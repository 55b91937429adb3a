import type { Notification, NotificationKind } from './notification.ts'

export type Language = 'ko' | 'en'

/** Words of ours only: they pass through other people's servers. */
export function notificationText(
  { kind, taskId, taskKind, conversationId }: Notification,
  language: Language,
): { title: string; body: string; path: string } {
  const [title, body] = words[language][kind]
  return { title, body, path: pathOf(taskKind, taskId, conversationId) }
}

const words: Record<Language, Record<NotificationKind, readonly [string, string]>> = {
  ko: {
    'quiz.ready': ['퀴즈가 준비됐습니다', '지금 풀 수 있습니다.'],
    'record.generated': ['생활기록부를 다 썼습니다', '확인하고 저장해 주세요.'],
    'review.generated': ['일기에 답글이 왔습니다', '지금 읽을 수 있습니다.'],
    'turn.completed': ['대화에 답이 왔습니다', '지금 읽을 수 있습니다.'],
    'task.failed': ['글을 쓰지 못했습니다', '까닭을 보고 다시 시도할 수 있습니다.'],
  },
  en: {
    'quiz.ready': ['Your quiz is ready', 'You can take it now.'],
    'record.generated': ['Your record is written', 'Please check and save it.'],
    'review.generated': ['Your diary has a reply', 'You can read it now.'],
    'turn.completed': ['Your chat has a reply', 'You can read it now.'],
    'task.failed': ['A text could not be written', 'See why, and try again.'],
  },
}

/** As the pages' `route.js` has them. */
function pathOf(taskKind: string, taskId: string, conversationId: string | undefined): string {
  if (taskKind === 'turn') return conversationId ? `/#chat=${conversationId}` : '/#chat'
  return `/#${taskKind === 'record' ? 'task' : taskKind}=${taskId}`
}
