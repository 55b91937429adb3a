import type { Browser, BrowserContextOptions } from 'playwright-core'
import type { Test } from 'tap'
import { openPage, openTab, Visitor } from './visitor.ts'

/** A new visitor with the quizzes open. */
export async function openQuizzes(t: Test, browser: Browser, url: string, options?: BrowserContextOptions) {
  return new QuizPage(await openPage(t, browser, `${url}#quizzes`, options))
}

export async function anotherTab(t: Test, visitor: QuizPage, url: string) {
  return new QuizPage(await openTab(t, visitor, url))
}

/** The quizzes, as a user sees them who makes and takes them. */
export class QuizPage extends Visitor {
  get taskId(): string {
    return /#quiz=(.+)$/.exec(this.page.url())?.[1] ?? ''
  }

  get topic() {
    return this.page.locator('#topic')
  }

  get questions() {
    return this.page.locator('.question')
  }

  get score() {
    return this.page.locator('#score')
  }

  /** The one of that topic in the list. */
  entry(topic: string) {
    return this.page.locator('.quiz-entry').filter({ has: this.page.getByRole('link', { name: topic, exact: true }) })
  }

  /** Fills the form and sends it; resolves when the quiz is in the list. */
  async make(topic: string, { questions = 3, choices = 2 }: { questions?: number; choices?: number } = {}) {
    await this.topic.fill(topic)
    await this.page.locator('#questionCount').selectOption(String(questions))
    await this.page.locator('#choices').selectOption(String(choices))
    await this.page.locator('button[type=submit]').click()
    await this.entry(topic).waitFor()
  }

  /** Follows its link in the list. */
  async open(topic: string): Promise<void> {
    await this.entry(topic).getByRole('link').click()
    await this.page.locator('.quiz h1').waitFor()
  }

  /** To the form and the list, by the link. */
  async toAll(): Promise<void> {
    await this.page.locator('.task-head a').click()
    await this.topic.waitFor()
  }

  /** Until the quiz in the list is in that state: making, failed or made. */
  async becomes(topic: string, state: string): Promise<void> {
    await this.entry(topic)
      .and(this.page.locator(`[data-state=${state}]`))
      .waitFor()
  }

  /** Until it can be answered. */
  async ready(): Promise<void> {
    await this.button('채점하기').waitFor()
  }

  /** @param choice from 0 */
  async choose(question: number, choice: number): Promise<void> {
    await this.questions.nth(question).locator('label').nth(choice).click()
  }

  /** Turns in what is chosen; resolves when the score is there. */
  async turnIn(): Promise<void> {
    await this.button('채점하기').click()
    await this.score.waitFor()
  }

  /** Of the questions that are shown. */
  texts(): Promise<string[]> {
    return this.page.locator('.question :is(legend, h3) span').allTextContents()
  }

  chosen(): Promise<string[]> {
    return this.page
      .locator('.choice :checked')
      .evaluateAll(radios =>
        radios.map(radio => `${(radio as HTMLInputElement).name} ${(radio as HTMLInputElement).value}`),
      )
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true })
  }
}
