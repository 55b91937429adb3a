import { conversationLibrary } from './conversations/library.ts'
import { ConversationStore } from './conversations/store.ts'
import type { Cipher } from './db/encrypted.ts'
import type { LibrarySource } from './library/source.ts'
import { taskSource } from './library/task-source.ts'
import { quizLibrary } from './quizzes/library.ts'
import { QuizStore } from './quizzes/store.ts'
import { recordLibrary } from './records/library.ts'
import { reviewLibrary } from './reviews/library.ts'
import { TaskStore } from './tasks/store.ts'

/**
 * Where the library comes from: a new kind is added here. Conversations first: their locks come before those of tasks, as
 * everywhere else.
 */
export function librarySources(cipher: Cipher): readonly LibrarySource[] {
  const tasks = new TaskStore(cipher)
  return [
    conversationLibrary({ conversations: new ConversationStore(cipher), tasks }),
    taskSource(tasks, recordLibrary(cipher)),
    taskSource(tasks, reviewLibrary),
    taskSource(tasks, quizLibrary(new QuizStore(cipher))),
  ]
}
