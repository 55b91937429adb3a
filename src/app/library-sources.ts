import type { Cipher } from '../db/encrypted.ts'
import { conversationLibrary } from '../kinds/conversations/library.ts'
import { ConversationStore } from '../kinds/conversations/store.ts'
import { quizLibrary } from '../kinds/quizzes/library.ts'
import { QuizStore } from '../kinds/quizzes/store.ts'
import { recordLibrary } from '../kinds/records/library.ts'
import { reviewLibrary } from '../kinds/reviews/library.ts'
import type { LibrarySource } from '../library/source.ts'
import { taskSource } from '../library/task-source.ts'
import { TaskStore } from '../tasks/store/task-store.ts'

/**
 * The sources of the library: a new kind is added here. Conversations first: their locks come before those of tasks, as
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
