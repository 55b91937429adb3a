import type { Language } from '../http/language.ts'
import type { Notification, NotificationKind } from './notification.ts'

/** In which language, and below which path the pages are: see `http/base-path.ts`. */
export interface Reader {
  language: Language
  basePath: string
}

export interface NotificationText {
  title: string
  body: string
  /** The path of the page that shows what it is about: see public/route.js. */
  path: string
}

/** The text of a notification, in words of ours: nothing that a user wrote leaves by a notification. */
export function notificationText(
  { kind, taskId, taskKind, conversationId }: Pick<Notification, 'kind' | 'taskId' | 'taskKind' | 'conversationId'>,
  { language, basePath }: Reader,
): NotificationText {
  const words = kind === 'task.failed' ? (failures[taskKind] ?? failure) : successes[kind]
  const [title, body] = words[language]
  return { title, body, path: basePath + pathOf(taskKind, taskId, conversationId) }
}

function pathOf(taskKind: string, taskId: string, conversationId: string | undefined): string {
  switch (taskKind) {
    case 'record':
      return `/#task=${taskId}`
    case 'review':
      return `/#review=${taskId}`
    case 'quiz':
      return `/#quiz=${taskId}`
    case 'turn':
      return conversationId === undefined ? '/#chat' : `/#chat=${conversationId}`
    default:
      return '/'
  }
}

type Words = Record<Language, readonly [title: string, body: string]>

const successes: Record<Exclude<NotificationKind, 'task.failed'>, Words> = {
  'quiz.ready': {
    ko: ['퀴즈가 준비되었습니다', '이제 풀 수 있습니다.'],
    en: ['Your quiz is ready', 'You can take it now.'],
  },
  'record.generated': {
    ko: ['생활기록부 글이 준비되었습니다', '살펴보고 고친 뒤 확정해 주세요.'],
    en: ['Your student record is ready', 'Look it over, edit it and confirm it.'],
  },
  'review.generated': {
    ko: ['일기에 답글이 달렸습니다', '눌러서 읽어 보세요.'],
    en: ['Your diary entry has a reply', 'Open it to read what it says.'],
  },
  'turn.completed': {
    ko: ['대화에 답이 왔습니다', '눌러서 이어 가세요.'],
    en: ['There is a reply in your conversation', 'Open it to go on.'],
  },
}

const failure: Words = {
  ko: ['글을 쓰지 못했습니다', '눌러서 까닭을 보고 다시 시도할 수 있습니다.'],
  en: ['A text could not be written', 'Open it to see why and to try again.'],
}

const failures: Record<string, Words> = {
  record: {
    ko: ['생활기록부 글을 쓰지 못했습니다', failure.ko[1]],
    en: ['Your student record could not be written', failure.en[1]],
  },
  review: {
    ko: ['일기에 답글을 쓰지 못했습니다', failure.ko[1]],
    en: ['The reply to your diary entry could not be written', failure.en[1]],
  },
  turn: {
    ko: ['대화에 답하지 못했습니다', failure.ko[1]],
    en: ['The reply in your conversation could not be written', failure.en[1]],
  },
  quiz: {
    ko: ['퀴즈를 만들지 못했습니다', failure.ko[1]],
    en: ['Your quiz could not be made', failure.en[1]],
  },
}
