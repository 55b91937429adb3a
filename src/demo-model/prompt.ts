import type { ChatMessage } from './chat-request.ts'

/** A chat as the demo model reads it: its instructions, apart from the texts that they are about. */
export interface Prompt {
  /** What the system messages say, without the blocks in them: data never decides what kind of request this is. */
  readonly rules: string
  /** The blocks of the system messages. */
  readonly memory: readonly Block[]
  /** The last message of the user, whole. */
  readonly asked: string
  /** The blocks of that message. */
  readonly blocks: readonly Block[]
  readonly messages: readonly ChatMessage[]
}

/** A text between two equal lines of quotes. */
export interface Block {
  /** The line above it, as `관찰 기록:`. */
  readonly title: string
  readonly text: string
}

export function readPrompt(messages: readonly ChatMessage[]): Prompt {
  const system = messages
    .filter(message => message.role === 'system' || message.role === 'developer')
    .map(message => message.content)
    .join('\n')
  const asked = messages.findLast(message => message.role === 'user')?.content ?? ''
  const { rest, blocks: memory } = fencedBlocks(system)
  return { rules: rest, memory, asked, blocks: fencedBlocks(asked).blocks, messages }
}

/** The text of the block whose title has the word; '' when there is none. */
export function blockNamed(blocks: readonly Block[], word: string): string {
  return blocks.find(({ title }) => title.includes(word))?.text ?? ''
}

/** The text of the longest block, or the whole message where there is none: what a request is about. */
export function mainText({ asked, blocks }: Prompt): string {
  const longest = blocks.reduce((best, { text }) => (text.length > best.length ? text : best), '')
  return longest === '' ? asked : longest
}

function fencedBlocks(text: string): { blocks: Block[]; rest: string } {
  const blocks: Block[] = []
  const rest: string[] = []
  let fence: string | undefined
  let title = ''
  let inside: string[] = []
  for (const line of text.split('\n')) {
    if (fence === undefined) {
      if (/^"{3,}$/.test(line)) fence = line
      else {
        title = line
        rest.push(line)
      }
    } else if (line === fence) {
      blocks.push({ title, text: inside.join('\n') })
      fence = undefined
      inside = []
    } else inside.push(line)
  }
  // A block without an end is not a block.
  return { blocks, rest: [...rest, ...inside].join('\n') }
}
