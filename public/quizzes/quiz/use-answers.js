import { useState } from '../../preact.js'
import { kept } from '../../storage.js'

/** @typedef {Readonly<Record<number, number>>} Chosen the index of a choice by the index of its question */

/**
 * The answers that are not handed in yet; kept for this tab, until they are.
 *
 * @param {string} taskId
 * @param {number} attempt of the task: questions that were made again have no answers yet
 */
export function useAnswers(taskId, attempt) {
  const store = draftOf(taskId)
  const [chosen, setChosen] = useState(() => {
    const draft = store.read()
    return draft?.attempt === attempt ? draft.chosen : undefined
  })
  /** @param {Chosen} next */
  const write = next => {
    store.write({ attempt, chosen: next })
    setChosen(next)
  }
  return {
    chosen: chosen ?? {},
    /** Whether the user has begun, perhaps with no answer. */
    begun: chosen !== undefined,
    begin: () => write({}),
    /** @param {number} question @param {number} choice */
    choose: (question, choice) => write({ ...chosen, [question]: choice }),
    clear: () => {
      store.clear()
      setChosen(undefined)
    },
  }
}

/** @param {string} taskId */
export function forgetAnswers(taskId) {
  draftOf(taskId).clear()
}

/** @param {string} taskId */
function draftOf(taskId) {
  return kept('sessionStorage', `quiz:${taskId}`, /** @type {{ attempt: number, chosen: Chosen } | null} */ (null))
}
